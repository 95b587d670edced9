// Package server answers many chat requests at once over a pair of streams, one
// JSON object per line in both directions.
package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/generate"
	"github.com/arkorlab/arkor-go/arkor-trainer/grammar"
)

// maxLine bounds a request. The longest contexts are some hundred thousand
// tokens, which is well under this as text.
const maxLine = 8 << 20

// Codes of error lines.
const (
	codeContext  = "context_too_long"
	codeAdapter  = "bad_adapter"
	codeRequest  = "invalid_request"
	codeInternal = "internal"
	codeSchema   = "invalid_schema"
	codeTools    = "tool_calling_not_configured"
)

// request is a line that comes in. Fields that are absent get defaults.
type request struct {
	ID          string         `json:"id"`
	Op          string         `json:"op"` // "generate" or "cancel"
	Messages    []chat.Message `json:"messages"`
	Adapter     string         `json:"adapter"` // folder; "" for the base model
	Temperature *float64       `json:"temperature"`
	TopP        *float64       `json:"topP"`
	MaxTokens   *int           `json:"maxTokens"`
	Seed        *int64         `json:"seed"`
	Stop        []string       `json:"stop"`

	Prompt            *string       `json:"prompt"` // instead of messages
	Tools             []chat.Tool   `json:"tools"`
	ToolChoice        toolChoice    `json:"toolChoice"`
	ParallelToolCalls *bool         `json:"parallelToolCalls"`
	Constraint        *grammar.Spec `json:"constraint"`
}

// toolChoice is a word or {"name": "..."}.
type toolChoice struct{ word, name string }

func (c *toolChoice) UnmarshalJSON(data []byte) error {
	*c = toolChoice{}
	if json.Unmarshal(data, &c.word) == nil { // null, too
		return nil
	}
	var named struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(data, &named); err != nil || named.Name == "" {
		c.word = string(data) // which is no word, as the answer will say
	}
	c.name = named.Name
	return nil
}

func (r *request) question() generate.Question {
	return generate.Question{
		Messages: r.Messages, Prompt: r.Prompt,
		Tools: r.Tools, Choice: r.ToolChoice.word, Tool: r.ToolChoice.name, Parallel: or(r.ParallelToolCalls, true),
		Form: r.Constraint,
	}
}

// parseRequest reads one line. The request carries the id also beside an error
// when the line had one, so that the answer can name it.
func parseRequest(line []byte) (request, error) {
	var r request
	err := json.Unmarshal(line, &r)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return r, fmt.Errorf("%s cannot be a %s", wrong.Field, wrong.Value)
	case err != nil:
		return r, errors.New("the line is not a JSON object")
	case r.ID == "" || len(r.ID) > 256:
		return r, errors.New("id must be text of 1 to 256 bytes")
	case r.Op != "generate" && r.Op != "cancel":
		return r, fmt.Errorf("op %q is not one of generate, cancel", r.Op)
	}
	return r, nil
}

func (r *request) options() generate.Options {
	return generate.Options{
		Temperature: or(r.Temperature, 0.7),
		TopP:        or(r.TopP, 1),
		MaxTokens:   or(r.MaxTokens, 256),
		Seed:        uint64(or(r.Seed, rand.Int64())),
		Stop:        r.Stop,
	}
}

func or[T any](p *T, fallback T) T {
	if p == nil {
		return fallback
	}
	return *p
}

// The lines that go out.
type (
	readyLine struct {
		Type      string `json:"type"` // "ready"
		Model     string `json:"model"`
		MaxLength int    `json:"maxLength"`

		Tools             bool `json:"tools"` // calls are told from text
		StructuredOutputs bool `json:"structuredOutputs"`
	}
	// readingLine says, at most once a second, that the prompt is being read:
	// the model is slow, it does not hang.
	readingLine struct {
		ID   string `json:"id"`
		Type string `json:"type"` // "reading"
	}
	tokenLine struct {
		ID   string `json:"id"`
		Type string `json:"type"` // "token"
		Text string `json:"text"`
	}
	toolLine struct {
		ID        string `json:"id"`
		Type      string `json:"type"` // "tool"
		Index     int    `json:"index"`
		ToolID    string `json:"toolId,omitempty"` // this and the name in the first line of a call only
		Name      string `json:"name,omitempty"`
		Arguments string `json:"arguments"` // to be appended
	}
	doneLine struct {
		ID               string `json:"id"`
		Type             string `json:"type"` // "done"
		FinishReason     string `json:"finishReason"`
		PromptTokens     int    `json:"promptTokens"`
		CompletionTokens int    `json:"completionTokens"`
	}
	errorLine struct {
		ID    string `json:"id"`   // "" when the request's is not known
		Type  string `json:"type"` // "error"
		Error string `json:"error"`
		Code  string `json:"code"`
	}
)

// writer puts one value on one line, whole also when many requests write.
type writer struct {
	mu     sync.Mutex
	out    io.Writer
	buffer bytes.Buffer
}

func (w *writer) write(value any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buffer.Reset()
	e := json.NewEncoder(&w.buffer)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return err
	}
	_, err := w.out.Write(w.buffer.Bytes())
	return err
}
