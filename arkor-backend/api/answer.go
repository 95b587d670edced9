package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/arkorlab/arkor-go/arkor-backend/inference"
)

// answer is one that is being written, in OpenAI's form.
type answer struct {
	c      *call
	asked  ask
	frame  frame
	stream *eventStream // nil until the first piece of a streamed answer is there

	text  strings.Builder
	calls []chatToolCall

	begun time.Time
	first time.Duration // until the first piece was there; 0 without one
}

// frame is what an answer and each part of a streamed one consist of.
type frame struct {
	ID      string  `json:"id"`
	Object  string  `json:"object"`
	Created int64   `json:"created"`
	Model   string  `json:"model"`
	Choices []any   `json:"choices"`
	Usage   *tokens `json:"usage,omitempty"`
}

type tokens struct {
	PromptTokens     int64 `json:"prompt_tokens"`
	CompletionTokens int64 `json:"completion_tokens"`
	TotalTokens      int64 `json:"total_tokens"`
}

// answer asks a model and writes what it says. It tells ended, unless that is
// nil, what became of it.
func (s *server) answer(c *call, from source, asked ask, ended func(*answer, inference.Done, error)) error {
	asked.Adapter = from.folder
	begun := time.Now()
	a := &answer{c: c, asked: asked, begun: begun, frame: frame{ID: "chatcmpl-" + uuid.NewString(), Created: begun.Unix(), Model: from.shown}}
	a.frame.Object = "chat.completion"
	if asked.raw {
		a.frame.ID, a.frame.Object = strings.Replace(a.frame.ID, "chatcmpl", "cmpl", 1), "text_completion"
	}
	c.w.Header().Set("X-Request-Id", a.frame.ID)
	done, err := s.Pool.Generate(c.Context(), from.model, asked.Request, func(d inference.Delta) error {
		a.keep(d)
		if !asked.stream {
			return nil
		}
		return a.send(s, a.delta(d), nil)
	})
	if ended != nil {
		ended(a, done, err)
	}
	if err != nil {
		err = s.chatFailure(c, err)
		if a.stream != nil {
			a.breakOff(err)
			return nil
		}
		return err
	}
	counted := &tokens{done.PromptTokens, done.CompletionTokens, done.PromptTokens + done.CompletionTokens}
	if asked.stream {
		a.end(s, done.FinishReason, counted)
		return nil
	}
	a.frame.Choices, a.frame.Usage = []any{a.whole(done.FinishReason)}, counted
	return c.json(http.StatusOK, a.frame)
}

// keep adds a piece to what was said so far.
func (a *answer) keep(d inference.Delta) {
	if a.first == 0 {
		a.first = time.Since(a.begun)
	}
	if d.Tool == nil {
		a.text.WriteString(d.Text)
		return
	}
	if d.Tool.Index == len(a.calls) {
		a.calls = append(a.calls, chatToolCall{ID: d.Tool.ID, Type: "function", Function: chatFunction{Name: d.Tool.Name, Arguments: new(string)}})
	}
	if i := d.Tool.Index; i >= 0 && i < len(a.calls) {
		*a.calls[i].Function.Arguments += d.Tool.Arguments
	}
}

// message is what was said, as a message of the conversation.
func (a *answer) message() chatMessage {
	m := chatMessage{Role: "assistant", Content: json.RawMessage("null"), ToolCalls: a.calls}
	if a.text.Len() > 0 || len(a.calls) == 0 {
		m.Content, _ = json.Marshal(a.text.String())
	}
	return m
}

// whole is the choice of an answer that is not streamed.
func (a *answer) whole(finish string) any {
	if a.asked.raw {
		return map[string]any{"index": 0, "text": a.text.String(), "logprobs": nil, "finish_reason": finish}
	}
	return map[string]any{"index": 0, "message": a.message(), "finish_reason": finish}
}

// delta is a piece as a streamed choice has it.
func (a *answer) delta(d inference.Delta) map[string]any {
	t := d.Tool
	if t == nil {
		return map[string]any{"content": d.Text}
	}
	call := chatToolCall{Index: &t.Index, ID: t.ID, Function: chatFunction{Name: t.Name, Arguments: &t.Arguments}}
	if t.ID != "" {
		call.Type = "function"
	}
	return map[string]any{"tool_calls": []chatToolCall{call}}
}

// send writes a frame with one choice. Until the first of them, the answer has
// a status of its own.
func (a *answer) send(s *server, delta map[string]any, finish any) error {
	first := a.stream == nil
	if first {
		a.stream = s.openStream(a.c)
	}
	choice := map[string]any{"index": 0, "finish_reason": finish}
	if a.asked.raw {
		text, _ := delta["content"].(string)
		choice["text"], choice["logprobs"] = text, nil
	} else {
		a.frame.Object = "chat.completion.chunk"
		choice["delta"] = delta
		if first {
			delta["role"] = "assistant"
		}
	}
	a.frame.Choices = []any{choice}
	return a.write()
}

func (a *answer) write() error {
	data, err := json.Marshal(a.frame)
	if err != nil {
		return err
	}
	if err := a.stream.send("data: %s\n\n", data); err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return nil
}

// errGone means that an answer was not taken to its end.
var errGone = errors.New("the client is gone")

// end completes a streamed answer. A client that is gone needs no end.
func (a *answer) end(s *server, finish string, counted *tokens) {
	err := a.send(s, map[string]any{}, finish)
	if err == nil && a.asked.streamUsage {
		a.frame.Choices, a.frame.Usage = []any{}, counted
		err = a.write()
	}
	if err == nil {
		_ = a.stream.send("data: [DONE]\n\n")
	}
	a.stream.close()
}

// breakOff tells of a failure in the middle of a streamed answer.
func (a *answer) breakOff(err error) {
	defer a.stream.close()
	if a.c.Context().Err() != nil {
		return // the client is gone
	}
	var f *failure
	if !errors.As(err, &f) {
		f = fail(http.StatusInternalServerError, "internal", "%v", err)
	}
	body, event := any(map[string]string{"error": f.message, "code": f.code}), "event: error\n"
	if a.c.openAI {
		body, event = f.openAI(), "" // whose clients look into frames without a name alone
	}
	if data, err := json.Marshal(body); err == nil {
		_ = a.stream.send("%sdata: %s\n\n", event, data)
	}
}

// openAI is the body of a failure in OpenAI's form.
func (f *failure) openAI() any {
	kind := "invalid_request_error"
	switch {
	case f.status >= http.StatusInternalServerError:
		kind = "server_error"
	case f.status == http.StatusTooManyRequests:
		kind = "rate_limit_error"
	}
	problem := map[string]any{"message": f.message, "type": kind, "param": nil, "code": nil}
	if f.code != "" {
		problem["code"] = f.code
	}
	if details, ok := f.details.(map[string]string); ok {
		problem["param"] = details["field"]
	}
	return map[string]any{"error": problem}
}
