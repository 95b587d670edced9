package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/project"
)

// A12, D10, I4: what a page learns of what went wrong.
func TestFailures(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, "")
	gone, leave := context.WithCancel(t.Context())
	leave()
	for _, c := range []struct {
		ctx    context.Context
		err    error
		status int
		code   string
		text   string
	}{
		{t.Context(), fmt.Errorf("ask: %w", context.DeadlineExceeded), 502, "upstream_unreachable", "The backend took longer than 30s"},
		{t.Context(), &cloud.UnreachableError{Origin: "https://a.example", Timeout: true, Err: context.DeadlineExceeded}, 502, "upstream_unreachable", "Could not reach a.example: no answer in time"},
		{t.Context(), &cloud.UnreachableError{Origin: "https://a.example:7", Err: errors.New("no route")}, 502, "upstream_unreachable", "Could not reach a.example:7: no route"},
		{t.Context(), project.ErrNoState, 500, "no_scope", project.ErrNoState.Error()},
		{t.Context(), errors.New("s3cret"), 500, "internal", "Studio backend error"},
		{gone, context.Canceled, 500, "internal", "Studio backend error"},
	} {
		f := s.failure(c.ctx, "/api/x", c.err)
		if f.status != c.status || f.Code != c.code || f.Message != c.text {
			t.Errorf("%v: %d %+v", c.err, f.status, f)
		}
	}
	if said := s.log.String(); strings.Count(said, "\n") != 1 || !strings.Contains(said, "s3cret") { // who has left is no mistake
		t.Errorf("log: %s", said)
	}
}

// Half an answer of the backend does not look like a whole one.
func TestHalfAnAnswer(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	half := func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"jobs":[`)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	for path, route := range map[string]string{
		"/api/jobs": "/v1/jobs", "/api/jobs/j/artifacts/a": "/v1/jobs/j/artifacts/a", "/api/jobs/j/events": "/v1/jobs/j/events/stream",
	} {
		s.cloud.on("GET "+route, half)
		res, err := http.DefaultClient.Do(s.request("GET", path, ""))
		if err != nil {
			continue // nothing of it was on its way yet
		}
		text, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err == nil {
			t.Errorf("%s: %q and an end", path, text)
		}
	}
}

// A9: an upgrade that is needed is said with its command, by every route.
func TestUpgradeIsNeeded(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	for _, c := range []struct{ method, path, body, route string }{
		{"GET", "/api/jobs", "", "GET /v1/jobs"},
		{"GET", "/api/jobs/j/events", "", "GET /v1/jobs/j/events/stream"},
		{"GET", "/api/jobs/j/evals", "", "GET /v1/jobs/j/evals"},
		{"GET", "/api/jobs/j/artifacts/a", "", "GET /v1/jobs/j/artifacts/a"},
		{"POST", "/api/inference/chat", aChat, "POST /v1/inference/chat"},
		{"GET", "/api/deployments", "", "GET /v1/endpoints"},
	} {
		s.cloud.say(c.route, 426, `{"error":"sdk_version_unsupported","currentVersion":"0.0.1","supportedRange":"^1"}`)
		if got := s.do(c.method, c.path, c.body); got.status != 426 || !strings.Contains(got.body, "npm install -g arkor@latest") {
			t.Errorf("%s: %+v", c.path, got)
		}
	}
}

// What the page sends beside a body reaches the backend, and what the backend
// says of when to come back reaches the page.
func TestHeadersThatMatter(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.cloud.on("POST /v1/jobs", func(w http.ResponseWriter, r *http.Request) {
		if key := r.Header.Get("Idempotency-Key"); key != "once" {
			t.Errorf("Idempotency-Key: %q", key)
		}
		io.WriteString(w, `{"job":{}}`)
	})
	req := s.request("POST", "/api/jobs", `{"name":"a"}`)
	req.Header.Set("Idempotency-Key", "once")
	s.send(req).expect(t, "new job", 200, `{"job":{}}`)

	s.cloud.on("GET /v1/jobs/j/artifacts/a", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"x"`)
		if r.Header.Get("If-None-Match") == `"x"` {
			w.WriteHeader(http.StatusNotModified)
		}
		if r.Header.Get("If-Range") != "" {
			io.WriteString(w, r.Header.Get("If-Range")+r.Header.Get("Range"))
		}
	})
	req = s.request("GET", "/api/jobs/j/artifacts/a", "")
	req.Header.Set("If-None-Match", `"x"`)
	if got := s.send(req); got.status != http.StatusNotModified || got.header.Get("Etag") != `"x"` {
		t.Errorf("%+v", got)
	}
	req = s.request("GET", "/api/jobs/j/artifacts/a", "")
	req.Header.Set("If-Range", `"y"`)
	req.Header.Set("Range", "bytes=1-")
	s.send(req).expect(t, "a part", 200, `"y"bytes=1-`)

	s.cloud.on("POST /v1/inference/chat", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	if got := s.do("POST", "/api/inference/chat", aChat); got.status != 429 || got.header.Get("Retry-After") != "7" {
		t.Errorf("%+v", got)
	}
}
