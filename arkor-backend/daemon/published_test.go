package daemon_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/api"
	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
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

// 7.26, 7.27: who gets in, and what the others learn.
func TestEndpointKeysOpen(t *testing.T) {
	t.Parallel()
	b := start(t)
	bot, other := b.endpoint("bot"), b.endpoint("other")
	id, key := b.keyOf(bot)
	_, foreign := b.keyOf(other)
	ask := func(slug string, headers ...string) answer {
		return b.ask("POST", "/e/"+slug+"/v1/chat/completions", toSay, headers...)
	}
	b.want(ask("bot", "Authorization", "Bearer "+key), 200, "")
	b.want(ask("bot", "Authorization", "bearer  "+key), 200, "")
	b.want(ask("bot", "X-Api-Key", key), 200, "")
	b.want(ask("bot", "X-Api-Key", key, "Authorization", "Basic eDp5"), 200, "")
	wrong := map[string][]string{
		"no key": nil, "a wrong key": {"Authorization", "Bearer ark_live_x"}, "another endpoint's": {"X-Api-Key", foreign},
		"the owner's token": {"Authorization", "Bearer " + b.client.Token}, "no scheme": {"Authorization", key},
		"the hash": {"X-Api-Key", strings.Repeat("0", 64)}, "empty": {"Authorization", "Bearer "},
	}
	for name, headers := range wrong {
		a := ask("bot", headers...)
		p := b.wantProblem(a, 401, invalidRequest, "invalid_api_key")
		check(t, []string{"Incorrect API key provided", "Bearer"}, []string{p.Error.Message, a.Header.Get("WWW-Authenticate")})
		for _, path := range []string{"/e/bot/v1/models", "/e/bot/", "/e/bot/v1/jobs"} {
			if a := b.ask("GET", path, nil, headers...); a.StatusCode != 401 {
				t.Errorf("%s, %s: %d", name, path, a.StatusCode)
			}
		}
	}
	b.wantProblem(b.ask("GET", "/e/bot/v1/jobs", nil, "X-Api-Key", key), 404, invalidRequest, "not_found")
	b.wantProblem(b.ask("POST", "/e/bot/v1/embeddings", `{}`, "X-Api-Key", key), 404, invalidRequest, "not_found")
	a := b.ask("GET", "/e/bot/v1/chat/completions", nil, "X-Api-Key", key)
	check(t, []any{405, "POST"}, []any{a.StatusCode, a.Header.Get("Allow")})
	check(t, invalidRequest, read[problem](a).Error.Type)

	// 7.23: the last use shows.
	b.do("GET", inDemo("/v1/endpoints/"+bot.ID+"/runs"), nil) // which writes what is pending
	keys := read[struct{ Keys []cloud.EndpointKey }](b.do("GET", inDemo("/v1/endpoints/"+bot.ID+"/keys"), nil)).Keys
	if keys[0].LastUsedAt == nil {
		t.Error("the key was never used")
	}

	// 7.20, 7.27: disabled, for those who may know it; like nothing for others.
	unknown := ask("nobody").text()
	change := func(body string) { b.want(b.do("PATCH", inDemo("/v1/endpoints/"+bot.ID), body), 200, "") }
	change(`{"enabled":false}`)
	b.wantProblem(ask("bot", "X-Api-Key", key), 404, invalidRequest, "endpoint_disabled")
	for name, headers := range wrong {
		a := ask("bot", headers...)
		b.wantProblem(a, 404, invalidRequest, "endpoint_not_found")
		check(t, unknown, a.text())
		if a.Header.Get("WWW-Authenticate") != "" {
			t.Errorf("%s: asked for a key", name)
		}
	}
	change(`{"authMode":"none"}`)
	b.wantProblem(ask("bot"), 404, invalidRequest, "endpoint_disabled")
	change(`{"enabled":true}`)
	b.want(ask("bot", "X-Api-Key", "whatever"), 200, "")

	// 7.20, 7.24: keys count again, and a revoked one is void at once.
	change(`{"authMode":"fixed_api_key"}`)
	b.want(ask("bot", "X-Api-Key", key), 200, "")
	b.want(b.do("DELETE", inDemo("/v1/endpoints/"+bot.ID+"/keys/"+id), nil), 204, "")
	b.wantProblem(ask("bot", "X-Api-Key", key), 401, invalidRequest, "invalid_api_key")

	// 7.21: deleted.
	b.want(b.do("DELETE", inDemo("/v1/endpoints/"+other.ID), nil), 204, "")
	check(t, unknown, ask("other", "X-Api-Key", foreign).text())
}

