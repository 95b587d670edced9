// Package inference answers chats with workers that hold a model in memory.
package inference

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Message is one message of a chat.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Request is one answer to generate. Nil numbers leave the choice to the worker.
type Request struct {
	Caller      string `json:"-"` // whose turn it is when requests have to wait: an endpoint, a project
	Messages    []Message
	Adapter     string // folder of a LoRA adapter, "" for the model as it is
	Temperature *float64
	TopP        *float64
	MaxTokens   *int64
}

// Done says how an answer ended.
type Done struct {
	FinishReason                   string // "stop", "length" or "cancelled"
	PromptTokens, CompletionTokens int64
}

// Error is a worker's refusal of a request.
type Error struct {
	Code    string // "context_too_long", "bad_adapter", "invalid_request" or "internal"
	Message string
}

func (e *Error) Error() string { return e.Message }

const (
	maxLine      = 1 << 20 // bounds a line of a worker
	maxOperation = 8 << 20 // what a worker takes in one line
)

// operation is a line to a worker.
type operation struct {
	ID          string    `json:"id"`
	Op          string    `json:"op"`
	Messages    []Message `json:"messages,omitempty"`
	Adapter     string    `json:"adapter,omitempty"`
	Temperature *float64  `json:"temperature,omitempty"`
	TopP        *float64  `json:"topP,omitempty"`
	MaxTokens   *int64    `json:"maxTokens,omitempty"`
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
	FinishReason     string `json:"finishReason"`
	PromptTokens     int64  `json:"promptTokens"`
	CompletionTokens int64  `json:"completionTokens"`
	Error            string `json:"error"`
	Code             string `json:"code"`
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
	case "token", "reading", "done", "error":
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
