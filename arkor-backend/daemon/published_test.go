package daemon_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// publishOpen creates an endpoint that asks for no key.
func (b *backend) publishOpen(slug, target string) cloud.Endpoint {
	b.t.Helper()
	a := b.do("POST", inDemo("/v1/endpoints"), `{"slug":"`+slug+`","target":`+target+`,"authMode":"none"}`)
	b.want(a, 201, "")
	return read[deployment](a).Deployment
}

// keyOf makes a key of an endpoint.
func (b *backend) keyOf(e cloud.Endpoint) (id, plaintext string) {
	b.t.Helper()
	a := b.do("POST", inDemo("/v1/endpoints/"+e.ID+"/keys"), `{"label":"production"}`)
	b.want(a, 201, "")
	key := read[newKey](a).Key
	return key.ID, key.Plaintext
}

// ask calls an endpoint as a stranger would, unless headers say otherwise.
func (b *backend) ask(method, path string, body any, headers ...string) answer {
	b.t.Helper()
	return b.do(method, path, body, append([]string{"X-Arkor-Client", "", "Authorization", ""}, headers...)...)
}

// problem is an error in OpenAI's form.
type problem struct {
	Error struct {
		Message, Type string
		Param, Code   *string
	}
}

// wantProblem fails the test unless the answer is this error in OpenAI's form.
func (b *backend) wantProblem(a answer, status int, kind, code string) problem {
	b.t.Helper()
	p := read[problem](a)
	if a.StatusCode != status || p.Error.Type != kind || p.Error.Code == nil || *p.Error.Code != code || p.Error.Message == "" {
		b.t.Fatalf("got %d %s, want %d %s %s", a.StatusCode, a.text(), status, kind, code)
	}
	return p
}

const (
	invalidRequest = "invalid_request_error"
	serverError    = "server_error"
	toSay          = `{"model":"ignored","messages":[{"role":"user","content":"Hello you"}]}`
)

// 7.25, 7.27: the answer of an endpoint; an absent stream means false.
func TestEndpointAnswers(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.publishOpen("bot", baseTarget)
	a := b.ask("POST", "/e/bot/v1/chat/completions", toSay)
	b.want(a, 200, "")
	got := read[map[string]any](a)
	id, _ := got["id"].(string)
	if !strings.HasPrefix(id, "chatcmpl-") || a.Header.Get("X-Request-Id") != id {
		t.Errorf("id %q, request %q", id, a.Header.Get("X-Request-Id"))
	}
	delete(got, "id")
	delete(got, "created")
	check(t, map[string]any{
		"object": "chat.completion", "model": "bot",
		"choices": []any{map[string]any{"index": 0.0, "finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": "Hello you"}}},
		"usage":   map[string]any{"prompt_tokens": 5.0, "completion_tokens": 2.0, "total_tokens": 7.0},
	}, got)

	a = b.ask("POST", "/e/bot/v1/completions", `{"model":"bot","prompt":["Once upon"],"max_tokens":4}`)
	b.want(a, 200, "")
	got = read[map[string]any](a)
	delete(got, "id")
	delete(got, "created")
	check(t, map[string]any{
		"object": "text_completion", "model": "bot",
		"choices": []any{map[string]any{"index": 0.0, "finish_reason": "stop", "text": "Once upon", "logprobs": nil}},
		"usage":   map[string]any{"prompt_tokens": 5.0, "completion_tokens": 2.0, "total_tokens": 7.0},
	}, got)

	// 7.26, 7.27: the list of one model.
	e := read[struct{ Deployments []cloud.Endpoint }](b.do("GET", inDemo("/v1/endpoints"), nil)).Deployments[0]
	created, err := time.Parse(time.RFC3339, e.CreatedAt)
	if err != nil {
		t.Fatal(err)
	}
	model := fmt.Sprintf(`{"created":%d,"id":"bot","object":"model","owned_by":"arkor"}`, created.Unix())
	check(t, `{"data":[`+model+`],"object":"list"}`, b.ask("GET", "/e/bot/v1/models", nil).text())
	check(t, model, b.ask("GET", "/e/bot/v1/models/bot", nil).text())
	b.wantProblem(b.ask("GET", "/e/bot/v1/models/gpt-9", nil), 404, invalidRequest, "model_not_found")
}

// dataOf returns the data of a stream's frames.
func dataOf(t *testing.T, a answer) (data []string) {
	t.Helper()
	check(t, "text/event-stream", a.Header.Get("Content-Type"))
	for _, frame := range strings.Split(a.text(), "\n\n") {
		data = append(data, strings.TrimPrefix(frame, "data: "))
	}
	return data
}

