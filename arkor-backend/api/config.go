package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-backend/blob"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
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
