package chat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// RoleTool is the role of messages that hold what a tool answered.
const RoleTool = "tool"

// Tool is something that the model may call.
type Tool struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"` // a JSON Schema of an object
	Strict      bool            `json:"strict,omitempty"`
}

// ToolCall is a call that an assistant's message makes.
type ToolCall struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Arguments string `json:"arguments"` // JSON
}

// Notation is how a model writes calls: Open + name + Middle + arguments + Close.
type Notation struct {
	Open, Middle, Close string
	Between             string // two calls; "" when there is one at most
	Trigger             string // begin of Open that is in no other text; "" when a call is the whole answer
}

// The two notations. Hermes' is also that of Qwen and of the builtin model;
// Llama's is that of Llama 3.1 and later.
var (
	hermes = Notation{"<tool_call>\n{\"name\": \"", "\", \"arguments\": ", "}\n</tool_call>", "\n", "<tool_call>"}
	llama  = Notation{"{\"name\": \"", "\", \"parameters\": ", "}", "", ""}
)

// write returns the text of a call.
func (n Notation) write(c ToolCall) (string, error) {
	arguments := strings.TrimSpace(c.Arguments)
	if arguments == "" {
		arguments = "{}" // some clients send this for a call without arguments
	}
	if arguments[0] != '{' {
		return "", fmt.Errorf("the arguments of the call of %q are not a JSON object", shorten(c.Name))
	}
	spaced, err := spacedJSON([]byte(arguments), "")
	if err != nil {
		return "", fmt.Errorf("the arguments of the call of %q are %w", shorten(c.Name), err)
	}
	return n.Open + c.Name + n.Middle + spaced + n.Close, nil
}

