package api

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-backend/engine"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

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