// choices returns what a test compares of a stream: choices, and usage.
func choices(t *testing.T, a answer) (shown []string) {
	t.Helper()
	for _, data := range dataOf(t, a) {
		var frame struct {
			Choices json.RawMessage
			Usage   json.RawMessage
		}
		if json.Unmarshal([]byte(data), &frame) == nil {
			data = string(frame.Choices) + string(frame.Usage)
		}
		shown = append(shown, data)
	}
	return shown
}

// 7.10, 7.12: streams.
func TestEndpointStreams(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.publishOpen("bot", baseTarget)
	a := b.ask("POST", "/e/bot/v1/chat/completions",
		`{"messages":[{"role":"user","content":"Hello you"}],"stream":true,"stream_options":{"include_usage":true}}`)
	check(t, []string{
		`[{"delta":{"content":"Hello ","role":"assistant"},"finish_reason":null,"index":0}]`,
		`[{"delta":{"content":"you"},"finish_reason":null,"index":0}]`,
		`[{"delta":{},"finish_reason":"stop","index":0}]`,
		`[]{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}`,
		`[DONE]`,
	}, choices(t, a))
	a = b.ask("POST", "/e/bot/v1/completions", `{"prompt":"Hello you","stream":true}`)
	check(t, []string{
		`[{"finish_reason":null,"index":0,"logprobs":null,"text":"Hello "}]`,
		`[{"finish_reason":null,"index":0,"logprobs":null,"text":"you"}]`,
		`[{"finish_reason":"stop","index":0,"logprobs":null,"text":""}]`,
		`[DONE]`,
	}, choices(t, a))

	// A worker that dies in the middle is an error in the stream, in the form
	// that OpenAI's clients raise, and the next request works.
	a = b.ask("POST", "/e/bot/v1/chat/completions", `{"messages":[{"role":"user","content":"die"}],"stream":true}`)
	data := dataOf(t, a)
	last := read[problem](answer{body: []byte(data[len(data)-1])})
	check(t, []string{serverError, "model_failed"}, []string{last.Error.Type, *last.Error.Code})
	b.wantProblem(b.ask("POST", "/e/bot/v1/chat/completions", `{"messages":[{"role":"user","content":"die"}]}`), 503, serverError, "model_failed")
	b.want(b.ask("POST", "/e/bot/v1/chat/completions", toSay), 200, "")
}

const twoTools = `"tools":[{"type":"function","function":{"name":"weather"}},{"type":"function","function":{"name":"clock"}}]`

// 7.9, 7.12: tool calls, whole and in pieces, in both APIs.
func TestToolCalls(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.publishOpen("bot", baseTarget)
	call := func(i, name string) string {
		return `{"id":"call_` + i + `","type":"function","function":{"name":"` + name + `","arguments":"{\"city\":\"Oslo\"}"}}`
	}
	message := `{"role":"assistant","content":null,"tool_calls":[` + call("0", "weather") + `,` + call("1", "clock") + `]}`
	first := func(i, name string) string {
		return `{"index":` + i + `,"id":"call_` + i + `","type":"function","function":{"name":"` + name + `","arguments":""}}`
	}
	rest := func(i, arguments string) string {
		return `{"index":` + i + `,"function":{"arguments":"` + arguments + `"}}`
	}
	var pieces []string
	for i, name := range []string{"weather", "clock"} {
		pieces = append(pieces, first(itoa(i), name), rest(itoa(i), `{\"city\":`), rest(itoa(i), `\"Oslo\"}`))
	}
	for choice, body := range map[string]func(string) answer{
		`"toolChoice":"required"`: b.chat,
		`"toolChoice":"auto"`:     b.chat,
		`"tool_choice":"required"`: func(body string) answer {
			return b.ask("POST", "/e/bot/v1/chat/completions", body)
		},
	} {
		asked := say("call me", twoTools+`,`+base+`,`+choice+`,"stream":`)
		whole := body(strings.TrimSuffix(asked, "}") + "false}")
		b.want(whole, 200, "")
		got := read[struct {
			Choices []struct {
				Message json.RawMessage
				Finish  string `json:"finish_reason"`
			}
		}](whole)
		check(t, []string{message, "tool_calls"}, []string{string(got.Choices[0].Message), got.Choices[0].Finish})

		var deltas []string
		for _, data := range dataOf(t, body(strings.TrimSuffix(asked, "}")+"true}")) {
			var frame struct {
				Choices []struct {
					Delta struct {
						Calls []json.RawMessage `json:"tool_calls"`
					}
					Finish string `json:"finish_reason"`
				}
			}
			if json.Unmarshal([]byte(data), &frame) != nil {
				check(t, "[DONE]", data)
			} else if calls := frame.Choices[0].Delta.Calls; len(calls) == 1 {
				deltas = append(deltas, string(calls[0]))
			} else {
				check(t, "tool_calls", frame.Choices[0].Finish)
			}
		}
		check(t, pieces, deltas)
	}
	// 7.5: with none the tools are there and are not called; the named one alone is.
	none := b.chat(say("call me", twoTools+`,`+base+`,"toolChoice":"none","stream":false`))
	named := b.chat(say("x", twoTools+`,`+base+`,"toolChoice":{"type":"function","function":{"name":"clock"}},"stream":false`))
	if strings.Contains(none.text(), "tool_calls") || !strings.Contains(named.text(), call("0", "clock")) {
		t.Errorf("none: %s\nnamed: %s", none.text(), named.text())
	}
}

