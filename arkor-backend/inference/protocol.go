// Package inference answers chats with workers that hold a model in memory.
package inference

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Message is one message of a chat.
type Message struct {
	Role       string     `json:"role"` // "system", "user", "assistant" or "tool"
	Content    string     `json:"content"`
	ToolCalls  []ToolCall `json:"toolCalls,omitempty"`  // of an assistant
	ToolCallID string     `json:"toolCallId,omitempty"` // of a tool: the call that it answers
}

// ToolCall is a call that an assistant made; Arguments is JSON as text.
type ToolCall struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
}

// Tool is what an assistant may call; without Parameters it takes no arguments.
type Tool struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"` // a JSON Schema
	Strict      bool            `json:"strict,omitempty"`
}

// Constraint is what an answer must look like. Type says which of the other
// fields counts: "json_object", "json_schema", "regex", "choice" or "grammar".
type Constraint struct {
	Type    string          `json:"type"`
	Schema  json.RawMessage `json:"schema,omitempty"`
	Strict  bool            `json:"strict,omitempty"`
	Pattern string          `json:"pattern,omitempty"`
	Choices []string        `json:"choices,omitempty"`
	Grammar string          `json:"grammar,omitempty"` // EBNF

	AnyWhitespace        *bool  `json:"anyWhitespace,omitempty"`        // false: compact JSON
	WhitespacePattern    string `json:"whitespacePattern,omitempty"`    // between the tokens of JSON
	AdditionalProperties *bool  `json:"additionalProperties,omitempty"` // false: none where the schema says nothing
}

// Request is one answer to generate, to messages or, without a chat template,
// to a prompt. Nil leaves the choice to the worker.
type Request struct {
	Caller string `json:"-"` // whose turn it is when requests have to wait: an endpoint, a project

	Messages          []Message   `json:"messages,omitempty"`
	Prompt            *string     `json:"prompt,omitempty"`
	Adapter           string      `json:"adapter,omitempty"` // folder of a LoRA adapter, "" for the model as it is
	Temperature       *float64    `json:"temperature,omitempty"`
	TopP              *float64    `json:"topP,omitempty"`
	MaxTokens         *int64      `json:"maxTokens,omitempty"`
	Seed              *int64      `json:"seed,omitempty"`
	Stop              []string    `json:"stop,omitempty"`
	Tools             []Tool      `json:"tools,omitempty"`
	ToolChoice        any         `json:"toolChoice,omitempty"` // "auto", "none", "required" or a NamedTool
	ParallelToolCalls *bool       `json:"parallelToolCalls,omitempty"`
	Constraint        *Constraint `json:"constraint,omitempty"`
}

// NamedTool is a tool that has to be called.
type NamedTool struct {
	Name string `json:"name"`
}

// Delta is the next piece of an answer: text, or a piece of a tool call.
type Delta struct {
	Text string
	Tool *ToolDelta
}

// ToolDelta is a piece of a tool call. The first one of an Index has ID and
// Name; the Arguments of all of them make up the call's.
type ToolDelta struct {
	Index               int
	ID, Name, Arguments string
}

// Done says how an answer ended.
type Done struct {
	FinishReason                   string // "stop", "length", "tool_calls" or "cancelled"
	PromptTokens, CompletionTokens int64
}

// Error is a worker's refusal of a request.
type Error struct {
	Code    string // "context_too_long", "bad_adapter", "invalid_request", "invalid_schema", "tool_calling_not_configured" or "internal"
	Message string
}

func (e *Error) Error() string { return e.Message }

const (
	maxLine      = 1 << 20 // bounds a line of a worker
	maxOperation = 8 << 20 // what a worker takes in one line
)

// operation is a line to a worker.
type operation struct {
	ID string `json:"id"`
	Op string `json:"op"` // "generate" or "cancel"
	Request
}

// line writes an operation. One that no worker takes is an *Error.
func (o operation) line() ([]byte, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false) // it would make text longer
	if err := e.Encode(o); err != nil {
		return nil, err
	}
	if text.Len() > maxOperation {
		return nil, &Error{"context_too_long", fmt.Sprintf("the messages are longer than %d MiB", maxOperation>>20)}
	}
	return text.Bytes(), nil
}

// reply is a line from a worker.
type reply struct {
	ID               string `json:"id"`
	Type             string `json:"type"`
	Text             string `json:"text"`
	Index            int    `json:"index"`
	ToolID           string `json:"toolId"`
	Name             string `json:"name"`
	Arguments        string `json:"arguments"`
	FinishReason     string `json:"finishReason"`
	PromptTokens     int64  `json:"promptTokens"`
	CompletionTokens int64  `json:"completionTokens"`
	Error            string `json:"error"`
	Code             string `json:"code"`
	abilities               // of a ready line
}

// abilities are what a worker can do with its model.
type abilities struct {
	Tools             bool  `json:"tools"` // find calls in what the model says
	StructuredOutputs bool  `json:"structuredOutputs"`
	MaxLength         int64 `json:"maxLength"` // tokens of a prompt and its answer together
}

// refuse returns why a worker could not honour a request, nil if it can.
func (a abilities) refuse(req Request) error {
	switch {
	case req.MaxTokens != nil && a.MaxLength > 0 && *req.MaxTokens > a.MaxLength:
		return &Error{"invalid_request", fmt.Sprintf("max_tokens is %d, and a prompt and its answer have at most %d tokens together with this model", *req.MaxTokens, a.MaxLength)}
	case len(req.Tools) > 0 && req.ToolChoice == "auto" && !a.Tools:
		return &Error{"tool_calling_not_configured", "this model has no tool-call parser: a tool can only be forced, with required or by its name"}
	case len(req.Tools) > 0 && req.ToolChoice != "auto" && req.ToolChoice != "none" && !a.StructuredOutputs:
		return &Error{"unsupported_here", "arkor-trainer cannot force a tool call with this model"}
	case req.Constraint != nil && !a.StructuredOutputs:
		return &Error{"unsupported_here", "arkor-trainer cannot constrain the answers of this model"}
	}
	return nil
}

// parseReply reads a line from a worker.
func parseReply(line []byte) (reply, error) {
	var r reply
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("not a line of the worker protocol: %w", err)
	}
	switch r.Type {
	case "ready":
		return r, nil
	case "token", "tool", "reading", "done", "error":
		if r.ID != "" {
			return r, nil
		}
		if r.Type == "error" { // about the worker as a whole
			return r, nil
		}
		return r, fmt.Errorf("a %s line without an id", r.Type)
	}
	return r, fmt.Errorf("unknown type %q", r.Type)
}

// delta is the piece of an answer in a token or tool line.
func (r reply) delta() Delta {
	if r.Type == "tool" {
		return Delta{Tool: &ToolDelta{r.Index, r.ToolID, r.Name, r.Arguments}}
	}
	return Delta{Text: r.Text}
}

// failure is the error of an error line.
func (r reply) failure() *Error {
	e := &Error{Code: r.Code, Message: r.Error}
	if e.Code == "" {
		e.Code = "internal"
	}
	if e.Message == "" {
		e.Message = "the model gave no reason"
	}
	return e
}
