package generate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/generate/generatetest"
	"github.com/arkorlab/arkor-go/arkor-trainer/grammar"
)

func openTest(t *testing.T, template string) *Assistant {
	t.Helper()
	folder := generatetest.Folder(t).(fstest.MapFS)
	if template != "" {
		folder["chat_template.jinja"] = &fstest.MapFile{Data: []byte(template)}
	}
	a, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Engine.Close)
	return a
}

func weatherTools() []chat.Tool {
	return []chat.Tool{{Name: "weather", Description: "Current weather", Parameters: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string","maxLength":8},"days":{"type":"integer","minimum":1,"maximum":9}},"required":["city","days"]}`)}, {Name: "now"}}
}

// told is an answer put together.
type told struct {
	Text  string
	Calls []chat.ToolCall // without ids
}

func (s *told) add(d Delta) error {
	s.Text += d.Text
	if c := d.Call; c != nil {
		if c.Index == len(s.Calls) && strings.HasPrefix(c.ID, "call_") {
			s.Calls = append(s.Calls, chat.ToolCall{Name: c.Name})
		} else if c.ID != "" || c.Name != "" {
			return fmt.Errorf("a call has two begins: %+v", c)
		}
		s.Calls[c.Index].Arguments += c.Arguments
	}
	return nil
}

func hello() []chat.Message { return []chat.Message{{Role: chat.User, Content: "hello"}} }

func TestReply(t *testing.T) {
	t.Parallel()
	a := openTest(t, "")
	prompt := "hello"
	number := &grammar.Spec{Type: grammar.JSONSchema, Schema: json.RawMessage(`{"type":"integer","minimum":100,"maximum":999}`)}
	for _, test := range []struct {
		name   string
		q      Question
		o      Options
		finish string
		check  func(told) bool
	}{
		{"schema", Question{Messages: hello(), Form: number}, Options{}, FinishStop, func(s told) bool { return len(s.Text) == 3 && len(s.Calls) == 0 }},
		{"schema without room", Question{Messages: hello(), Form: number}, Options{MaxTokens: 2}, FinishLength, func(s told) bool { return len(s.Text) == 2 }},
		{"schema cut by a stop text", Question{Messages: hello(), Form: &grammar.Spec{Type: grammar.Choice, Choices: []string{"abcd"}}}, Options{Stop: []string{"c"}}, FinishLength, func(s told) bool { return s.Text == "ab" }},
		{"schema with a stop text that is not met", Question{Messages: hello(), Form: &grammar.Spec{Type: grammar.Choice, Choices: []string{"abcd"}}}, Options{Stop: []string{"x"}}, FinishStop, func(s told) bool { return s.Text == "abcd" }},
		{"raw prompt", Question{Prompt: &prompt}, Options{MaxTokens: 5}, "", func(s told) bool { return s.Text != "" }},
		{"required", Question{Messages: hello(), Tools: weatherTools(), Choice: ChoiceRequired}, Options{}, FinishToolCalls, func(s told) bool { return s.Text == "" && len(s.Calls) == 1 }},
		{"required, several", Question{Messages: hello(), Tools: weatherTools(), Choice: ChoiceRequired, Parallel: true}, Options{MaxTokens: 2900}, "", func(s told) bool { return s.Text == "" && len(s.Calls) > 0 }},
		{"named", Question{Messages: hello(), Tools: weatherTools(), Tool: "now"}, Options{}, FinishToolCalls, func(s told) bool {
			return len(s.Calls) == 1 && s.Calls[0].Name == "now" && strings.TrimSpace(strings.Trim(s.Calls[0].Arguments, "{}")) == ""
		}},
		{"call without room", Question{Messages: hello(), Tools: weatherTools(), Tool: "weather"}, Options{MaxTokens: 60}, FinishLength, func(s told) bool { return len(s.Calls) == 1 }},
		{"auto", Question{Messages: hello(), Tools: weatherTools()}, Options{MaxTokens: 40}, "", func(s told) bool { return s.Text != "" && len(s.Calls) == 0 }},
		{"none", Question{Messages: hello(), Tools: weatherTools(), Choice: ChoiceNone, Form: number}, Options{}, FinishStop, func(s told) bool { return len(s.Text) == 3 }},
		{"a call or a form", Question{Messages: hello(), Tools: weatherTools(), Form: number}, Options{}, "", func(s told) bool { return (len(s.Text) == 3) != (len(s.Calls) == 1) }},
	} {
		for seed := range uint64(5) {
			test.o.Temperature, test.o.TopP, test.o.Seed = 2, 1, seed
			if test.o.MaxTokens == 0 {
				test.o.MaxTokens = 900
			}
			var s told
			result, err := a.Reply(context.Background(), test.q, test.o, s.add)
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			if test.finish != "" && result.FinishReason != test.finish || !test.check(s) {
				t.Errorf("%s: %s %+v", test.name, result.FinishReason, s)
			}
			if result.FinishReason != FinishToolCalls {
				continue
			}
			for _, call := range s.Calls {
				var arguments struct{ Days int }
				if err := json.Unmarshal([]byte(call.Arguments), &arguments); err != nil || call.Name == "weather" && (arguments.Days < 1 || arguments.Days > 9) {
					t.Errorf("%s: %+v %v", test.name, call, err)
				}
			}
		}
	}
}

func TestReplyRefuses(t *testing.T) {
	t.Parallel()
	a := openTest(t, "")
	plain := openTest(t, "<|im_start|><|im_end|>")
	prompt := "x"
	for _, test := range []struct {
		a    *Assistant
		q    Question
		want string
	}{
		{a, Question{}, "no messages"},
		{a, Question{Messages: hello(), Prompt: &prompt}, "a prompt comes without messages"},
		{a, Question{Messages: hello(), Choice: ChoiceRequired}, "there are no tools"},
		{a, Question{Messages: hello(), Choice: "any", Tools: weatherTools()}, `toolChoice "any" is not one of auto, none, required`},
		{a, Question{Messages: hello(), Tool: "x", Tools: weatherTools()}, `toolChoice names "x"`},
		{a, Question{Messages: hello(), Tools: []chat.Tool{{Name: "a b"}}}, `names have 1 to 64 letters`},
		{a, Question{Messages: hello(), Form: &grammar.Spec{Type: grammar.Regex, Pattern: "("}}, `missing closing )`},
		{a, Question{Messages: []chat.Message{{Role: chat.Assistant, ToolCalls: []chat.ToolCall{{Name: "now", Arguments: "[]"}}}}}, `not a JSON object`},
		{plain, Question{Messages: hello(), Tools: weatherTools()}, "the model's chat template has no tools, so calls cannot be told from text"},
	} {
		_, err := test.a.Reply(context.Background(), test.q, Options{TopP: 1, MaxTokens: 5}, func(Delta) error { return nil })
		var wrong *RequestError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want %s", err, test.want)
		}
		var form *grammar.Error
		if isForm := test.q.Form != nil; errors.As(err, &form) != isForm || errors.Is(err, chat.ErrNoTools) != (test.a == plain) {
			t.Errorf("%v is a %T", err, err)
		}
	}
	// A forced call needs no template for it.
	var s told
	if result, err := plain.Reply(context.Background(), Question{Messages: hello(), Tools: weatherTools(), Choice: ChoiceRequired}, Options{TopP: 1, MaxTokens: 900, Temperature: 2}, s.add); err != nil || result.FinishReason != FinishToolCalls {
		t.Errorf("%+v %v", result, err)
	}
}

// Calls are found however the answer falls into pieces (7.12).
func TestCallsAreReadFromPieces(t *testing.T) {
	t.Parallel()
	hermes := grammar.Calls{Open: "<tool_call>\n{\"name\": \"", Middle: "\", \"arguments\": ", Close: "}\n</tool_call>", Between: "\n", Trigger: "<tool_call>", Parallel: true,
		Tools: []grammar.Tool{{Name: "now"}, {Name: "weather"}}}
	llama := grammar.Calls{Open: `{"name": "`, Middle: `", "parameters": `, Close: `}`, Tools: hermes.Tools, Optional: true}
	optional := hermes
	optional.Optional = true
	formed := optional
	formed.Text = &grammar.Spec{Type: grammar.JSONObject}
	call := func(name, arguments string) string {
		return hermes.Open + name + hermes.Middle + arguments + hermes.Close
	}
	for _, test := range []struct {
		form *grammar.Calls
		text string
		want told
	}{
		{&hermes, call("now", "{}"), told{Calls: []chat.ToolCall{{Name: "now", Arguments: "{}"}}}},
		{&hermes, call("now", "{}") + "\n" + call("weather", `{"a": "}\"]{", "b": [{}]}`), told{Calls: []chat.ToolCall{{Name: "now", Arguments: "{}"}, {Name: "weather", Arguments: `{"a": "}\"]{", "b": [{}]}`}}}},
		{&optional, "Let me <b>see</b>. \n\n" + call("now", "{ }"), told{Text: "Let me <b>see</b>.", Calls: []chat.ToolCall{{Name: "now", Arguments: "{ }"}}}},
		{&optional, "No  calls <tool_cal\n", told{Text: "No  calls <tool_cal\n"}},
		{&optional, "Cut <tool_call>\n{\"na", told{Text: "Cut"}},
		{&optional, "é" + hermes.Open + "weather" + hermes.Middle + `{"a": "ü`, told{Text: "é", Calls: []chat.ToolCall{{Name: "weather", Arguments: `{"a": "ü`}}}},
		{&formed, `{"a": "<tool_call>\n{"}`, told{Text: `{"a": "<tool_call>\n{"}`}},
		{&formed, call("now", "{}"), told{Calls: []chat.ToolCall{{Name: "now", Arguments: "{}"}}}},
		{&llama, `{"name": "now", "parameters": {}}`, told{Calls: []chat.ToolCall{{Name: "now", Arguments: "{}"}}}},
		{&llama, `{"name": "nowhere", "parameters": {}}`, told{Text: `{"name": "nowhere", "parameters": {}}`}},
		{&llama, `{"name": "no`, told{Text: `{"name": "no`}},
		{&llama, `Text {"name": "now", "parameters": {}}`, told{Text: `Text {"name": "now", "parameters": {}}`}},
	} {
		for seed := range uint64(30) {
			r := rand.New(rand.NewPCG(seed, 1))
			reader := newCallReader(test.form)
			var s told
			for rest := []rune(test.text); len(rest) > 0; {
				n := min(1+r.IntN(6), len(rest))
				if err := reader.read(string(rest[:n]), s.add); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			if err := reader.end(s.add); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, s); diff != "" {
				t.Fatalf("%q: %s", test.text, diff)
			}
		}
	}
}

// A model that has learned to call does it in the middle of its text, and the
// arguments are held to the tool's schema from there on.
func TestTextThenCall(t *testing.T) {
	t.Parallel()
	a := openTest(t, "")
	form, reader, err := a.form(&Question{Tools: weatherTools()})
	if err != nil {
		t.Fatal(err)
	}
	matcher, err := a.forms.Matcher(t.Context(), form)
	if err != nil {
		t.Fatal(err)
	}
	var s told
	r := rand.New(rand.NewPCG(1, 1))
	logits := make([]float32, a.Engine.config.VocabSize)
	script := []byte("I look.\n<tool_call>")
	for range 600 {
		for i := range logits {
			logits[i] = float32(r.NormFloat64())
			if len(script) > 0 && string(a.Tokenizer.Bytes(int32(i))) == string(script[:1]) {
				logits[i] = 100
			}
		}
		if len(script) > 0 {
			script = script[1:]
		}
		matcher.Mask(logits)
		token := greedy(logits)
		if slices.Contains(a.stops, token) {
			break
		}
		matcher.Accept(token)
		if err := reader.read(string(a.Template.Text(token)), s.add); err != nil {
			t.Fatal(err)
		}
	}
	if !matcher.Complete() || s.Text != "I look." || len(s.Calls) != 1 || !json.Valid([]byte(s.Calls[0].Arguments)) {
		t.Errorf("%+v", s)
	}
}