// A key is for its endpoint: it opens nothing of the backend's own API.
func TestEndpointKeysAreNoTokens(t *testing.T) {
	t.Parallel()
	b := start(t)
	e := b.endpoint("bot")
	_, key := b.keyOf(e)
	for _, path := range []string{"/v1/me", inDemo("/v1/jobs"), inDemo("/v1/endpoints"), "/v1/models"} {
		b.want(b.do("GET", path, nil, "Authorization", "Bearer "+key), 401, "unauthorized")
	}
	b.want(b.do("POST", inDemo("/v1/inference/chat"), say("hi", base), "Authorization", "Bearer "+key), 401, "unauthorized")
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

// A page in somebody's browser reaches no endpoint: neither by its own requests
// nor by a name that it makes point here.
func TestEndpointsRefuseBrowsers(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.publishOpen("bot", baseTarget)
	const path = "/e/bot/v1/chat/completions"
	b.wantProblem(b.ask("POST", path, toSay, "Host", "evil.example"), 403, invalidRequest, "host_refused")
	b.wantProblem(b.ask("POST", path, toSay, "Origin", "https://evil.example"), 403, invalidRequest, "browser_refused")
	a := b.ask("OPTIONS", path, nil, "Origin", "https://evil.example", "Access-Control-Request-Method", "POST")
	if a.StatusCode != 403 || a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("preflight: %d %v", a.StatusCode, a.Header)
	}
	b.want(b.ask("POST", path, toSay, "Host", "localhost:1"), 200, "")
}

// 7.28: by the host's first label, and nothing of the backend's own API there.
func TestEndpointsByHost(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Address = api.Address{Domain: "models.test"} })
	e := b.publishOpen("bot", baseTarget)
	check(t, "https://bot.models.test/v1", e.URL)
	for _, host := range []string{"bot.models.test", "BOT.Models.Test:8443", "bot.models.test."} {
		b.want(b.ask("POST", "/v1/chat/completions", toSay, "Host", host), 200, "")
	}
	b.want(b.ask("POST", "/e/bot/v1/chat/completions", toSay), 200, "")
	for _, host := range []string{"cat.models.test", "a.bot.models.test", ".models.test"} {
		b.wantProblem(b.ask("POST", "/v1/chat/completions", toSay, "Host", host), 404, invalidRequest, "endpoint_not_found")
	}
	for _, host := range []string{"models.test", "botmodels.test", "bot.models.test.evil.example"} {
		b.want(b.ask("POST", "/v1/chat/completions", toSay, "Host", host), 403, "host_refused")
	}
	for _, path := range []string{"/healthz", "/v1/me", "/v1/jobs", "/e/bot/v1/models", "//v1/models"} {
		a := b.do("GET", path, nil, "Host", "bot.models.test")
		b.wantProblem(a, 404, invalidRequest, "not_found")
	}
}

func TestEndpointAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		api.Address
		want string
	}{
		{api.Address{}, "/e/bot/v1"},
		{api.Address{Public: "https://arkor.test/ml"}, "https://arkor.test/ml/e/bot/v1"},
		{api.Address{Domain: "models.test"}, "https://bot.models.test/v1"},
		{api.Address{Public: "http://arkor.test:8080/", Domain: "models.test"}, "http://bot.models.test:8080/v1"},
		{api.Address{Public: "https://arkor.test", Domain: "models.test"}, "https://bot.models.test/v1"},
	} {
		b := start(t, func(o *daemon.Options) { o.Address = c.Address })
		want := c.want
		if want[0] == '/' {
			want = b.client.BaseURL + want
		}
		e := b.publishOpen("bot", baseTarget)
		list := read[struct{ Deployments []cloud.Endpoint }](b.do("GET", inDemo("/v1/endpoints"), nil)).Deployments
		got := read[deployment](b.do("GET", inDemo("/v1/endpoints/"+e.ID), nil)).Deployment
		changed := read[deployment](b.do("PATCH", inDemo("/v1/endpoints/"+e.ID), `{}`)).Deployment
		check(t, []string{want, want, want, want}, []string{e.URL, list[0].URL, got.URL, changed.URL})
	}
}

