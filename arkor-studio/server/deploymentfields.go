package server

import (
	"encoding/json"
	"regexp"
	"strings"
)

func quoted(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
}

var slug = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*[a-z0-9]$`)

// checkDeployment returns what is wrong with the body of a new deployment, each
// as "<path>: <reason>".
func checkDeployment(body []byte) []string {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil || fields == nil {
		return []string{"(root): must be an object"}
	}
	var reasons []string
	wrong := func(path, reason string) { reasons = append(reasons, path+": "+reason) }
	if name, ok := fields["slug"].(string); !ok || len(name) < 2 || len(name) > 50 || !slug.MatchString(name) {
		wrong("slug", "must be 2 to 50 lower-case letters, digits and dashes, with no dash at either end")
	}
	checkTarget(fields["target"], wrong)
	if mode := fields["authMode"]; mode != "none" && mode != "fixed_api_key" {
		wrong("authMode", `must be "none" or "fixed_api_key"`)
	}
	mode, hasMode := fields["runRetentionMode"]
	if hasMode && mode != "unlimited" && mode != "disabled" && mode != "days" {
		wrong("runRetentionMode", `must be "unlimited", "disabled" or "days"`)
	}
	days, hasDays := fields["runRetentionDays"]
	switch n, ok := days.(float64); {
	case hasDays && mode != "days":
		wrong("runRetentionDays", `must be left out unless runRetentionMode is "days"`)
	case mode == "days" && (!ok || n < 1 || n != float64(int64(n))):
		wrong("runRetentionDays", "must be a whole number above 0")
	}
	return reasons
}

func checkTarget(value any, wrong func(path, reason string)) {
	target, _ := value.(map[string]any)
	switch target["kind"] {
	case "base_model":
		if model, _ := target["baseModel"].(string); model == "" {
			wrong("target.baseModel", "must be a string that is not empty")
		}
	case "adapter":
		adapter, _ := target["adapter"].(map[string]any)
		if kind := adapter["kind"]; kind != "final" && kind != "checkpoint" {
			wrong("target.adapter.kind", `must be "final" or "checkpoint"`)
			return
		}
		if id, _ := adapter["jobId"].(string); id == "" {
			wrong("target.adapter.jobId", "must be a string that is not empty")
		}
		step, ok := adapter["step"].(float64)
		if adapter["kind"] == "checkpoint" && (!ok || step < 0 || step != float64(int64(step))) {
			wrong("target.adapter.step", "must be a whole number")
		}
	default:
		wrong("target", `must be an object whose kind is "adapter" or "base_model"`)
	}
}
