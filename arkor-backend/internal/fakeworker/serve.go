package fakeworker

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// serve answers with what the last message, or the prompt, says, word by word.
// It may begin with a command: "die" (after one word), "hang" (likewise),
// "long", "broken", "operation" (tell the operation as it came, without its
// id), "fill" (answer with 8 MiB), "impossible" (refuse the schema). Tools are
// called when they have to be, or when the command is "call": the named one, or
// all of them. When it is told to cancel a hanging answer, and when it leaves in
// order, it writes the files $FAKE_CANCELLED and $FAKE_GONE. A folder called
// "plain" holds a model that knows neither tools nor constraints.
func serve(model string) int {
	if filepath.Base(model) == "broken" {
		say(`{"type":"error","error":"model.safetensors is cut off","code":"internal"}`)
		return 1
	}
	if filepath.Base(model) == "stuck" {
		_, _ = io.Copy(io.Discard, os.Stdin)
		return 0
	}
	able := filepath.Base(model) != "plain"
	say(`{"type":"ready","model":%q,"maxLength":512,"tools":%t,"structuredOutputs":%t}`, model, able, able)
	hanging := map[string]bool{}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var op operation
		if err := json.Unmarshal(lines.Bytes(), &op); err != nil {
			return 1
		}
		if op.Op == "cancel" {
			if hanging[op.ID] {
				say(`{"id":%q,"type":"done","finishReason":"cancelled"}`, op.ID)
				_ = os.WriteFile(os.Getenv("FAKE_CANCELLED"), nil, 0o600)
			}
			continue
		}
		text := op.Prompt
		if len(op.Messages) > 0 {
			text = op.Messages[len(op.Messages)-1].Content
		}
		words := strings.SplitAfter(text, " ")
		if op.Adapter != "" {
			weights, _ := os.ReadFile(filepath.Join(op.Adapter, "adapter_model.safetensors"))
			words = append([]string{"[" + string(weights) + "] "}, words...)
		}
		command := strings.TrimSpace(words[0])
		if trouble(op.ID, command) {
			continue
		}
		if calls := op.calls(command == "call"); calls != nil {
			for i, name := range calls {
				say(`{"id":%q,"type":"tool","index":%d,"toolId":"call_%d","name":%q,"arguments":""}`, op.ID, i, i, name)
				say(`{"id":%q,"type":"tool","index":%d,"arguments":"{\"city\":"}`, op.ID, i)
				say(`{"id":%q,"type":"tool","index":%d,"arguments":"\"Oslo\"}"}`, op.ID, i)
			}
			say(`{"id":%q,"type":"done","finishReason":"tool_calls","promptTokens":5,"completionTokens":9}`, op.ID)
			continue
		}
		switch command {
		case "operation":
			var sent map[string]json.RawMessage
			_ = json.Unmarshal(lines.Bytes(), &sent)
			delete(sent, "id")
			data, _ := json.Marshal(sent)
			text, _ := json.Marshal(string(data))
			say(`{"id":%q,"type":"token","text":%s}`, op.ID, text)
			say(`{"id":%q,"type":"done","finishReason":"stop","promptTokens":5,"completionTokens":1}`, op.ID)
		case "impossible":
			say(`{"id":%q,"type":"error","error":"nothing satisfies /properties/a","code":"invalid_schema"}`, op.ID)
		case "fill":
			for range 256 {
				say(`{"id":%q,"type":"token","text":%q}`, op.ID, strings.Repeat("x", 32<<10))
			}
			say(`{"id":%q,"type":"done","finishReason":"stop","promptTokens":5,"completionTokens":256}`, op.ID)
		case "long":
			say(`{"id":%q,"type":"error","error":"700 tokens do not fit into 512","code":"context_too_long"}`, op.ID)
		case "die":
			say(`{"id":%q,"type":"token","text":"dying"}`, op.ID)
			return 1
		case "hang":
			say(`{"id":%q,"type":"token","text":"hanging"}`, op.ID)
			hanging[op.ID] = true
		case "broken":
			say(`{"id":%q,"type":"token","text":"so far"}`, op.ID)
			say(`{"id":%q,"type":"error","error":"out of memory"}`, op.ID)
		default:
			for _, word := range words {
				say(`{"id":%q,"type":"token","text":%q}`, op.ID, word)
			}
			say(`{"id":%q,"type":"done","finishReason":"stop","promptTokens":5,"completionTokens":%d}`, op.ID, len(words))
		}
	}
	_ = os.WriteFile(os.Getenv("FAKE_GONE"), nil, 0o600)
	return 0
}

// operation is a line from the backend.
type operation struct {
	ID, Op, Adapter, Prompt string
	Messages                []struct{ Content string }
	Tools                   []struct{ Name string }
	ToolChoice              json.RawMessage
}

// calls returns the tools that are called, nil for none.
func (op operation) calls(wanted bool) (names []string) {
	var named struct{ Name string }
	switch choice := string(op.ToolChoice); {
	case json.Unmarshal(op.ToolChoice, &named) == nil && named.Name != "":
		return []string{named.Name}
	case choice == `"none"`, choice != `"required"` && !wanted:
		return nil
	}
	for _, tool := range op.Tools {
		names = append(names, tool.Name)
	}
	return names
}
