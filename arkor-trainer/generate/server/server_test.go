package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-trainer/generate"
	"github.com/arkorlab/arkor-go/arkor-trainer/generate/generatetest"
)

// answer is any line that comes out.
type answer struct {
	ID, Type, Text, Error, Code, Model, FinishReason string
	MaxLength, PromptTokens, CompletionTokens        int

	ToolID, Name, Arguments  string
	Index                    int
	Tools, StructuredOutputs bool
}

// client talks to a running server.
type client struct {
	t      *testing.T
	server *Server
	in     *io.PipeWriter
	out    *bufio.Reader
	log    bytes.Buffer // read it after end
	cancel context.CancelFunc
	ended  chan error
}

func start(t *testing.T) *client {
	t.Helper()
	assistant, err := generate.Open(generatetest.Folder(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(assistant.Engine.Close)
	c := &client{t: t, ended: make(chan error, 1)}
	c.server = New("test/model", assistant, &c.log)
	var ctx context.Context
	ctx, c.cancel = context.WithCancel(context.Background())
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	c.in, c.out = inW, bufio.NewReader(outR)
	go func() {
		c.ended <- c.server.Run(ctx, inR, outW)
		outW.Close()
	}()
	t.Cleanup(func() {
		c.cancel()
		inW.Close()
		outR.Close()
	})
	if diff := cmp.Diff(answer{Type: "ready", Model: "test/model", MaxLength: generatetest.MaxPositions, Tools: true, StructuredOutputs: true}, c.next()); diff != "" {
		t.Fatal(diff)
	}
	return c
}

func (c *client) send(line string) {
	c.t.Helper()
	if _, err := io.WriteString(c.in, line+"\n"); err != nil {
		c.t.Fatal(err)
	}
}

// ask sends a request for a greedy answer, with more fields.
func (c *client) ask(id, fields string) {
	c.t.Helper()
	c.send(fmt.Sprintf(`{"id":%q,"op":"generate","messages":[{"role":"user","content":"hello"}],"temperature":0%s}`, id, fields))
}

// next reads a line, passing over those that only say that a slow machine is at
// work.
func (c *client) next() answer {
	c.t.Helper()
	for {
		if a := c.line(); a.Type != "reading" {
			return a
		}
	}
}

func (c *client) line() answer {
	c.t.Helper()
	line, err := c.out.ReadBytes('\n')
	if err != nil {
		c.t.Fatal(err)
	}
	if !utf8.Valid(line) {
		c.t.Fatalf("%q is not UTF-8", line)
	}
	var a answer
	if err := json.Unmarshal(line, &a); err != nil {
		c.t.Fatalf("%q: %v", line, err)
	}
	return a
}

// collect reads until every id has its last line; other ids are an error.
func (c *client) collect(ids ...string) (texts map[string]string, last map[string]answer) {
	c.t.Helper()
	texts, last = map[string]string{}, map[string]answer{}
	for len(last) < len(ids) {
		a := c.next()
		if !slices.Contains(ids, a.ID) || last[a.ID].Type != "" {
			c.t.Fatalf("unexpected %+v", a)
		}
		if a.Type == "token" {
			texts[a.ID] += a.Text
		} else {
			last[a.ID] = a
		}
	}
	return texts, last
}

// end closes the input and returns what Run returned.
func (c *client) end() error {
	c.in.Close()
	go io.Copy(io.Discard, c.out)
	return <-c.ended
}

func TestAnswersOne(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.ask("a", `,"maxTokens":20`)
	texts, last := c.collect("a")
	want := answer{ID: "a", Type: "done", FinishReason: "length", PromptTokens: last["a"].PromptTokens, CompletionTokens: 20}
	if diff := cmp.Diff(want, last["a"]); diff != "" || texts["a"] == "" || last["a"].PromptTokens < 10 {
		t.Errorf("%q %s", texts, diff)
	}
	c.ask("a", `,"maxTokens":20`) // the id is free again
	again, _ := c.collect("a")
	if again["a"] != texts["a"] {
		t.Errorf("first %q, then %q", texts, again)
	}
	if err := c.end(); err != nil {
		t.Error(err)
	}
}

func TestFormsAndTools(t *testing.T) {
	t.Parallel()
	c := start(t)
	const tools = `,"maxTokens":900,"temperature":2,"tools":[{"name":"weather","parameters":{"type":"object","properties":{"days":{"type":"integer","minimum":1,"maximum":9}},"required":["days"]}}]`
	c.ask("form", `,"constraint":{"type":"choice","choices":["low","high"]}`)
	c.ask("regex", `,"constraint":{"type":"regex","pattern":"a{3}"}`)
	c.ask("schema", `,"constraint":{"type":"json_schema","schema":{"properties":{"a":{"not":{}}}}}`)
	c.ask("strict", `,"constraint":{"type":"json_schema","strict":true,"schema":{"type":"object"}}`)
	c.ask("short", `,"maxTokens":2,"constraint":{"type":"json_schema","schema":{"const":"low"}}`)
	c.ask("choice", tools+`,"toolChoice":{"name":"storm"}`)
	c.ask("number", tools+`,"toolChoice":7`)
	c.send(`{"id":"raw","op":"generate","prompt":"hello","maxTokens":3}`)
	c.send(`{"id":"history","op":"generate","maxTokens":1,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"toolCalls":[{"id":"t","name":"now","arguments":"{}"}]},{"role":"tool","toolCallId":"t","content":"3"}]}`)
	texts, last := c.collect("form", "regex", "schema", "strict", "short", "choice", "number", "raw", "history")
	if text := texts["form"]; text != "low" && text != "high" || last["form"].FinishReason != "stop" || texts["regex"] != "aaa" {
		t.Errorf("%q %+v", texts, last)
	}
	if last["short"].FinishReason != "length" || last["raw"].PromptTokens != 2 || last["history"].Type != "done" {
		t.Errorf("%+v", last)
	}
	for id, want := range map[string]string{
		"schema": "invalid_schema: at /properties/a/not: ", "strict": "invalid_schema: strict needs additionalProperties",
		"choice": `invalid_request: toolChoice names "storm"`, "number": `invalid_request: toolChoice "7" is not one of`,
	} {
		if got := last[id].Code + ": " + last[id].Error; !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
	}
	c.ask("call", tools+`,"toolChoice":"required","parallelToolCalls":false`)
	first := c.next()
	if first.Type != "tool" || first.ToolID == "" || first.Name != "weather" || first.Arguments != "" || first.Index != 0 {
		t.Fatalf("%+v", first)
	}
	arguments := ""
	for {
		a := c.next()
		if a.Type != "tool" {
			if a.FinishReason != "tool_calls" || !json.Valid([]byte(arguments)) {
				t.Errorf("%+v after %s", a, arguments)
			}
			break
		}
		if a.ToolID != "" || a.Name != "" {
			t.Errorf("%+v", a)
		}
		arguments += a.Arguments
	}
	if err := c.end(); err != nil {
		t.Error(err)
	}
}

func TestInterleaves(t *testing.T) {
	t.Parallel()
	c := start(t)
	dir := filepath.Join(t.TempDir(), "adapter")
	generatetest.WriteAdapter(t, dir, 3)
	var ids []string
	for i := range 20 {
		id := fmt.Sprint("r", i)
		ids = append(ids, id)
		fields := `,"maxTokens":60`
		if i%2 == 1 {
			fields += fmt.Sprintf(`,"adapter":%q`, dir)
		}
		c.ask(id, fields)
	}
	texts, last := c.collect(ids...)
	for i, id := range ids {
		if last[id].CompletionTokens != 60 {
			t.Errorf("%+v", last[id])
		}
		if texts[id] != texts[ids[i%2]] {
			t.Errorf("%s differs from the request like it", id)
		}
	}
	if texts["r0"] == texts["r1"] {
		t.Error("the adapter changes nothing")
	}
	if n := len(c.server.adapters.recent); n != 1 {
		t.Errorf("%d adapters are loaded", n)
	}
}

func TestCancels(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.ask("long", `,"maxTokens":2900`)
	for c.next().Type != "token" {
	}
	c.send(`{"id":"unknown","op":"cancel"}`)
	c.send(`{"id":"long","op":"cancel"}`)
	_, last := c.collect("long")
	if got := last["long"]; got.FinishReason != "cancelled" || got.CompletionTokens == 0 {
		t.Errorf("%+v", got)
	}
	c.ask("next", `,"maxTokens":1`)
	c.collect("next")
}

// The end of the input means that the owner is gone.
func TestEndOfInputStopsAll(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.ask("long", `,"maxTokens":2900`)
	for c.next().Type != "token" {
	}
	c.in.Close()
	_, last := c.collect("long")
	if last["long"].FinishReason != "cancelled" {
		t.Errorf("%+v", last)
	}
	if err := <-c.ended; err != nil {
		t.Error(err)
	}
}

// A signal ends the context while the input stays open.
func TestEndOfContextStopsAll(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.ask("long", `,"maxTokens":2900`)
	for c.next().Type != "token" {
	}
	c.cancel()
	_, last := c.collect("long")
	if last["long"].FinishReason != "cancelled" {
		t.Errorf("%+v", last)
	}
	if err := <-c.ended; err != nil {
		t.Error(err)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	c := start(t)
	missing := filepath.Join(t.TempDir(), "missing")
	for _, test := range []struct{ line, id, code, message string }{
		{`not JSON`, "", codeRequest, "the line is not a JSON object"},
		{`[]`, "", codeRequest, "the line is not a JSON object"},
		{`{"op":"generate"}`, "", codeRequest, "id must be text"},
		{`{"id":"a"}`, "a", codeRequest, `op "" is not one of`},
		{`{"id":"a","op":"dance"}`, "a", codeRequest, `op "dance" is not one of`},
		{`{"id":"a","op":"generate","maxTokens":"many"}`, "a", codeRequest, "maxTokens cannot be a string"},
		{`{"id":"a","op":"generate","seed":1.5}`, "a", codeRequest, "seed cannot be a number 1.5"},
		{`{"id":"a","op":"generate","messages":[]}`, "a", codeRequest, "no messages"},
		{`{"id":"a","op":"generate","messages":[{"role":"function","content":"x"}]}`, "a", codeRequest, `role "function"`},
		{`{"id":"a","op":"generate","messages":[{"role":"user","content":"x"}],"temperature":-1}`, "a", codeRequest, "temperature -1"},
		{`{"id":"a","op":"generate","messages":[{"role":"user","content":"x"}],"maxTokens":3001}`, "a", codeRequest, "maxTokens is 3001, and the model reads and writes at most 3000 tokens together"},
		{`{"id":"a","op":"generate","messages":[{"role":"user","content":"x"}],"stop":[""]}`, "a", codeRequest, "stop text"},
		{`{"id":"a","op":"generate","messages":[{"role":"user","content":"` + strings.Repeat("x ", 3000) + `"}]}`, "a", codeContext, "and the model reads 3000"},
		{`{"id":"a","op":"generate","messages":[{"role":"user","content":"x"}],"adapter":"somewhere"}`, "a", codeAdapter, "not an absolute path"},
		{fmt.Sprintf(`{"id":"a","op":"generate","messages":[{"role":"user","content":"x"}],"adapter":%q}`, missing), "a", codeAdapter, "adapter: "},
		{`{"id":"` + strings.Repeat("x", maxLine) + `"}`, "", codeRequest, "the line is over 8388608 bytes"},
	} {
		c.send(test.line)
		got := c.next()
		if got.ID != test.id || got.Type != "error" || got.Code != test.code || !strings.Contains(got.Error, test.message) {
			t.Errorf("%.80s: got %+v, want %s %q", test.line, got, test.code, test.message)
		}
	}
	c.ask("a", `,"maxTokens":2900`)
	c.ask("a", ``)
	for {
		if got := c.next(); got.Type == "error" {
			if !strings.Contains(got.Error, "in progress") || got.ID != "a" {
				t.Errorf("%+v", got)
			}
			break
		}
	}
	if err := c.end(); err != nil {
		t.Error(err)
	}
}

// A bug in one request leaves the others and the server alone.
func TestSurvivesPanic(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.server.assistant.Template = nil
	c.ask("bug", `,"maxTokens":3`)
	_, last := c.collect("bug")
	if got := last["bug"]; got.Code != codeInternal || !strings.Contains(got.Error, "internal error") {
		t.Errorf("%+v", got)
	}
	c.send(`{"id":"b","op":"dance"}`)
	if got := c.next(); got.ID != "b" {
		t.Errorf("%+v", got)
	}
	if err := c.end(); err != nil {
		t.Error(err)
	}
	if !strings.Contains(c.log.String(), "request bug: ") {
		t.Errorf("the log says %q", c.log.String())
	}
}

func TestAdaptersAreKeptAndReread(t *testing.T) {
	t.Parallel()
	assistant, err := generate.Open(generatetest.Folder(t))
	if err != nil {
		t.Fatal(err)
	}
	defer assistant.Engine.Close()
	a := adapters{config: assistant.Engine.Config(), limit: 2}
	ctx := context.Background()
	get := func(dir string) *generate.Adapter {
		adapter, err := a.get(ctx, dir)
		if err != nil {
			t.Fatal(err)
		}
		return adapter
	}
	base := t.TempDir()
	one, two, three := filepath.Join(base, "1"), filepath.Join(base, "2"), filepath.Join(base, "3")
	for i, dir := range []string{one, two, three} {
		generatetest.WriteAdapter(t, dir, float32(i+1))
	}
	first, second := get(one), get(two)
	if get(one) != first || get(two) != second || get(one) != first {
		t.Error("a known adapter was read again")
	}
	get(three) // two was used longest ago
	if get(one) != first {
		t.Error("the adapter used last was dropped")
	}
	if get(two) == second {
		t.Error("more adapters are kept than allowed")
	}
	generatetest.WriteAdapter(t, one, 1.25)
	changed := get(one)
	if changed == first {
		t.Error("an adapter that changed was not read again")
	}
	if err := os.WriteFile(filepath.Join(one, "adapter_config.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := a.get(ctx, one); err == nil || !strings.Contains(err.Error(), "adapter_config.json") {
			t.Error(err)
		}
	}
	generatetest.WriteAdapter(t, one, 1.5)
	get(one)
	if len(a.recent) != 2 {
		t.Errorf("%d adapters are kept", len(a.recent))
	}
}

// An adapter of another model is refused also where its shapes fit.
func TestRefusesAnAdapterOfAnotherBase(t *testing.T) {
	t.Parallel()
	c := start(t)
	for base, want := range map[string]string{"acme/other": "the adapter was trained on acme/other and does not fit test/model", "test/model": "", "/models/somewhere": ""} {
		dir := t.TempDir()
		generatetest.WriteAdapter(t, dir, 1)
		config := `{"peft_type":"LORA","r":1,"lora_alpha":2,"target_modules":["q_proj"],"base_model_name_or_path":"` + base + `"}`
		if err := os.WriteFile(filepath.Join(dir, "adapter_config.json"), []byte(config), 0o644); err != nil {
			t.Fatal(err)
		}
		c.ask("a", fmt.Sprintf(`,"maxTokens":1,"adapter":%q`, dir))
		_, last := c.collect("a")
		if got := last["a"]; got.Error != want || want != "" && got.Code != codeAdapter {
			t.Errorf("%s: %+v", base, got)
		}
	}
}

var errGone = errors.New("gone")

type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, errGone }

// When nobody listens there is no use in going on.
func TestOutputFails(t *testing.T) {
	t.Parallel()
	assistant, err := generate.Open(generatetest.Folder(t))
	if err != nil {
		t.Fatal(err)
	}
	defer assistant.Engine.Close()
	in, inW := io.Pipe()
	defer inW.Close()
	if err := New("m", assistant, io.Discard).Run(context.Background(), in, gone{}); !errors.Is(err, errGone) {
		t.Error(err)
	}
}

func TestReadLine(t *testing.T) {
	t.Parallel()
	r := bufio.NewReaderSize(strings.NewReader("ab\n\n"+strings.Repeat("x", 40)+"\nc"), 16)
	var got []string
	for {
		l, err := readLine(r, 20)
		got = append(got, fmt.Sprintf("%s %v", l.text, l.tooLong))
		if err != nil {
			break
		}
	}
	if diff := cmp.Diff([]string{"ab\n false", "\n false", " true", "c false"}, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"id":"r1","op":"generate","messages":[{"role":"user","content":"hi"}],"temperature":0.7,"seed":1}`))
	f.Add([]byte(`{"id":"r1","op":"cancel"}`))
	f.Add([]byte(`{"id":"r1","op":"generate","prompt":"x","tools":[{"name":"a","parameters":{}}],"toolChoice":{"name":"a"},"constraint":{"type":"regex","pattern":"a"}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := parseRequest(line)
		if err == nil && (r.ID == "" || r.Op == "") {
			t.Fatalf("accepted %+v", r)
		}
		r.options()
		r.question()
	})
}
