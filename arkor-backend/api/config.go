package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-backend/blob"
	"github.com/arkorlab/arkor-go/arkor-backend/engine"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// jobConfig is a config that was checked.
type jobConfig struct {
	stored json.RawMessage // without secrets
	secret string          // token of a blob URL
	files  []store.File    // uploads that it names
	hook   *store.Webhook
}

// maxSteps bounds the counts in a config; far beyond any training.
const maxSteps = 1 << 40

// checkConfig refuses a config that cannot work here, naming the field. What
// it does not know it leaves alone.
func (s *server) checkConfig(c *call, raw json.RawMessage) (jobConfig, error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return jobConfig{}, invalid("config", "must be an object")
	}
	if err := refuseLookalikes("config.", fields, configNames()); err != nil {
		return jobConfig{}, err
	}
	model, err := s.checkModel(c, fields["model"])
	if err != nil {
		return jobConfig{}, err
	}
	for _, f := range configFields(model) {
		if value, ok := fields[f.name]; ok {
			if problem := f.check(value); problem != "" {
				return jobConfig{}, invalid("config."+f.name, "%s, not %s", problem, short(value))
			}
		}
	}
	hook, changed, err := s.checkWebhook(fields)
	if err == nil && changed {
		raw, err = json.Marshal(fields)
	}
	if err != nil {
		return jobConfig{}, err
	}
	checked, err := s.checkSource(raw, fields)
	if err != nil {
		return checked, err
	}
	checked.hook = hook
	return checked, checkHeldOut(fields, checked.files)
}

// configNames are the keys that something reads.
func configNames() []string {
	names := []string{"model", "datasetSource", "seed", "webhook"}
	for _, f := range configFields(cloud.Model{}) {
		names = append(names, f.name)
	}
	return names
}

// refuseLookalikes refuses a key that is a known one but for its case: nothing
// here would check it, and Go's readers would take it for the known one.
func refuseLookalikes(prefix string, fields map[string]json.RawMessage, known []string) error {
	for key := range fields {
		for _, name := range known {
			if key != name && strings.EqualFold(key, name) {
				return invalid(prefix+name, "must be written like this, not %s", strconv.Quote(key))
			}
		}
	}
	return nil
}

// field is the rule of one key of a config; check returns what its value must
// be when it is not.
type field struct {
	name  string
	check func(json.RawMessage) string
}

func configFields(model cloud.Model) []field {
	limits := model.Limits
	return []field{
		{"loraR", whole(1, atMost(limits.MaxLoraR))},
		{"loraAlpha", number(math.SmallestNonzeroFloat64, "above 0")},
		{"maxLength", whole(1, atMost(limits.MaxLength))},
		{"loadIn4bit", fourBit(model)},
		{"maxSteps", whole(1, maxSteps)},
		{"numTrainEpochs", number(math.SmallestNonzeroFloat64, "above 0")},
		{"learningRate", number(math.SmallestNonzeroFloat64, "above 0")},
		{"batchSize", whole(1, atMost(limits.MaxBatchSize))},
		{"optim", text},
		{"lrSchedulerType", text},
		{"weightDecay", number(0, "of at least 0")},
		{"warmupSteps", whole(0, maxSteps)},
		{"loggingSteps", whole(0, maxSteps)},
		{"saveSteps", whole(0, maxSteps)},
		{"evalSteps", whole(0, maxSteps)},
		{"trainOnResponsesOnly", either(boolean, "must be true, false or an object")},
		{"datasetFormat", either(text, "must be a string or an object")},
		{"datasetSplit", either(text, "must be a string or an object")},
		{"dryRun", boolean},
		{"loadBestModelAtEnd", boolean},
		{"earlyStoppingPatience", whole(1, maxSteps)},
		{"earlyStoppingThreshold", number(0, "of at least 0")},
	}
}

func atMost(limit *int64) int64 {
	if limit == nil {
		return maxSteps
	}
	return *limit
}

func whole(low, high int64) func(json.RawMessage) string {
	return func(raw json.RawMessage) string {
		var n int64 // 8.0 is refused: workers read whole numbers as they are written
		if isNumber(raw) && json.Unmarshal(raw, &n) == nil && n >= low && n <= high {
			return ""
		}
		if high == maxSteps {
			return fmt.Sprintf("must be a whole number of at least %d", low)
		}
		return fmt.Sprintf("must be a whole number from %d to %d", low, high)
	}
}

func number(low float64, bound string) func(json.RawMessage) string {
	return func(raw json.RawMessage) string {
		var n float64
		if isNumber(raw) && json.Unmarshal(raw, &n) == nil && n >= low && !math.IsInf(n, 0) {
			return ""
		}
		return "must be a number " + bound
	}
}

func isNumber(raw json.RawMessage) bool {
	return len(raw) > 0 && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9')
}

func boolean(raw json.RawMessage) string {
	if string(raw) == "true" || string(raw) == "false" {
		return ""
	}
	return "must be true or false"
}

// fourBit refuses what would otherwise be ignored: the training would take more
// memory than was asked for.
func fourBit(model cloud.Model) func(json.RawMessage) string {
	return func(raw json.RawMessage) string {
		if problem := boolean(raw); problem != "" || string(raw) == "false" || model.Capabilities.LoadIn4bit {
			return problem
		}
		return "must be false or left out, since this backend trains " + model.ID + " in full precision"
	}
}

func text(raw json.RawMessage) string {
	if len(raw) > 0 && raw[0] == '"' {
		return ""
	}
	return "must be a string"
}

