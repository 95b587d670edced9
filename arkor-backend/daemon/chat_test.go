package daemon_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// say is a chat body with one message.
func say(text string, more string) string {
	message, _ := json.Marshal(map[string]string{"role": "user", "content": text, "id": "ui-1"})
	return `{"messages":[` + string(message) + `],` + more + `}`
}

const base = `"baseModel":"arkor/tiny"`

func (b *backend) chat(body string) answer { return b.do("POST", inDemo("/v1/inference/chat"), body) }

func TestChatStreams(t *testing.T) {
	t.Parallel()
	b := start(t)
	a := b.chat(say("Hello you", base))
	b.want(a, 200, "")
	check(t, "text/event-stream", a.Header.Get("Content-Type"))
	frames := strings.Split(a.text(), "\n\n")
	var deltas []string
	for _, f := range frames[:len(frames)-1] {
		var chunk struct {
			Object, Model string
			Choices       []struct {
				Delta  map[string]string
				Finish *string `json:"finish_reason"`
			}
		}
		if err := json.Unmarshal([]byte(strings.TrimPrefix(f, "data: ")), &chunk); err != nil {
			t.Fatal(err)
		}
		check(t, []string{"chat.completion.chunk", "arkor/tiny"}, []string{chunk.Object, chunk.Model})
		delta, _ := json.Marshal(chunk.Choices[0].Delta)
		finish, _ := json.Marshal(chunk.Choices[0].Finish)
		deltas = append(deltas, string(delta)+" "+string(finish))
	}
	check(t, []string{`{"content":"Hello ","role":"assistant"} null`, `{"content":"you"} null`, `{} "stop"`}, deltas)
	check(t, "data: [DONE]", frames[len(frames)-1])
}

func TestChatWhole(t *testing.T) {
	t.Parallel()
	b := start(t)
	a := b.chat(say("Hello you", base+`,"stream":false,"temperature":0,"topP":0.5,"maxTokens":9,"tools":[],"responseFormat":{"type":"text"}`))
	b.want(a, 200, "")
	var got map[string]any
	if err := json.Unmarshal(a.body, &got); err != nil {
		t.Fatal(err)
	}
	delete(got, "id")
	delete(got, "created")
	check(t, map[string]any{
		"object": "chat.completion", "model": "arkor/tiny",
		"choices": []any{map[string]any{"index": 0.0, "finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": "Hello you"}}},
		"usage":   map[string]any{"prompt_tokens": 5.0, "completion_tokens": 2.0, "total_tokens": 7.0},
	}, got)
}

func TestChatWithAdapters(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address()}))
	worker := control.Next()
	for worker.AtStep() < 3 {
		worker.Do("go")
	}
	b.eventsUntil(job.ID, "", isEvent(cloud.EventCheckpoint))
	adapter := func(kind, rest string) answer {
		return b.chat(say("hi", `"stream":false,"adapter":{"kind":"`+kind+`","jobId":"`+job.ID+`"`+rest+`}`))
	}
	if a := adapter("checkpoint", `,"step":2`); !strings.Contains(a.text(), "[weights of step 2] hi") || !strings.Contains(a.text(), job.ID+":2") {
		t.Errorf("answer %s", a.text())
	}
	b.want(adapter("final", ""), 409, "adapter_not_ready")
	b.want(adapter("checkpoint", `,"step":4`), 409, "adapter_not_ready")
	b.want(adapter("checkpoint", `,"step":1`), 404, "adapter_not_found")
	b.want(adapter("checkpoint", ""), 400, "invalid_request")
	b.want(adapter("checkpoint", `,"step":1.5`), 400, "invalid_request")
	b.want(adapter("other", ""), 400, "invalid_request")
	b.want(b.chat(say("hi", `"adapter":{"kind":"final","jobId":"../x"}`)), 404, "job_not_found")
	worker.Do("free")
	b.events(job.ID, "")
	if a := adapter("final", ""); !strings.Contains(a.text(), "[weights of final] hi") {
		t.Errorf("answer %s", a.text())
	}
	b.want(adapter("checkpoint", `,"step":6`), 404, "adapter_not_found")
}

