package api

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/arkorlab/arkor-go/arkor-backend/inference"
)

const (
	maxStops = 16
	maxStop  = 256 // bytes
)

// ask is what a body asks for.
type ask struct {
	inference.Request
	raw         bool // continues a prompt; there are no messages
	stream      bool
	streamUsage bool // counts tokens in the last frame
}

// chat reads a request for an answer to messages.
func (b *chatFields) chat(stream bool) (ask, error) {
	a := ask{stream: stream}
	a.Messages = b.messages()
	b.tools(&a.Request)
	a.Constraint = b.constraint()
	if a.Constraint != nil && len(a.Tools) > 0 && a.ToolChoice != "auto" && a.ToolChoice != "none" {
		b.invalid(b.spelled("toolChoice"), "forces a tool call, which cannot have the form of %s as well", b.spelled("responseFormat"))
	}
	b.sampling(&a)
	return a, b.err
}

// completion reads a request for the continuation of a prompt.
func (b *chatFields) completion() (ask, error) {
	a := ask{raw: true}
	var prompts []json.RawMessage
	raw := b.fields["prompt"]
	if len(raw) > 0 && raw[0] == '[' {
		b.decode("prompt", raw, &prompts)
		if b.err == nil && len(prompts) != 1 {
			b.refuse("unsupported_here", "prompt", "must be a string or a list of one: one answer is written for each request")
			return a, b.err
		}
	}
	if len(prompts) == 1 {
		raw = prompts[0]
	}
	b.decode("prompt", raw, &a.Prompt)
	if b.err == nil && (a.Prompt == nil || *a.Prompt == "") {
		b.invalid("prompt", "must be a string that is not empty")
	}
	b.sampling(&a)
	return a, b.err
}

// sampling reads what every answer is governed by.
func (b *chatFields) sampling(a *ask) {
	b.refuseUnsupported()
	a.Temperature = b.number("temperature", "at least 0", func(n float64) bool { return n >= 0 })
	a.TopP = b.number("topP", "above 0 and at most 1", func(n float64) bool { return n > 0 && n <= 1 })
	a.Seed = b.whole("seed", math.Inf(-1))
	a.MaxTokens = b.whole("maxTokens", 1)
	if n := b.whole("maxCompletionTokens", 1); n != nil {
		if a.MaxTokens != nil && *a.MaxTokens != *n {
			b.invalid(b.spelled("maxCompletionTokens"), "and %s are the same: give one of them", b.spelled("maxTokens"))
		}
		a.MaxTokens = n
	}
	a.Stop = b.stops()
	b.read("stream", &a.stream)
	var options *struct {
		IncludeUsage bool `json:"include_usage"`
	}
	b.read("streamOptions", &options)
	if options != nil && !a.stream {
		b.invalid(b.spelled("streamOptions"), "needs stream to be true")
	}
	a.streamUsage = options != nil && options.IncludeUsage
}

// stops reads the texts that end an answer: one, or a list.
func (b *chatFields) stops() (stops []string) {
	if raw := b.fields["stop"]; len(raw) > 0 && raw[0] == '[' {
		b.read("stop", &stops)
	} else {
		var one *string
		b.read("stop", &one)
		if one != nil {
			stops = []string{*one}
		}
	}
	if len(stops) > maxStops {
		b.invalid("stop", "must be at most %d texts", maxStops)
	}
	for _, stop := range stops {
		if stop == "" || len(stop) > maxStop {
			b.invalid("stop", "must be texts of 1 to %d bytes", maxStop)
		}
	}
	return stops
}

// chatMessage is a message as bodies and answers have it, and as it is stored.
type chatMessage struct {
	Role       string          `json:"role"`
	Content    json.RawMessage `json:"content"`
	ToolCalls  []chatToolCall  `json:"tool_calls,omitempty"`
	ToolCallID *string         `json:"tool_call_id,omitempty"`
}

type chatToolCall struct {
	Index    *int         `json:"index,omitempty"` // in streams
	ID       string       `json:"id,omitempty"`
	Type     string       `json:"type,omitempty"` // always "function"
	Function chatFunction `json:"function"`
}

type chatFunction struct {
	Name      string  `json:"name,omitempty"`
	Arguments *string `json:"arguments"` // JSON as text
}

// messages reads the conversation.
func (b *chatFields) messages() (messages []inference.Message) {
	var raw []chatMessage
	b.read("messages", &raw)
	if len(raw) == 0 {
		b.invalid("messages", "must hold at least one message")
	}
	for i, m := range raw {
		at := "messages[" + strconv.Itoa(i) + "]"
		content, has := b.content(at+".content", m.Content)
		message := inference.Message{Role: m.Role, Content: content}
		switch m.Role {
		case "developer":
			message.Role = "system"
		case "system", "user":
		case "assistant":
			message.ToolCalls = b.calls(at, m.ToolCalls)
			has = has || len(message.ToolCalls) > 0
		case "tool":
			if m.ToolCallID == nil || *m.ToolCallID == "" {
				b.invalid(at+".tool_call_id", "must say which tool call this answers")
				break
			}
			message.ToolCallID = *m.ToolCallID
		default:
			b.invalid(at+".role", "must be system, user, assistant or tool")
		}
		if !has {
			b.invalid(at+".content", "must be a string")
		}
		if b.err != nil {
			return nil
		}
		messages = append(messages, message)
	}
	return messages
}

// content reads a string, or OpenAI's list of parts if all of them are text.
func (b *chatFields) content(at string, raw json.RawMessage) (text string, has bool) {
	if len(raw) == 0 || raw[0] != '[' {
		var content *string
		b.decode(at, raw, &content)
		if content == nil {
			return "", false
		}
		return *content, true
	}
	var parts []struct {
		Type string  `json:"type"`
		Text *string `json:"text"`
	}
	b.decode(at, raw, &parts)
	for i, part := range parts {
		switch {
		case part.Type != "text":
			b.refuse("unsupported_here", at+"["+strconv.Itoa(i)+"]", "is not text, and these models read nothing else")
		case part.Text == nil:
			b.invalid(at+"["+strconv.Itoa(i)+"].text", "must be a string")
		default:
			text += *part.Text
		}
	}
	return text, len(parts) > 0
}

// calls reads the tool calls of an assistant's message.
func (b *chatFields) calls(at string, raw []chatToolCall) (calls []inference.ToolCall) {
	for i, call := range raw {
		at := at + ".tool_calls[" + strconv.Itoa(i) + "]"
		switch {
		case call.ID == "":
			b.invalid(at+".id", "must be a string that is not empty")
		case call.Type != "function":
			b.invalid(at+".type", `must be "function"`)
		case call.Function.Name == "":
			b.invalid(at+".function.name", "must name a function")
		case call.Function.Arguments == nil:
			b.invalid(at+".function.arguments", "must be JSON as a string")
		default:
			calls = append(calls, inference.ToolCall{ID: call.ID, Name: call.Function.Name, Arguments: *call.Function.Arguments})
		}
	}
	return calls
}
