package daemon_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

type runs struct {
	Runs       []storedRun
	NextCursor *string
}

type storedRun struct {
	ID, CreatedAt, Status, Error string
	KeyID, FinishReason, Prompt  *string
	Messages                     []cloud.Message
	Answer                       struct {
		Role    string
		Content *string
		Calls   json.RawMessage `json:"tool_calls"`
	}
	Truncated                      bool
	PromptTokens, CompletionTokens int64
	FirstTokenMS, DurationMS       *int64
}

func (b *backend) runs(e cloud.Endpoint, query string) runs {
	b.t.Helper()
	a := b.do("GET", inDemo("/v1/endpoints/"+e.ID+"/runs"+query), nil)
	b.want(a, 200, "")
	return read[runs](a)
}

// awaitRuns waits until an endpoint has so many runs.
func (b *backend) awaitRuns(e cloud.Endpoint, n int) []storedRun {
	b.t.Helper()
	for {
		if found := b.runs(e, "").Runs; len(found) >= n {
			return found
		}
		if b.t.Context().Err() != nil {
			b.t.Fatal("the runs did not come")
		}
	}
}

func statuses(runs []storedRun) (s []string) {
	for _, r := range runs {
		s = append(s, r.Status)
	}
	return s
}

func (b *backend) endpointWith(slug, more string) cloud.Endpoint {
	b.t.Helper()
	a := b.do("POST", inDemo("/v1/endpoints"), `{"slug":"`+slug+`","target":`+baseTarget+`,"authMode":"none"`+more+`}`)
	b.want(a, 201, "")
	return read[deployment](a).Deployment
}

// 7.18: what is kept of a chat.
func TestEndpointRuns(t *testing.T) {
	t.Parallel()
	b := start(t)
	e := b.endpoint("bot")
	keyID, key := b.keyOf(e)
	ask := func(path, body string) answer { return b.ask("POST", "/e/bot/v1/"+path, body, "X-Api-Key", key) }
	id := read[struct{ ID string }](ask("chat/completions", toSay)).ID
	b.want(ask("completions", `{"prompt":"Once upon","stream":true}`), 200, "")
	b.want(ask("chat/completions", `{"messages":[{"role":"user","content":"die"}]}`), 503, "")
	b.want(ask("chat/completions", `{"messages":[{"role":"user","content":"x"}],"tool_choice":"required",`+twoTools+`}`), 200, "")
	b.want(ask("chat/completions", `{}`), 400, "") // asked nothing

	got := b.runs(e, "").Runs
	check(t, []string{"completed", "failed", "completed", "completed"}, statuses(got)) // newest first
	chat := got[3]
	if chat.FirstTokenMS == nil || chat.DurationMS == nil || *chat.DurationMS < *chat.FirstTokenMS || chat.CreatedAt == "" {
		t.Errorf("times %+v", chat)
	}
	check(t, []any{id, keyID, "stop", int64(5), int64(2), "Hello you"},
		[]any{chat.ID, *chat.KeyID, *chat.FinishReason, chat.PromptTokens, chat.CompletionTokens, *chat.Answer.Content})
	check(t, []cloud.Message{{Role: "user", Content: "Hello you"}}, chat.Messages)
	check(t, []any{"Once upon", "Once upon"}, []any{*got[2].Prompt, *got[2].Answer.Content})
	check(t, []any{"dying", false}, []any{*got[1].Answer.Content, got[1].Error == ""})
	if !strings.Contains(string(got[0].Answer.Calls), `"name":"weather"`) {
		t.Errorf("calls %s", got[0].Answer.Calls)
	}

	// Pages.
	first := b.runs(e, "?limit=3")
	second := b.runs(e, "?limit=3&cursor="+*first.NextCursor)
	check(t, []any{3, 1, true}, []any{len(first.Runs), len(second.Runs), second.NextCursor == nil})
	check(t, got[3].ID, second.Runs[0].ID)
	path := "/v1/endpoints/" + e.ID + "/runs"
	for query, code := range map[string]string{"?limit=0": "invalid_request", "?limit=x": "invalid_request", "?cursor=-!": "invalid_cursor", "?cursor=": "invalid_cursor"} {
		b.want(b.do("GET", inDemo(path+query), nil), 400, code)
	}

	// Deleted one by one, and all together.
	b.want(b.do("DELETE", inDemo(path+"/"+id), nil), 204, "")
	b.want(b.do("DELETE", inDemo(path+"/"+id), nil), 404, "run_not_found")
	check(t, 3, len(b.runs(e, "").Runs))
	b.want(b.do("DELETE", inDemo(path), nil), 204, "")
	check(t, 0, len(b.runs(e, "").Runs))
	b.want(b.do("GET", inDemo("/v1/endpoints/unknown/runs"), nil), 404, "endpoint_not_found")
}