func TestChatRefusals(t *testing.T) {
	t.Parallel()
	b := start(t)
	tool := `{"type":"function","function":{"name":"weather"}}`
	plain := modelFolder(t, "plain")
	for body, code := range map[string]string{
		`{}`:                             "invalid_request",
		`{"messages":[],` + base + `}`:   "invalid_request",
		`{"messages":"hi",` + base + `}`: "invalid_request",
		`{"messages":[{"role":"robot","content":"x"}],` + base + `}`:                    "invalid_request",
		`{"messages":[{"role":"user"}],` + base + `}`:                                   "invalid_request",
		`{"messages":[{"role":"assistant","content":null}],` + base + `}`:               "invalid_request",
		say("hi", `"stream":true`):                                                      "invalid_request",
		say("hi", base+`,"adapter":{"kind":"final","jobId":"x"}`):                       "invalid_request",
		say("hi", base+`,"temperature":-1`):                                             "invalid_request",
		say("hi", base+`,"temperature":"hot"`):                                          "invalid_request",
		say("hi", base+`,"topP":0`):                                                     "invalid_request",
		say("hi", base+`,"maxTokens":0`):                                                "invalid_request",
		say("hi", base+`,"maxTokens":1.5`):                                              "invalid_request",
		say("hi", base+`,"responseFormat":"json"`):                                      "invalid_request",
		say("hi", base+`,"tools":[`+tool+`],"toolChoice":"sometimes"`):                  "invalid_request",
		say("hi", base+`,"toolChoice":"required"`):                                      "invalid_request",
		say("hi", base+`,"responseFormat":{"type":"xml"}`):                              "invalid_request",
		say("hi", base+`,"n":2`):                                                        "unsupported_here",
		say("hi", base+`,"maxTokens":513`):                                              "invalid_request", // the model has 512
		say("impossible", base+`,"responseFormat":{"type":"json_object"}`):              "invalid_schema",
		say("hi", `"baseModel":"`+plain+`","tools":[`+tool+`]`):                         "tool_calling_not_configured",
		say("hi", `"baseModel":"`+plain+`","tools":[`+tool+`],"toolChoice":"required"`): "unsupported_here",
		say("hi", `"baseModel":"`+plain+`","responseFormat":{"type":"json_object"}`):    "unsupported_here",
		`{"messages":[{"role":"tool","content":"x"}],` + base + `}`:                     "invalid_request",
		say("hi", `"baseModel":"acme/huge"`):                                            "unknown_model",
		say("long", base):                                                               "context_too_long",
		say("long", base+`,"stream":false`):                                             "context_too_long",
	} {
		a := b.chat(body)
		if a.StatusCode != 400 || a.code() != code {
			t.Errorf("%s: %d %s", body, a.StatusCode, a.text())
		}
	}
	b.want(b.chat(say(strings.Repeat("x", 9<<20), base)), 413, "body_too_large")
	if a := b.chat(say("x", `"baseModel":"`+plain+`","tools":[`+tool+`]`)); !strings.Contains(a.text(), `"error":"tool_calling_not_configured: `) {
		t.Errorf("answer %s", a.text())
	}
}

func TestChatSurvivesItsWorker(t *testing.T) {
	t.Parallel()
	b := start(t)
	a := b.chat(say("die", base))
	b.want(a, 200, "")
	if text := a.text(); !strings.Contains(text, "dying") || !strings.Contains(text, "event: error\ndata: {") || strings.Contains(text, "[DONE]") {
		t.Errorf("answer %s", text)
	}
	b.want(b.chat(say("die", base+`,"stream":false`)), 503, "model_failed")
	b.want(b.chat(say("still there?", base+`,"stream":false`)), 200, "")
	a = b.chat(say("broken", base))
	if text := a.text(); !strings.Contains(text, "so far") || !strings.Contains(text, "out of memory") {
		t.Errorf("answer %s", text)
	}
}

