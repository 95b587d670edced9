package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/arkorlab/arkor-go/arkor-backend/inference"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

func (s *server) chat(c *call) error {
	raw, err := c.body(maxChat)
	if err != nil {
		return err
	}
	var body chatBody
	if err := decodeFields(raw, &body); err != nil {
		return err
	}
	req, err := body.check()
	if err != nil {
		return err
	}
	var from source
	if body.Adapter != nil {
		from, err = s.adapter(c, *body.Adapter)
	} else {
		from, err = s.baseModel(c, *body.BaseModel)
	}
	if err != nil {
		return err
	}
	req.Adapter, req.Caller = from.folder, c.project.ID
	answer := completion{ID: "chatcmpl-" + uuid.NewString(), Created: time.Now().Unix(), Model: from.shown}
	if body.Stream == nil || *body.Stream {
		return s.chatStream(c, from.model, req, answer)
	}
	return s.chatWhole(c, from.model, req, answer)
}

// source is what answers a chat.
type source struct {
	model  string // id or folder
	shown  string // what the answer calls it
	folder string // of the adapter, "" for the model as it is
}

func (s *server) baseModel(c *call, id string) (source, error) {
	_, err := s.findModel(c, "baseModel", id)
	return source{model: id, shown: id}, err
}

// adapter lays what a job trained out for the worker.
func (s *server) adapter(c *call, a chatAdapter) (source, error) {
	step, ok := a.step()
	if !ok {
		return source{}, refuseChat("invalid_request", "adapter must be %s", adapterShapes)
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

// completion is the part of an answer that all its frames share.
type completion struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	Model   string `json:"model"`
	Choices [1]any `json:"choices"`
	Usage   any    `json:"usage,omitempty"`
}

func (s *server) chatWhole(c *call, model string, req inference.Request, answer completion) error {
	var text strings.Builder
	done, err := s.Pool.Generate(c.Context(), model, req, func(d inference.Delta) error {
		text.WriteString(d.Text)
		return nil
	})
	if err != nil {
		return s.chatFailure(err)
	}
	answer.Object = "chat.completion"
	answer.Choices[0] = map[string]any{
		"index": 0, "finish_reason": done.FinishReason,
		"message": cloud.Message{Role: "assistant", Content: text.String()},
	}
	answer.Usage = map[string]int64{"prompt_tokens": done.PromptTokens, "completion_tokens": done.CompletionTokens,
		"total_tokens": done.PromptTokens + done.CompletionTokens}
	return c.json(http.StatusOK, answer)
}

// chatStream answers with a status of its own until the first piece is there,
// and tells of later failures in the stream.
func (s *server) chatStream(c *call, model string, req inference.Request, answer completion) error {
	answer.Object = "chat.completion.chunk"
	var stream *eventStream
	chunk := func(delta map[string]string, finish any) error {
		if stream == nil {
			stream = s.openStream(c)
			delta["role"] = "assistant"
		}
		answer.Choices[0] = map[string]any{"index": 0, "delta": delta, "finish_reason": finish}
		data, err := json.Marshal(answer)
		if err != nil {
			return err
		}
		return stream.send("data: %s\n\n", data)
	}
	done, err := s.Pool.Generate(c.Context(), model, req, func(d inference.Delta) error {
		return chunk(map[string]string{"content": d.Text}, nil)
	})
	if err == nil {
		err = chunk(map[string]string{}, done.FinishReason)
		if err == nil {
			err = stream.send("data: [DONE]\n\n")
		}
		stream.close()
		return nil
	}
	if stream == nil {
		return s.chatFailure(err)
	}
	defer stream.close()
	if c.Context().Err() != nil {
		return nil // the client is gone
	}
	var f *failure
	if !errors.As(s.chatFailure(err), &f) {
		f = fail(http.StatusInternalServerError, "internal", "%v", err)
	}
	data, err := json.Marshal(map[string]string{"error": f.message, "code": f.code})
	if err != nil {
		return nil
	}
	_ = stream.send("event: error\ndata: %s\n\n", data)
	return nil
}

// chatFailure gives an error of the pool its answer.
func (s *server) chatFailure(err error) error {
	var refused *inference.Error
	var missing *sibling.NotFoundError
	switch {
	case errors.As(err, &refused) && refused.Code == "internal":
		return fail(http.StatusInternalServerError, "internal", "the model failed: %s", refused.Message)
	case errors.As(err, &refused):
		return refuseChat(refused.Code, "%s", refused.Message)
	case errors.Is(err, inference.ErrBusy):
		return fail(http.StatusServiceUnavailable, "busy", "%v", err)
	case errors.As(err, &missing):
		return fail(http.StatusServiceUnavailable, "engine_unavailable", "%v; %s", err, cli.HintOf(err))
	}
	s.Log.Warn("chat failed", "error", err)
	return fail(http.StatusServiceUnavailable, "model_failed", "%v", err)
}