// An endpoint stays where it was when the backend starts again on a free port.
func TestEndpointsKeepTheirAddress(t *testing.T) {
	t.Parallel()
	b := start(t)
	e := b.publishOpen("bot", baseTarget)
	b.close()
	b.open()
	check(t, e.URL, read[deployment](b.do("GET", inDemo("/v1/endpoints/"+e.ID), nil)).Deployment.URL)
	// Unless another program is there by now.
	b.close()
	other, err := net.Listen("tcp", strings.TrimPrefix(b.client.BaseURL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	b.open()
	moved := read[deployment](b.do("GET", inDemo("/v1/endpoints/"+e.ID), nil)).Deployment.URL
	if moved == e.URL || !strings.HasPrefix(moved, b.client.BaseURL) {
		t.Errorf("moved from %s to %s", e.URL, moved)
	}
	b.want(b.ask("POST", strings.TrimPrefix(moved, b.client.BaseURL)+"/chat/completions", toSay), 200, "")
}

// The requests in progress of one endpoint are bounded, and others are not kept
// from theirs.
func TestEndpointIsBusy(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.publishOpen("bot", baseTarget)
	b.publishOpen("cat", baseTarget)
	url := b.client.BaseURL + "/e/bot/v1/chat/completions"
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	var clients sync.WaitGroup
	defer clients.Wait()
	for range 64 { // of which some are answered and some wait for their turn
		clients.Go(func() {
			req, err := http.NewRequestWithContext(ctx, "POST", url, strings.NewReader(`{"messages":[{"role":"user","content":"hang"}],"stream":true}`))
			if err != nil {
				t.Error(err)
				return
			}
			if res, err := http.DefaultClient.Do(req); err == nil {
				_, _ = io.Copy(io.Discard, res.Body)
				res.Body.Close()
			}
		})
	}
	a := b.askUntil(429)
	b.wantProblem(a, 429, "rate_limit_error", "too_many_requests")
	check(t, "1", a.Header.Get("Retry-After"))
	b.want(b.ask("GET", "/e/cat/v1/models", nil), 200, "")
	leave()
	b.askUntil(200) // the places come back with the clients that left
}

// askUntil asks the endpoint bot for its models until the answer has a status.
func (b *backend) askUntil(status int) answer {
	b.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if a := b.ask("GET", "/e/bot/v1/models", nil); a.StatusCode == status {
			return a
		}
	}
	b.t.Fatalf("no answer had the status %d", status)
	return answer{}
}

// begin sends a request and returns when its answer begins.
func begin(t *testing.T, ctx context.Context, url, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, "POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// A client that reads next to nothing is given up, whether its answer is
// streamed or not.
func TestSlowClientsAreGivenUp(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Write = time.Second })
	e := b.publishOpen("bot", baseTarget)
	address := strings.TrimPrefix(b.client.BaseURL, "http://")
	begin := func(stream string) *bufio.Reader {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		body := `{"messages":[{"role":"user","content":"fill"}],"stream":` + stream + `}`
		_, err = fmt.Fprintf(conn, "POST /e/bot/v1/chat/completions HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s", address, len(body), body)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(conn)
		if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, "200") {
			t.Fatalf("%q, %v", line, err)
		}
		return lines
	}
	short := func(answer *bufio.Reader) {
		t.Helper()
		if n, err := io.Copy(io.Discard, answer); n > 7<<20 { // what was on its way
			t.Errorf("%d bytes came, %v", n, err)
		}
	}
	streamed := begin("true")
	check(t, []string{"cancelled"}, statuses(b.awaitRuns(e, 1)))
	short(streamed)
	b.want(b.ask("POST", "/e/bot/v1/chat/completions", toSay), 200, "")
	whole := begin("false")
	for b.do("POST", "/v1/backend/stop", `{"onlyIdle":true}`).StatusCode != 202 { // until nobody is served any more
		if t.Context().Err() != nil {
			t.Fatal("the client is waited for")
		}
	}
	short(whole)
}

// A body that never arrives keeps no place.
func TestBodyNeverArrives(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Body = time.Millisecond })
	b.publishOpen("bot", baseTarget)
	b.endpoint("keyed")
	address := strings.TrimPrefix(b.client.BaseURL, "http://")
	for slug, status := range map[string]string{"bot": "400", "keyed": "401", "unknown": "404"} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_, err = fmt.Fprintf(conn, "POST /e/%s/v1/chat/completions HTTP/1.1\r\nHost: %s\r\nContent-Length: 100\r\n\r\n{", slug, address)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(conn)
		if err != nil || !bytes.HasPrefix(got, []byte("HTTP/1.1 "+status)) {
			t.Errorf("%s: %s, %v", slug, got, err)
		}
		conn.Close()
	}
}
