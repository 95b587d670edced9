package api

import (
	"encoding/json"
	"math"
	"net/http"

	"github.com/arkorlab/arkor-go/arkor-backend/inference"
)

// chatBody is the body of POST /v1/inference/chat.
type chatBody struct {
	Messages    []chatMessage `json:"messages"`
	Adapter     *chatAdapter  `json:"adapter"`
	BaseModel   *string       `json:"baseModel"`
	Temperature *float64      `json:"temperature"`
	TopP        *float64      `json:"topP"`
	MaxTokens   *float64      `json:"maxTokens"`
	Stream      *bool         `json:"stream"`

	Tools             []json.RawMessage `json:"tools"`
	ToolChoice        json.RawMessage   `json:"toolChoice"`
	ResponseFormat    json.RawMessage   `json:"responseFormat"`
	StructuredOutputs json.RawMessage   `json:"structuredOutputs"`
}

type chatMessage struct {
	Role      string            `json:"role"`
	Content   *string           `json:"content"`
	ToolCalls []json.RawMessage `json:"tool_calls"`
}

func refuseChat(code, format string, args ...any) *failure {
	f := fail(http.StatusBadRequest, code, format, args...)
	f.message = code + ": " + f.message // for clients that keep the message alone
	return f
}

// check returns the request for the worker, or why this backend cannot answer
// it. Nothing that would change the answer is passed over in silence.
func (b *chatBody) check() (inference.Request, error) {
	var req inference.Request
	if err := b.checkSupported(); err != nil {
		return req, err
	}
	if (b.Adapter == nil) == (b.BaseModel == nil) {
		return req, refuseChat("invalid_request", "give either adapter or baseModel")
	}
	if len(b.Messages) == 0 {
		return req, refuseChat("invalid_request", "messages must hold at least one message")
	}
	for i, m := range b.Messages {
		switch {
		case m.Role == "tool" || m.Role == "assistant" && len(m.ToolCalls) > 0:
			return req, refuseChat("unsupported_here", "messages[%d]: this backend does not do tool calls", i)
		case m.Role != "system" && m.Role != "user" && m.Role != "assistant":
			return req, refuseChat("invalid_request", "messages[%d].role must be system, user, assistant or tool", i)
		case m.Content == nil:
			return req, refuseChat("invalid_request", "messages[%d].content must be a string", i)
		}
		req.Messages = append(req.Messages, inference.Message{Role: m.Role, Content: *m.Content})
	}
	switch {
	case b.Temperature != nil && *b.Temperature < 0:
		return req, refuseChat("invalid_request", "temperature must not be below 0")
	case b.TopP != nil && (*b.TopP <= 0 || *b.TopP > 1):
		return req, refuseChat("invalid_request", "topP must be above 0 and at most 1")
	case b.MaxTokens != nil && (*b.MaxTokens < 1 || *b.MaxTokens > math.MaxInt32 || *b.MaxTokens != math.Trunc(*b.MaxTokens)):
		return req, refuseChat("invalid_request", "maxTokens must be a whole number of at least 1")
	}
	req.Temperature, req.TopP = b.Temperature, b.TopP
	if b.MaxTokens != nil {
		n := int64(*b.MaxTokens)
		req.MaxTokens = &n
	}
	return req, nil
}

// checkSupported refuses what the worker cannot do yet.
func (b *chatBody) checkSupported() error {
	var choice string
	_ = json.Unmarshal(b.ToolChoice, &choice)
	if len(b.Tools) > 0 && choice != "none" {
		if given(b.ToolChoice) && choice != "auto" {
			return refuseChat("unsupported_here", "this backend cannot force a tool call")
		}
		return refuseChat("tool_calling_not_configured", "this backend has no tool-call parser for the model")
	}
	if given(b.ToolChoice) && choice != "none" && choice != "auto" {
		return refuseChat("unsupported_here", "toolChoice without tools")
	}
	if given(b.StructuredOutputs) {
		return refuseChat("unsupported_here", "this backend cannot constrain an answer (structuredOutputs)")
	}
	if given(b.ResponseFormat) {
		var format struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(b.ResponseFormat, &format) != nil || format.Type == "" {
			return refuseChat("invalid_request", `responseFormat must be an object with a type`)
		}
		if format.Type != "text" {
			return refuseChat("unsupported_here", "this backend cannot constrain an answer (responseFormat %q)", format.Type)
		}
	}
	return nil
}

func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
