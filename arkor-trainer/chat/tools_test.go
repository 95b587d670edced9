package chat

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-trainer/builtin"
	"github.com/arkorlab/arkor-go/arkor-trainer/tokenizer"
)

// toolLine is a line of OpenAI's fine-tuning format with everything that it may
// have (7.3, 7.4).
const toolLine = `{"messages":[{"role":"system","content":"Be brief."},{"role":"user","name":"ann","content":"Weather in Oslo and Łódź?"},` +
	`{"role":"assistant","content":"I look.","weight":0,"tool_calls":[{"id":"t_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}},{"id":"t_2","type":"function","function":{"name":"weather","arguments":"{ \"city\" : \"Łódź\" }"}}]},` +
	`{"role":"tool","tool_call_id":"t_1","content":"{\"celsius\":-3}"},{"role":"tool","tool_call_id":"t_2","content":"4"},{"role":"assistant","content":"Cold.","weight":1}],` +
	`"tools":[{"type":"function","function":{"name":"weather","description":"Current \"weather\"","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]},"strict":true}},{"type":"function","function":{"name":"now"}}],"parallel_tool_calls":true}`

func toolSample(t *testing.T) Sample {
	t.Helper()
	samples, err := ReadJSONL(strings.NewReader(toolLine), "train.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	return samples[0]
}

// The files in testdata were written by a Jinja engine from the templates
// themselves: our own one, and that of Llama 3.1.
func wantRendered(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestToolsAsTheTemplateRendersThem(t *testing.T) {
	t.Parallel()
	template, sample := tiny(t), toolSample(t)
	if !template.Tools() || !HasTools(builtin.Tiny()) {
		t.Fatal("the builtin model's template has no tools")
	}
	e, err := template.Encode(sample, 1000, true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantRendered(t, "tools-chatml.txt"), spell(template, e.Tokens)); diff != "" {
		t.Error(diff)
	}
	// Of the two answers the first has the weight 0, with and without responsesOnly.
	if got := learned(template, e); got != "_Cold.<|im_end|>_" {
		t.Errorf("learns %q", got)
	}
	all, err := template.Encode(sample, 1000, false)
	if err != nil {
		t.Fatal(err)
	}
	if got := learned(template, all); strings.Contains(got, "I look.") || !strings.Contains(got, "</tool_response>") {
		t.Errorf("without responsesOnly it learns %q", got)
	}
	sample.Messages[2].Skip = false
	if e, err = template.Encode(sample, 1000, true); err != nil {
		t.Fatal(err)
	}
	if got, want := learned(template, e), "_I look.\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}\n</tool_call>\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Łódź\"}}\n</tool_call><|im_end|>_Cold.<|im_end|>_"; got != want {
		t.Errorf("learns %q", got)
	}
}

// What the model is asked is exactly what it saw before each answer, with tools
// in the conversation too.
func TestToolPromptIsAPrefixOfTraining(t *testing.T) {
	t.Parallel()
	template, sample := tiny(t), toolSample(t)
	e, err := template.Encode(sample, 1000, true)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range sample.Messages {
		if m.Role != Assistant {
			continue
		}
		prompt, err := template.PromptWithTools(sample.Messages[:i], sample.Tools)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(prompt, e.Tokens[:len(prompt)]); diff != "" {
			t.Errorf("before message %d: %s", i+1, diff)
		}
	}
}

func TestLlamaTools(t *testing.T) {
	t.Parallel()
	folder, tok := llama3Folder(t, `<|start_header_id|> <|eot_id|> ipython {{- "Given the following functions, please" }} {{- "Cutting Knowledge Date: December 2023\n" }}`)
	template, err := LoadTemplate(folder, tok)
	if err != nil {
		t.Fatal(err)
	}
	sample := toolSample(t)
	if _, err := template.Encode(sample, 1000, true); err == nil || !strings.Contains(err.Error(), "one tool call in a message") {
		t.Error(err)
	}
	sample.Messages[2].ToolCalls = sample.Messages[2].ToolCalls[:1]
	if _, err := template.Encode(sample, 1000, true); err == nil || !strings.Contains(err.Error(), "no text beside a tool call") {
		t.Error(err)
	}
	sample.Messages[2].Content = ""
	sample.Messages = append(sample.Messages[:4:4], sample.Messages[5])
	e, err := template.Encode(sample, 1000, true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantRendered(t, "tools-llama.txt"), spell(template, e.Tokens)); diff != "" {
		t.Error(diff)
	}
}

// A tokenizer that has the marks of a call as tokens gets them from the
// template, and only from there.
func TestMarksOfACallAreTokens(t *testing.T) {
	t.Parallel()
	_, tok := llama3Folder(t, "")
	template := &Template{tok: tok, notation: hermes}
	if got := template.encode(marked("a<|eot_id|>b<c")); len(got) < 3 || tok.Decode(got) != "ab<c" {
		t.Errorf("%v", got)
	}
	if got := template.encode([]piece{{"<|eot_id|>", false}}); tok.Decode(got) != "<|eot_id|>" {
		t.Errorf("content became the control token: %v", got)
	}
}

func TestTemplateWithoutTools(t *testing.T) {
	t.Parallel()
	tok, err := tokenizer.Load(builtin.Tiny())
	if err != nil {
		t.Fatal(err)
	}
	folder := fstest.MapFS{"chat_template.jinja": {Data: []byte("<|im_start|><|im_end|>")}}
	template, err := LoadTemplate(folder, tok)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := template.Encode(toolSample(t), 1000, true); template.Tools() || HasTools(folder) || err == nil || !strings.Contains(err.Error(), ErrNoTools.Error()) {
		t.Error(err)
	}
	// Asked for a call all the same, the model at least sees the tools.
	if _, err := template.PromptWithTools(toolSample(t).Messages[:2], toolSample(t).Tools); err != nil {
		t.Error(err)
	}
	named := fstest.MapFS{"tokenizer_config.json": {Data: []byte(`{"chat_template":[{"name":"default","template":"<|im_start|><|im_end|>"},{"name":"tool_use","template":"<tools><tool_call>"}]}`)}}
	if template, err = LoadTemplate(named, tok); err != nil || !template.Tools() || !HasTools(named) {
		t.Error(err)
	}
}

func TestToolLinesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ old, new, want string }{
		{`"weight":0`, `"weight":0.5`, "message 3 has a weight, which is supported on the assistant's messages only, as 0 or 1"},
		{`"name":"ann"`, `"weight":1`, "message 2 has a weight, which is supported on the assistant's messages only, as 0 or 1"},
		{`"tool_call_id":"t_2"`, `"tool_call_id":"t_9"`, `message 5 answers the call "t_9", which no message before it makes`},
		{`"tool_call_id":"t_2"`, `"tool_call_id":"t_1"`, `message 5 answers the call "t_1", which no message before it makes`},
		{`{"name":"weather","arguments":"{\"`, `{"name":"storm","arguments":"{\"`, `message 3 calls "storm", which is not one of the tools`},
		{`"{\"city\":\"Oslo\"}"`, `"{\"city\":"`, `message 3 makes a call that is not understood: the arguments of the call of "weather" are not JSON: `},
		{`"{\"city\":\"Oslo\"}"`, `"[1]"`, `message 3 makes a call that is not understood: the arguments of the call of "weather" are not a JSON object`},
		{`"name":"now"`, `"name":"weather"`, `two tools have the name "weather"`},
		{`"name":"now"`, `"name":"a b"`, `tool 2 has the name "a b": names have 1 to 64 letters, digits, and _ . -`},
		{`"name":"now"`, `"name":"now","parameters":[]`, `the parameters of the tool "now" are not a JSON Schema object`},
		{`"tools":[`, `"functions":[{}],"tools":[`, "functions are not supported: write them as tools"},
		{`"weight":1`, `"function_call":{}`, "message 6 has a function_call, which is not supported: write it as tool_calls"},
		{`"type":"function","function":{"name":"now"}`, `"type":"web_search"`, `tool 2 is not {"type":"function","function":{...}}`},
	} {
		line := strings.Replace(toolLine, test.old, test.new, 1)
		if line == toolLine {
			t.Fatalf("%q is not in the line", test.old)
		}
		_, err := ReadJSONL(strings.NewReader("\n"+line), "train.jsonl")
		if err == nil || !strings.HasPrefix(err.Error(), "train.jsonl:2: "+test.want) {
			t.Errorf("got %v\nwant %s", err, test.want)
		}
	}
}

// Splitting and comparing samples must not depend on fields that plain
// conversations lack: the same seed keeps holding the same samples out.
func TestPlainMessagesKeepTheirForm(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(Message{Role: User, Content: "a", Skip: true})
	if err != nil || string(data) != `{"role":"user","content":"a"}` {
		t.Errorf("%s %v", data, err)
	}
}