func TestChatIsCancelledWithItsClient(t *testing.T) {
	t.Parallel()
	cancelled := filepath.Join(t.TempDir(), "cancelled")
	b := start(t, func(o *daemon.Options) { o.Env.Environ = append(o.Env.Environ, "FAKE_CANCELLED="+cancelled) })
	ctx, cancel := context.WithCancel(t.Context())
	err := b.client.Chat(ctx, scope, cloud.ChatRequest{Messages: []cloud.Message{{Role: "user", Content: "hang"}}, BaseModel: "arkor/tiny"},
		func(text string) error {
			check(t, "hanging", text)
			cancel()
			return nil
		})
	if err == nil {
		t.Error("no error")
	}
	await(t, cancelled)
}

// await returns when a file is there.
func await(t *testing.T, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		if _, err := os.Stat(path); err == nil {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("%s did not appear", filepath.Base(path))
		}
	}
}

func TestUnusedModelIsDropped(t *testing.T) {
	t.Parallel()
	gone := filepath.Join(t.TempDir(), "gone")
	b := start(t, func(o *daemon.Options) {
		o.Chat.Idle = time.Millisecond
		o.Env.Environ = append(o.Env.Environ, "FAKE_GONE="+gone)
	})
	b.want(b.chat(say("hi", base)), 200, "")
	await(t, gone)
	b.want(b.chat(say("hi", base)), 200, "")
}

// modelFolder makes what looks like the folder of a model.
func modelFolder(t *testing.T, name string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), name)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "config.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestModelThatDoesNotLoad(t *testing.T) {
	t.Parallel()
	b := start(t)
	folder := modelFolder(t, "broken")
	a := b.chat(say("hi", `"baseModel":"`+folder+`"`))
	b.want(a, 500, "internal")
	if !strings.Contains(a.text(), "model.safetensors is cut off") {
		t.Errorf("answer %s", a.text())
	}
}

func TestWithoutATrainer(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) {
		o.Env.Program, o.Env.Environ = filepath.Join(t.TempDir(), "arkor-backend"), nil
	})
	for _, a := range []answer{
		b.do("GET", "/v1/models", nil), b.chat(say("hi", base)),
		b.do("POST", inDemo("/v1/jobs"), map[string]any{"name": "x", "config": config(fakeworker.Plan{})}),
	} {
		b.want(a, 503, "engine_unavailable")
		if !strings.Contains(a.text(), "arkor-trainer is not installed; install arkor-trainer beside arkor-backend") {
			t.Errorf("answer %s", a.text())
		}
	}
}

func TestChatTimesOut(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Chat.Answer = time.Millisecond })
	a := b.chat(say("hang", base+`,"stream":false`))
	b.want(a, 503, "model_failed")
	if !strings.Contains(a.text(), "took longer than 1ms") {
		t.Errorf("answer %s", a.text())
	}
}

func TestChatModelsMakeRoom(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Chat.MaxModels, o.Chat.Wait = 1, 5*time.Second })
	folder := modelFolder(t, "other")
	other := `"baseModel":"` + folder + `"`
	for range 2 {
		b.want(b.chat(say("one", base)), 200, "")
		b.want(b.chat(say("two", other)), 200, "")
	}
	req, answering := hang(t, b)
	b.want(b.chat(say("three", other)), 503, "busy")
	req()
	<-answering
}

// hang begins a chat that does not end before stop is called.
func hang(t *testing.T, b *backend) (stop func(), done chan struct{}) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	begun, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = b.client.Chat(ctx, scope, cloud.ChatRequest{Messages: []cloud.Message{{Role: "user", Content: "hang"}}, BaseModel: "arkor/tiny"},
			func(string) error { close(begun); return nil })
	}()
	<-begun
	return cancel, done
}
