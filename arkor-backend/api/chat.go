package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strconv"

	"github.com/arkorlab/arkor-go/arkor-backend/inference"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// chat answers whoever has a token.
func (s *server) chat(c *call) error { return byCode(s.answerChat(c)) }

// byCode begins the message of a refusal with its code, for clients that keep
// the message alone.
func byCode(err error) error {
	var f *failure
	if errors.As(err, &f) && f.status == http.StatusBadRequest {
		named := *f
		named.message = f.code + ": " + f.message
		return &named
	}
	return err
}

func (s *server) answerChat(c *call) error {
	fields, err := c.chatFields()
	if err != nil {
		return err
	}
	asked, err := fields.chat(true)
	if err != nil {
		return err
	}
	from, err := s.source(c, fields)
	if err != nil {
		return err
	}
	asked.Caller = c.project.ID
	return s.answer(c, from, asked, nil)
}

// chatFields reads the body of a request for an answer.
func (c *call) chatFields() (*chatFields, error) {
	raw, err := c.body(maxChat)
	if err != nil {
		return nil, err
	}
	fields := &chatFields{}
	return fields, json.Unmarshal(raw, &fields.fields)
}

// source is what answers a chat.
type source struct {
	model  string // id or folder
	shown  string // what the answer calls it
	folder string // of the adapter, "" for the model as it is
}

// source finds what a chat asks.
func (s *server) source(c *call, fields *chatFields) (source, error) {
	var adapter *chatAdapter
	var baseModel *string
	fields.read("adapter", &adapter)
	fields.read("baseModel", &baseModel)
	if (adapter == nil) == (baseModel == nil) && fields.err == nil {
		return source{}, fail(http.StatusBadRequest, "invalid_request", "give either adapter or baseModel")
	}
	switch {
	case fields.err != nil:
		return source{}, fields.err
	case adapter != nil:
		return s.adapter(c, *adapter)
	}
	_, err := s.findModel(c, "baseModel", *baseModel)
	return source{model: *baseModel, shown: *baseModel}, err
}

// adapter lays what a job trained out for the worker.
func (s *server) adapter(c *call, a chatAdapter) (source, error) {
	step, ok := a.step()
	if !ok {
		return source{}, fail(http.StatusBadRequest, "invalid_request", "adapter must be %s", adapterShapes)
	}
	job, artifacts, err := s.trained(c, a.JobID, step)
	if err != nil {
		return source{}, err
	}
	name := "final"
	if step != nil {
		name = strconv.FormatInt(*step, 10)
	}
	folder := filepath.Join(s.AdaptersDir, job.ID, name)
	if err := damaged(s.adapters.LayOut(artifacts, step, folder)); err != nil {
		return source{}, err
	}
	var config struct {
		Model string `json:"model"`
	}
	err = json.Unmarshal(job.Config, &config)
	return source{config.Model, job.ID + ":" + name, folder}, err
}

// chatFailure gives an error of the pool its answer.
func (s *server) chatFailure(c *call, err error) error {
	var refused *inference.Error
	var missing *sibling.NotFoundError
	switch {
	case c.Context().Err() != nil: // nobody is listening
		return err
	case errors.As(err, &refused) && refused.Code != "internal":
		return fail(http.StatusBadRequest, refused.Code, "%s", refused.Message)
	case errors.Is(err, inference.ErrBusy):
		return fail(http.StatusServiceUnavailable, "busy", "%v", err)
	case c.openAI: // strangers learn nothing about this machine
		s.Log.Warn("an endpoint failed", "path", c.URL.Path, "error", err)
		return fail(http.StatusServiceUnavailable, "model_failed", "the model could not answer; the log of the backend says why")
	case refused != nil:
		return fail(http.StatusInternalServerError, "internal", "the model failed: %s", refused.Message)
	case errors.As(err, &missing):
		return fail(http.StatusServiceUnavailable, "engine_unavailable", "%v; %s", err, cli.HintOf(err))
	}
	s.Log.Warn("chat failed", "error", err)
	return fail(http.StatusServiceUnavailable, "model_failed", "%v", err)
}