var toolName = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,64}$`)

// CheckTools refuses tools that cannot be told apart or written down.
func CheckTools(tools []Tool) error {
	known := map[string]bool{}
	for i, tool := range tools {
		switch {
		case !toolName.MatchString(tool.Name):
			return fmt.Errorf("tool %d has the name %q: names have 1 to 64 letters, digits, and _ . -", i+1, shorten(tool.Name))
		case known[tool.Name]:
			return fmt.Errorf("two tools have the name %q", tool.Name)
		}
		known[tool.Name] = true
		if parameters := bytes.TrimSpace(tool.Parameters); len(parameters) > 0 && parameters[0] != '{' && string(parameters) != "null" {
			return fmt.Errorf("the parameters of the tool %q are not a JSON Schema object", tool.Name)
		}
	}
	return nil
}

// describe returns the tool as templates show it to the model.
func (t Tool) describe(indent string) (string, error) {
	var out bytes.Buffer
	text := func(s string) string {
		out.Reset()
		e := json.NewEncoder(&out)
		e.SetEscapeHTML(false)
		_ = e.Encode(s) // strings always encode
		return strings.TrimSpace(out.String())
	}
	raw := `{"type":"function","function":{"name":` + text(t.Name)
	if t.Description != "" {
		raw += `,"description":` + text(t.Description)
	}
	if parameters := bytes.TrimSpace(t.Parameters); len(parameters) > 0 && string(parameters) != "null" {
		raw += `,"parameters":` + string(parameters)
	}
	return spacedJSON([]byte(raw+"}}"), indent)
}

const (
	toolsBegin = "# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>"
	toolsEnd   = "\n</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>"

	llamaEnvironment = "Environment: ipython\n"
	llamaTools       = "Given the following functions, please respond with a JSON for a function call with its proper arguments that best answers the given prompt.\n\n" +
		"Respond in the format {\"name\": function name, \"parameters\": dictionary of argument name and its value}.Do not use variables.\n\n"
)

// notationOf recognises how a template writes calls.
func notationOf(source string) (n Notation, known bool) {
	switch {
	case strings.Contains(source, "<tool_call>") && strings.Contains(source, "<tools>"):
		return hermes, true
	case strings.Contains(source, "<|start_header_id|>") && strings.Contains(source, "ipython") && strings.Contains(source, "Given the following functions"):
		return llama, true
	}
	return hermes, false
}

// ErrNoTools is the error of templates that were not made for tools.
var ErrNoTools = errors.New("the model's chat template has no tools")

// Tools reports whether the template was made for tools, so that the model can
// be expected to call them by itself.
func (t *Template) Tools() bool { return t.tools }

// Notation returns how calls are written, also for a template without tools.
func (t *Template) Notation() Notation { return t.notation }

// Text returns the bytes of a token of an answer: those of Tokenizer.Bytes, and
// of the control tokens that some tokenizers have for the begin and end of a call.
func (t *Template) Text(token int32) []byte {
	if text := t.tok.Bytes(token); text != nil {
		return text
	}
	if name, _ := t.tok.Name(token); name == "<tool_call>" || name == "</tool_call>" {
		return []byte(name)
	}
	return nil
}

// piece is a part of a turn. Markers are written by the template, and may be
// tokens of their own; everything else is text, whatever it looks like.
type piece struct {
	text   string
	marker bool
}

// marked cuts a text of the template's at its markers.
func marked(text string) []piece {
	var pieces []piece
	for text != "" {
		start := strings.IndexByte(text, '<')
		end := strings.IndexByte(text[max(start, 0):], '>') + max(start, 0) + 1
		if start < 0 || end <= start {
			return append(pieces, piece{text, false})
		}
		pieces = append(pieces, piece{text[:start], false}, piece{text[start:end], true})
		text = text[end:]
	}
	return pieces
}

// encode returns the tokens of a turn's inside.
func (t *Template) encode(pieces []piece) (tokens []int32) {
	var text strings.Builder
	flush := func() {
		tokens = append(tokens, t.tok.Encode(text.String())...)
		text.Reset()
	}
	for _, p := range pieces {
		if id, ok := t.tok.Special(p.text); ok && p.marker {
			flush()
			tokens = append(tokens, id)
			continue
		}
		text.WriteString(p.text)
	}
	flush()
	return tokens
}

// callPieces returns the inside of a turn that calls tools.
func (t *Template) callPieces(m Message) ([]piece, error) {
	if t.notation.Between == "" {
		if len(m.ToolCalls) > 1 {
			return nil, errors.New("the model's chat template has one tool call in a message at most")
		}
		if strings.TrimSpace(m.Content) != "" {
			return nil, errors.New("the model's chat template has no text beside a tool call")
		}
	}
	var pieces []piece
	between := ""
	if m.Content != "" {
		pieces = append(pieces, piece{m.Content, false})
		between = "\n"
	}
	for _, c := range m.ToolCalls {
		text, err := t.notation.write(c)
		if err != nil {
			return nil, err
		}
		if between != "" {
			pieces = append(pieces, piece{between, false})
		}
		between = t.notation.Between
		if t.notation.Trigger == "" {
			pieces = append(pieces, piece{text, false})
			continue
		}
		inside := strings.TrimSuffix(strings.TrimPrefix(text, "<tool_call>"), "</tool_call>")
		pieces = append(pieces, piece{"<tool_call>", true}, piece{inside, false}, piece{"</tool_call>", true})
	}
	return pieces, nil
}

// toolPieces returns the inside of the turn that holds what tools answered, and
// its role. In Hermes' notation answers that follow each other are one turn.
func (t *Template) toolPieces(answers []Message) (role string, pieces []piece) {
	if t.notation.Trigger == "" {
		text, _ := json.Marshal(answers[0].Content) // a string always encodes
		spaced, _ := spacedJSON(text, "")
		return "ipython", []piece{{spaced, false}}
	}
	for i, m := range answers {
		if i > 0 {
			pieces = append(pieces, piece{"\n", false})
		}
		pieces = append(pieces, marked("<tool_response>")...)
		pieces = append(pieces, piece{"\n" + m.Content + "\n", false})
		pieces = append(pieces, marked("</tool_response>")...)
	}
	return User, pieces
}

// offer puts the tools into the messages: a system turn for Hermes' notation,
// the first user turn for Llama's. It returns the pieces of the turn that holds
// them and its index.
func (t *Template) offer(messages []Message, tools []Tool) (at int, pieces []piece, err error) {
	indent, separator := "", ""
	if t.notation.Trigger == "" {
		indent, separator = "    ", "\n\n"
	}
	described := make([]string, len(tools))
	for i, tool := range tools {
		if described[i], err = tool.describe(indent); err != nil {
			return 0, nil, fmt.Errorf("the tool %q is %w", tool.Name, err)
		}
	}
	if t.notation.Trigger == "" {
		if len(messages) < 2 || messages[1].Role != User {
			return 0, nil, errors.New("with tools, the model's chat template needs a user's message first")
		}
		text := llamaTools
		for _, d := range described {
			text += d + separator
		}
		return 1, []piece{{text + messages[1].Content, false}}, nil
	}
	begin := toolsBegin
	if messages[0].Content != "" {
		pieces = append(pieces, piece{messages[0].Content, false})
		begin = "\n\n" + begin
	}
	pieces = append(pieces, marked(begin)...)
	for _, d := range described {
		pieces = append(pieces, piece{"\n" + d, false})
	}
	return 0, append(pieces, marked(toolsEnd)...), nil
}