// A client that leaves is in the runs, with what it was told.
func TestRunOfClientThatLeft(t *testing.T) {
	t.Parallel()
	b := start(t)
	e := b.endpointWith("bot", "")
	ctx, leave := context.WithCancel(t.Context())
	res := begin(t, ctx, b.client.BaseURL+"/e/bot/v1/chat/completions", `{"messages":[{"role":"user","content":"hang"}],"stream":true}`)
	defer res.Body.Close()
	leave()
	run := b.awaitRuns(e, 1)[0]
	check(t, []any{"cancelled", "hanging", true}, []any{run.Status, *run.Answer.Content, run.FinishReason == nil})
}

// 7.18: "disabled" stores nothing, and what an endpoint does not retain any more
// is gone.
func TestRetention(t *testing.T) {
	t.Parallel()
	b := start(t)
	silent, kept := b.endpointWith("silent", `,"runRetentionMode":"disabled"`), b.endpointWith("kept", `,"runRetentionMode":"unlimited"`)
	for _, slug := range []string{"silent", "kept"} {
		b.want(b.ask("POST", "/e/"+slug+"/v1/chat/completions", toSay), 200, "")
	}
	check(t, []int{0, 1}, []int{len(b.runs(silent, "").Runs), len(b.runs(kept, "").Runs)})
	patch := func(e cloud.Endpoint, body string) {
		b.want(b.do("PATCH", inDemo("/v1/endpoints/"+e.ID), body), 200, "")
	}
	patch(kept, `{"runRetentionMode":"days","runRetentionDays":1}`)
	check(t, 1, len(b.runs(kept, "").Runs))
	patch(kept, `{"runRetentionMode":"disabled"}`)
	check(t, 0, len(b.runs(kept, "").Runs))

	// A run outlives the backend, and not its endpoint.
	patch(kept, `{"runRetentionMode":"unlimited"}`)
	b.want(b.ask("POST", "/e/kept/v1/chat/completions", toSay), 200, "")
	b.close()
	b.open()
	check(t, 1, len(b.runs(kept, "").Runs))
	b.want(b.do("DELETE", inDemo("/v1/endpoints/"+kept.ID), nil), 204, "")
	again := b.endpointWith("kept", "")
	check(t, 0, len(b.runs(again, "").Runs))
}

// What is kept of a chat is bounded; its end is kept.
func TestLongRunsAreCut(t *testing.T) {
	t.Parallel()
	b := start(t)
	e := b.endpointWith("bot", "")
	long := strings.Repeat("ä", 100<<10)
	body, err := json.Marshal(map[string]any{"messages": []map[string]string{
		{"role": "system", "content": "first"}, {"role": "user", "content": long}, {"role": "user", "content": "Hello " + long},
	}})
	if err != nil {
		t.Fatal(err)
	}
	b.want(b.ask("POST", "/e/bot/v1/chat/completions", string(body)), 200, "")
	run := b.runs(e, "").Runs[0]
	var kept int
	for _, m := range run.Messages {
		kept += len(m.Content)
	}
	last := run.Messages[len(run.Messages)-1].Content
	if !run.Truncated || kept > 64<<10 || !strings.HasPrefix(last, "Hello ä") || strings.ContainsRune(last, '\uFFFD') || len(*run.Answer.Content) > 64<<10 {
		t.Errorf("%d bytes of %d messages, answer %d, truncated %v", kept, len(run.Messages), len(*run.Answer.Content), run.Truncated)
	}
}

// Nobody reads or deletes the runs of others.
func TestRunsAreTheProjects(t *testing.T) {
	t.Parallel()
	b := start(t, anonymous)
	e := b.endpointWith("bot", "")
	b.want(b.ask("POST", "/e/bot/v1/chat/completions", toSay), 200, "")
	guest := newTenant(b, sample)
	id := b.runs(e, "").Runs[0].ID
	for _, path := range []string{"/runs", "/runs/" + id} {
		for _, method := range []string{"GET", "DELETE"} {
			if a := guest.do(method, guest.in("/v1/endpoints/"+e.ID+path), nil); !slices.Contains([]int{404, 405}, a.StatusCode) {
				t.Errorf("%s %s: %d", method, path, a.StatusCode)
			}
		}
	}
	check(t, 1, len(b.runs(e, "").Runs))
}
