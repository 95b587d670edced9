package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

type jsonMessage struct {
	Role         string          `json:"role"`
	Content      json.RawMessage `json:"content"`
	ToolCalls    json.RawMessage `json:"tool_calls"`
	ToolCallID   string          `json:"tool_call_id"`
	FunctionCall json.RawMessage `json:"function_call"`
	Weight       json.RawMessage `json:"weight"`
}

type jsonTool struct {
	Type     string `json:"type"`
	Function *Tool  `json:"function"`
}

type jsonCall struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Function *struct {
		Name      string  `json:"name"`
		Arguments *string `json:"arguments"`
	} `json:"function"`
}

func parseTools(raw json.RawMessage) ([]Tool, error) {
	if !isSet(raw) {
		return nil, nil
	}
	var list []jsonTool
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, errors.New(`tools are not a list of {"type":"function","function":{...}}`)
	}
	tools := make([]Tool, len(list))
	for i, t := range list {
		if t.Type != "function" || t.Function == nil {
			return nil, fmt.Errorf(`tool %d is not {"type":"function","function":{...}}`, i+1)
		}
		tools[i] = *t.Function
	}
	return tools, CheckTools(tools)
}

func parseMessages(raw []jsonMessage, tools []Tool) ([]Message, error) {
	messages := make([]Message, len(raw))
	open := map[string]bool{} // calls that a tool may answer
	for i, m := range raw {
		message, err := m.parse(tools)
		if err != nil {
			return nil, fmt.Errorf("message %d %w", i+1, err)
		}
		if len(message.ToolCalls) == 0 || isSet(m.Content) {
			if message.Content, err = parseContent(m.Content); err != nil {
				return nil, fmt.Errorf("message %d: %w", i+1, err)
			}
		}
		if m.Role == RoleTool {
			if !open[m.ToolCallID] {
				return nil, fmt.Errorf("message %d answers the call %q, which no message before it makes", i+1, shorten(m.ToolCallID))
			}
			delete(open, m.ToolCallID)
		}
		for _, call := range message.ToolCalls {
			open[call.ID] = true
		}
		messages[i] = message
	}
	return messages, nil
}

func (m *jsonMessage) parse(tools []Tool) (Message, error) {
	message := Message{Role: m.Role, ToolCallID: m.ToolCallID}
	switch m.Role {
	case System, User, Assistant, RoleTool:
	case "developer": // OpenAI's newer word for it
		message.Role = System
	case "":
		return message, errors.New("has no role (system, user, assistant or tool)")
	default:
		return message, fmt.Errorf("has the role %q: only system, user, assistant and tool are supported", shorten(m.Role))
	}
	if isSet(m.FunctionCall) {
		return message, errors.New(`has a function_call, which is not supported: write it as tool_calls`)
	}
	if isSet(m.ToolCalls) && m.Role != Assistant {
		return message, fmt.Errorf("calls a tool, which is for the assistant and not for the role %q", m.Role)
	}
	if isSet(m.Weight) {
		weight := string(m.Weight)
		if weight != "0" && weight != "1" || m.Role != Assistant {
			return message, errors.New("has a weight, which is supported on the assistant's messages only, as 0 or 1")
		}
		message.Skip = weight == "0"
	}
	var err error
	message.ToolCalls, err = parseCalls(m.ToolCalls, tools)
	return message, err
}

func parseCalls(raw json.RawMessage, tools []Tool) ([]ToolCall, error) {
	if !isSet(raw) {
		return nil, nil
	}
	var list []jsonCall
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, errors.New("has tool_calls that are not a list of calls")
	}
	calls := make([]ToolCall, len(list))
	for i, c := range list {
		switch {
		case c.Function == nil || c.Function.Arguments == nil || c.Type != "" && c.Type != "function":
			return nil, fmt.Errorf(`has a call that is not {"id":"...","type":"function","function":{"name":"...","arguments":"{...}"}}`)
		case !toolName.MatchString(c.Function.Name):
			return nil, fmt.Errorf("calls %q, which is not the name of a tool", shorten(c.Function.Name))
		case len(tools) > 0 && !slices.ContainsFunc(tools, func(t Tool) bool { return t.Name == c.Function.Name }):
			return nil, fmt.Errorf("calls %q, which is not one of the tools", c.Function.Name)
		}
		calls[i] = ToolCall{c.ID, c.Function.Name, *c.Function.Arguments}
		if _, err := hermes.write(calls[i]); err != nil {
			return nil, fmt.Errorf("makes a call that is not understood: %w", err)
		}
	}
	return calls, nil
}

func isSet(raw json.RawMessage) bool {
	text := strings.TrimSpace(string(raw))
	return text != "" && text != "null" && text != "[]"
}