// What an endpoint is asked for arrives at the worker, with the adapter that the
// endpoint targets: a final one, or a checkpoint.
func TestEndpointTargetsAnswer(t *testing.T) {
	t.Parallel()
	b := start(t)
	job := b.create(config(fakeworker.Plan{}))
	b.events(job.ID, "")
	b.publishOpen("tuned", final(job.ID))
	b.publishOpen("early", `{"kind":"adapter","adapter":{"kind":"checkpoint","jobId":"`+job.ID+`","step":2}}`)
	for slug, want := range map[string]string{"tuned": "[weights of final] Hello you", "early": "[weights of step 2] Hello you"} {
		if a := b.ask("POST", "/e/"+slug+"/v1/chat/completions", toSay); !strings.Contains(a.text(), want) {
			t.Errorf("%s: %s", slug, a.text())
		}
	}
	b.publishOpen("bot", baseTarget)
	a := b.ask("POST", "/e/bot/v1/chat/completions", `{"messages":[{"role":"developer","content":"operation"}],"max_tokens":3,"seed":7,
		"stop":"x","top_p":0.5,"temperature":0,"response_format":{"type":"json_object"}}`)
	got := read[struct {
		Choices []struct{ Message struct{ Content string } }
	}](a)
	check(t, `{"constraint":{"type":"json_object"},"maxTokens":3,"messages":[{"role":"system","content":"operation"}],"op":"generate","seed":7,"stop":["x"],"temperature":0,"topP":0.5}`,
		got.Choices[0].Message.Content)
}

// What is refused is refused in OpenAI's form, with the field.
func TestEndpointRefusals(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.publishOpen("bot", baseTarget)
	const chat, text = "/e/bot/v1/chat/completions", "/e/bot/v1/completions"
	with := func(more string) string { return strings.TrimSuffix(toSay, "}") + "," + more + "}" }
	for _, c := range []struct{ path, body, code, param string }{
		{chat, ``, "invalid_request", ""},
		{chat, `[]`, "invalid_request", ""},
		{chat, `{"messages":`, "invalid_request", ""},
		{chat, `{}`, "invalid_request", "messages"},
		{chat, with(`"n":2`), "unsupported_here", "n"},
		{chat, with(`"max_tokens":0`), "invalid_request", "max_tokens"},
		{chat, with(`"max_tokens":513`), "invalid_request", ""},
		{chat, with(`"max_completion_tokens":513`), "invalid_request", ""},
		{chat, with(`"presence_penalty":1`), "unsupported_here", "presence_penalty"},
		{chat, with(`"logprobs":true`), "unsupported_here", "logprobs"},
		{chat, with(`"tool_choice":"required"`), "invalid_request", "tool_choice"},
		{chat, with(`"response_format":{"type":"yaml"}`), "invalid_request", "response_format.type"},
		{chat, strings.Replace(toSay, "Hello", "long", 1), "context_too_long", ""},
		{chat, strings.Replace(with(`"response_format":{"type":"json_object"}`), "Hello", "impossible", 1), "invalid_schema", ""},
		{text, `{}`, "invalid_request", "prompt"},
		{text, `{"prompt":["a","b"]}`, "unsupported_here", "prompt"},
		{text, `{"prompt":"long"}`, "context_too_long", ""},
	} {
		p := b.wantProblem(b.ask("POST", c.path, c.body), 400, invalidRequest, c.code)
		if param := p.Error.Param; (param == nil) != (c.param == "") || param != nil && *param != c.param {
			t.Errorf("%s: about %v", c.body, param)
		}
		if strings.HasPrefix(p.Error.Message, c.code) {
			t.Errorf("the message repeats the code: %q", p.Error.Message)
		}
	}
	b.wantProblem(b.ask("POST", chat, strings.Replace(toSay, "Hello", strings.Repeat("x", 9<<20), 1)), 413, invalidRequest, "body_too_large")
	// 7.8: where the message alone is kept, it begins with the code.
	if a := b.chat(say("hi", base+`,"n":2`)); !strings.Contains(a.text(), `"error":"unsupported_here: n is not supported here`) {
		t.Errorf("answer %s", a.text())
	}
}
