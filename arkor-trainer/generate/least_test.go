package generate

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/grammar"
)

// No question has fewer tokens than what is refused by.
func TestLeastTokens(t *testing.T) {
	t.Parallel()
	a := openTest(t, "")
	long := strings.Repeat("hello there, ", 9)
	call := []chat.ToolCall{{ID: "t", Name: "now", Arguments: `{ "a" : "` + strings.Repeat(`\u0041`, 90) + `" }` + strings.Repeat(" ", 900)}}
	tools := weatherTools()
	tools[1].Description = long
	tools[0].Parameters = json.RawMessage(`{"type":"object","description":"` + strings.Repeat(`\u0041`, 90) + `"` + strings.Repeat(" ", 900) + `}`)
	for _, q := range []Question{
		{Prompt: &long},
		{Messages: hello()},
		{Messages: []chat.Message{{Role: chat.User, Content: long + strings.Repeat("\n", 99)}}},
		{Messages: []chat.Message{{Role: chat.User, Content: long}, {Role: chat.Assistant, ToolCalls: call}, {Role: "tool", ToolCallID: "t", Content: long}, {Role: chat.User}}},
		{Messages: hello(), Tools: tools},
		{Messages: hello(), Tools: tools, Choice: ChoiceNone},
	} {
		tokens, err := a.prompt(&q)
		if err != nil {
			t.Fatal(err)
		}
		if least := a.leastTokens(&q); least > len(tokens) || least == 0 {
			t.Errorf("%+v: at least %d tokens, and it has %d", q, least, len(tokens))
		}
	}
}

// Megabytes are refused before they are made tokens of.
func TestHopelesslyLong(t *testing.T) {
	t.Parallel()
	a := openTest(t, "")
	huge := strings.Repeat("abcdefghij", 1<<16)
	for name, q := range map[string]Question{
		"prompt":      {Prompt: &huge},
		"content":     {Messages: []chat.Message{{Role: chat.User, Content: huge}}},
		"spaces":      {Messages: []chat.Message{{Role: chat.User, Content: strings.Repeat(" \n", 1<<18)}}},
		"messages":    {Messages: make([]chat.Message, 9000)},
		"arguments":   {Messages: []chat.Message{{Role: chat.Assistant, ToolCalls: []chat.ToolCall{{ID: "t", Name: "f", Arguments: `{"a":"` + huge + `"}`}}}}},
		"description": {Messages: hello(), Tools: []chat.Tool{{Name: "f", Description: huge}}},
		"parameters":  {Messages: hello(), Tools: []chat.Tool{{Name: "f", Parameters: json.RawMessage(`{"description":"` + huge + `"}`)}}},
	} {
		_, err := a.Reply(t.Context(), q, Options{TopP: 1, MaxTokens: 1}, func(Delta) error { return nil })
		var form *grammar.Error
		if !errors.Is(err, ErrContextTooLong) || errors.As(err, &form) || !strings.Contains(err.Error(), "has at least ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
