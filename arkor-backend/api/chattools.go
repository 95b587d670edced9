package api

import (
	"encoding/json"
	"regexp"
	"strconv"

	"github.com/arkorlab/arkor-go/arkor-backend/inference"
)

const maxTools = 128

// toolName is OpenAI's rule for the names of functions and schemas.
var toolName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// tools reads what may be called, and what has to be.
func (b *chatFields) tools(req *inference.Request) {
	var tools []struct {
		Type     string `json:"type"`
		Function struct {
			Name        string          `json:"name"`
			Description string          `json:"description"`
			Parameters  json.RawMessage `json:"parameters"`
			Strict      bool            `json:"strict"`
		} `json:"function"`
	}
	b.read("tools", &tools)
	if len(tools) > maxTools {
		b.invalid("tools", "must be at most %d", maxTools)
		return
	}
	names := map[string]bool{}
	for i, tool := range tools {
		at, f := "tools["+strconv.Itoa(i)+"]", tool.Function
		switch {
		case tool.Type != "function":
			b.invalid(at+".type", `must be "function"`)
		case !toolName.MatchString(f.Name):
			b.invalid(at+".function.name", "must be 1 to 64 of a-z, A-Z, 0-9, _ and -")
		case names[f.Name]:
			b.invalid(at+".function.name", "is %s, as another tool's", f.Name)
		case given(f.Parameters) && f.Parameters[0] != '{':
			b.invalid(at+".function.parameters", "must be a JSON Schema object")
		}
		if !given(f.Parameters) {
			f.Parameters = nil
		}
		names[f.Name] = true
		req.Tools = append(req.Tools, inference.Tool{Name: f.Name, Description: f.Description, Parameters: f.Parameters, Strict: f.Strict})
	}
	req.ToolChoice = b.toolChoice(names)
	if len(tools) == 0 {
		req.ToolChoice = nil
		return
	}
	b.read("parallelToolCalls", &req.ParallelToolCalls)
}

func (b *chatFields) toolChoice(tools map[string]bool) any {
	const name = "toolChoice"
	raw := b.fields[b.spelled(name)]
	word := "auto"
	var named struct {
		Type     string `json:"type"`
		Function struct {
			Name string `json:"name"`
		} `json:"function"`
	}
	if len(raw) > 0 && raw[0] == '{' {
		b.read(name, &named)
		word = named.Type
	} else {
		b.read(name, &word)
	}
	switch {
	case named.Type == "" && (word == "auto" || word == "none"):
		return word
	case named.Type != "function" && (named.Type != "" || word != "required"):
		b.invalid(b.spelled(name), `must be "auto", "none", "required" or {"type":"function","function":{"name"}}`)
	case len(tools) == 0:
		b.invalid(b.spelled(name), "forces a tool call, and there are no tools")
	case word == "required":
		return word
	case !tools[named.Function.Name]:
		b.invalid(b.spelled(name), "names %q, which is none of the tools", named.Function.Name)
	}
	return inference.NamedTool{Name: named.Function.Name}
}