func either(check func(json.RawMessage) string, problem string) func(json.RawMessage) string {
	return func(raw json.RawMessage) string {
		if check(raw) == "" || len(raw) > 0 && raw[0] == '{' {
			return ""
		}
		return problem
	}
}

// short is a value as it fits into a message.
func short(raw json.RawMessage) string {
	const most = 60
	var compact bytes.Buffer
	if json.Compact(&compact, raw) != nil || compact.Len() > most {
		return "something else"
	}
	return compact.String()
}

func invalid(field, format string, args ...any) *failure {
	f := fail(http.StatusBadRequest, "invalid_config", "%s "+format, append([]any{field}, args...)...)
	f.details = map[string]string{"field": field}
	return f
}

// capabilities asks the engine what it offers.
func (s *server) capabilities(c *call) (engine.Capabilities, error) {
	offered, err := s.Engine.Capabilities(c.Context())
	if err != nil && c.Context().Err() == nil {
		s.Log.Error("ask the engine what it offers", "error", err)
		message := err.Error()
		if hint := cli.HintOf(err); hint != "" {
			message += "; " + hint
		}
		return offered, fail(http.StatusServiceUnavailable, "engine_unavailable", "this backend cannot train or answer now: %s", message)
	}
	return offered, err
}

// checkModel returns the model that a config names.
func (s *server) checkModel(c *call, raw json.RawMessage) (cloud.Model, error) {
	var id string
	if json.Unmarshal(raw, &id) != nil {
		id = ""
	}
	return s.findModel(c, "config.model", id)
}

// findModel returns the model that a field names: one that is offered, or a
// folder of this machine, which belongs to the owner of the backend.
func (s *server) findModel(c *call, field, id string) (cloud.Model, error) {
	if id == "" {
		return cloud.Model{}, invalid(field, "must name a model")
	}
	if filepath.IsAbs(id) && c.caller.Owner {
		if info, err := os.Stat(filepath.Join(id, "config.json")); err != nil || !info.Mode().IsRegular() {
			return cloud.Model{}, invalid(field, "must be the folder of a model: there is no config.json in %s", id)
		}
		return cloud.Model{ID: id}, nil
	}
	offered, err := s.capabilities(c)
	if err != nil {
		return cloud.Model{}, err
	}
	if model, ok := offered.Model(id); ok {
		return model, nil
	}
	return cloud.Model{}, c.unknownModel(field, id, offered)
}

func (c *call) unknownModel(field, id string, offered engine.Capabilities) *failure {
	var ids []string
	for _, m := range offered.Models {
		ids = append(ids, m.ID)
	}
	list := strings.Join(ids, ", ")
	if list == "" {
		list = "no model by name"
	}
	f := fail(http.StatusBadRequest, "unknown_model", "unknown model %q: this backend offers %s", id, list)
	if c.caller.Owner {
		f.message += "; bring one of the hub with `arkor backend pull owner/name`, or name the absolute path of a model folder"
	}
	f.details = map[string]any{"field": field, "models": ids}
	return f
}

// checkSource reads where the dataset comes from, and takes the token out of
// what is stored.
func (s *server) checkSource(raw json.RawMessage, fields map[string]json.RawMessage) (jobConfig, error) {
	const at = "config.datasetSource"
	var source map[string]json.RawMessage
	if json.Unmarshal(fields["datasetSource"], &source) != nil || source == nil {
		return jobConfig{}, invalid(at, "must be an object")
	}
	values := map[string]string{}
	known := []string{"type", "name", "split", "subset", "url", "token", "datasetId", "evalDatasetId"}
	if err := refuseLookalikes(at+".", source, known); err != nil {
		return jobConfig{}, err
	}
	for _, key := range known {
		if value, ok := source[key]; ok {
			var s string
			if string(value) == "null" || json.Unmarshal(value, &s) != nil {
				return jobConfig{}, invalid(at+"."+key, "must be a string")
			}
			values[key] = s
		}
	}
	checked := jobConfig{stored: raw, secret: values["token"]}
	switch values["type"] {
	case "huggingface":
		if values["name"] == "" {
			return jobConfig{}, invalid(at+".name", "must name a dataset, like acme/tickets")
		}
	case "blob":
		if _, err := s.Fetcher.CheckURL(values["url"]); err != nil {
			return jobConfig{}, invalid(at+".url", "%v", err)
		}
	case "file":
		for _, part := range []struct{ key, role string }{{"datasetId", "train"}, {"evalDatasetId", "eval"}} {
			id, given := values[part.key]
			if !given && part.role == "eval" {
				continue
			}
			hash, ok := strings.CutPrefix(id, "sha256:")
			if !ok || !blob.ValidHash(hash) {
				return jobConfig{}, invalid(at+"."+part.key, "must be the id of an uploaded dataset")
			}
			checked.files = append(checked.files, store.File{Role: part.role, SHA256: hash})
		}
	default:
		return jobConfig{}, invalid(at+".type", `must be "huggingface", "blob" or "file"`)
	}
	if _, ok := source["token"]; ok {
		delete(source, "token")
		var err error
		if fields["datasetSource"], err = json.Marshal(source); err != nil {
			return jobConfig{}, err
		}
		if checked.stored, err = json.Marshal(fields); err != nil {
			return jobConfig{}, err
		}
	}
	if values["type"] != "blob" {
		checked.secret = ""
	}
	return checked, nil
}
