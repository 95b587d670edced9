package api

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/engine"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/vectortest"
)

// capable is an engine that can do everything with the model "m".
type capable struct{ offer }

func (capable) Capabilities(context.Context) (engine.Capabilities, error) {
	return engine.Capabilities{Models: []cloud.Model{{ID: "m", Capabilities: cloud.ModelCapabilities{Train: true, LoadIn4bit: true}}}}, nil
}

// Every config that the SDK can make is understood; what is refused is refused
// for its value.
func TestConfigVectors(t *testing.T) {
	t.Parallel()
	type in struct { // of the SDK
		Input         json.RawMessage `json:"input"`
		DatasetID     string          `json:"datasetId"`
		EvalDatasetID string          `json:"evalDatasetId"`
	}
	type out struct {
		Name    string          `json:"name"`
		Config  json.RawMessage `json:"config"`
		Refused *string         `json:"refused"` // field of the config
	}
	s, c := newChecker()
	s.Engine = capable{}
	for _, v := range vectortest.Read[in, out](t, "job-config.json") {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			_, err := s.checkConfig(c, v.Out.Config)
			if v.Out.Refused == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var f *failure
			if !errors.As(err, &f) {
				t.Fatalf("got %v, want a refusal of %s", err, *v.Out.Refused)
			}
			if details, _ := f.details.(map[string]string); details["field"] != *v.Out.Refused {
				t.Errorf("got %v, want a refusal of %s", err, *v.Out.Refused)
			}
		})
	}
}

func TestChatVectors(t *testing.T) {
	t.Parallel()
	type in struct { // of the SDK
		Args  json.RawMessage `json:"args"`
		JobID string          `json:"jobId"`
		Step  int64           `json:"step"`
	}
	type out struct {
		Body    json.RawMessage `json:"body"`
		Refused *string         `json:"refused"` // code
	}
	for _, v := range vectortest.Read[in, out](t, "chat-body.json") {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			fields := &chatFields{}
			if err := json.Unmarshal(v.Out.Body, &fields.fields); err != nil {
				t.Fatal(err)
			}
			_, err := fields.chat(false)
			var adapter chatAdapter
			fields.read("adapter", &adapter)
			var f *failure
			switch {
			case v.Out.Refused != nil && (!errors.As(err, &f) || f.code != *v.Out.Refused):
				t.Errorf("got %v, want %s", err, *v.Out.Refused)
			case v.Out.Refused == nil && err != nil:
				t.Error(err)
			case err == nil && (fields.err != nil || adapter.Kind != "checkpoint" || adapter.JobID != v.In.JobID || *adapter.Step != float64(v.In.Step)):
				t.Errorf("read the adapter as %+v, %v", adapter, fields.err)
			}
		})
	}
}
