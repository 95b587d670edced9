package server

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A1, F8: what the API says is JSON, and is kept by no cache.
func TestAnswersAreNotKept(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.cloud.say("GET /v1/jobs", 200, noJobs)
	s.cloud.say("GET /v1/endpoints", 200, `{"deployments":[]}`)
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/api/jobs", "", 200},
		{"GET", "/api/credentials", "", 200},
		{"GET", "/api/deployments", "", 200},
		{"GET", "/api/manifest", "", 200},
		{"GET", "/api/runs", "", 200},
		{"GET", "/api/nothing", "", 404},
		{"PUT", "/api/jobs", "", 405},
		{"POST", "/api/runs", "{", 400},
		{"GET", "/api/me", "", 404},
	} {
		got := s.do(c.method, c.path, c.body)
		if got.status != c.status || got.header.Get("Content-Type") != "application/json" || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s: %d %v", c.method, c.path, got.status, got.header)
		}
	}
	req := s.request("GET", "/api/jobs", "")
	req.Header.Del("X-Arkor-Studio-Token")
	if got := s.send(req); got.status != 403 || got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%+v", got)
	}
}

// F1: HEAD answers as GET does, without the body.
func TestHead(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	for _, path := range []string{"/", "/jobs/abc", "/favicon.svg", "/none.js"} {
		got, head := s.do("GET", path, ""), s.do("HEAD", path, "")
		if head.status != got.status || head.body != "" || got.body == "" || head.header.Get("Content-Type") != got.header.Get("Content-Type") {
			t.Errorf("%s: %d %v, and of GET %d %v", path, head.status, head.header, got.status, got.header)
		}
	}
}

// E3, F9: an event stream is one whatever the backend calls it, and nothing on
// the way may keep or press it.
func TestEventStreamsAreNotHeldUp(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/start", "exit")
	s.startRun("")
	s.cloud.on("GET /v1/jobs/j_1/events/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Type"] = nil
		io.WriteString(w, "event: end\ndata: {}\n\n")
	})
	for _, path := range []string{"/api/jobs/j_1/events", "/api/runs/r1/log", "/api/stream"} {
		req := s.request("GET", path, "")
		req.Header.Set("Accept-Encoding", "gzip")
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		res.Body.Close()
		for name, want := range map[string]string{
			"Content-Type": "text/event-stream", "Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no", "Content-Encoding": "",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
}

// A6, I3: a refused conversation is the backend's answer, with its notice.
func TestChatAnswersPassThrough(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.cloud.on("POST /v1/inference/chat", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header().Set("Deprecation", "true")
		w.Header().Set("Warning", `299 - "old"`)
		w.Header().Set("Sunset", "soon")
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, `{"error":"no"}`)
	})
	got := s.do("POST", "/api/inference/chat", aChat)
	got.expect(t, "chat", http.StatusTeapot, `{"error":"no"}`)
	for name, want := range map[string]string{"Content-Type": "application/problem+json", "Deprecation": "true", "Warning": `299 - "old"`, "Sunset": "soon"} {
		if value := got.header.Get(name); value != want {
			t.Errorf("%s is %q", name, value)
		}
	}
}

// A7: what the backend said of this release while it made the project is said
// with the answer that was asked for. Where nobody was asked, nothing is.
func TestNoticeOfTheProject(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, "")
	if got := s.do("GET", "/api/deployments", ""); got.header.Get("Deprecation") != "" {
		t.Errorf("%v", got.header)
	}
	s.cloud.on("POST /v1/projects", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Deprecation", "true")
		w.Header().Set("Warning", `299 - "making projects is old"`)
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, `{"project":{"id":"p_9","slug":"bot","name":"bot","orgId":"o"}}`)
	})
	s.cloud.say("POST /v1/endpoints", 201, `{"deployment":`+anEndpoint+`}`)
	got := s.do("POST", "/api/deployments", newEndpoint)
	if got.status != 200 || got.header.Get("Deprecation") != "true" || got.header.Get("Warning") != `299 - "making projects is old"` {
		t.Errorf("%d %v", got.status, got.header)
	}
}

// I4, D9: a project that the backend refuses to make is its answer, and leaves
// no state.
func TestProjectIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, "")
	s.cloud.say("POST /v1/projects", 402, `{"error":"too many projects","code":"quota"}`)
	for path, body := range map[string]string{"/api/inference/chat": aChat, "/api/deployments": newEndpoint} {
		s.do("POST", path, body).expect(t, path, 402, `{"error":"too many projects","code":"quota"}`)
	}
	if _, err := os.Stat(filepath.Join(s.dir, ".arkor", "state.json")); !os.IsNotExist(err) {
		t.Error(err)
	}
}

// Z7, Z8, D4: texts that others look for, letter by letter.
func TestTextsOfScopes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ mode, state, method, path, body, want string }{
		{oauthMode, "", "POST", "/api/inference/chat", aChat,
			"No .arkor/state.json found. Create it by hand with { orgSlug, projectSlug, projectId } pointing at the project you want to use."},
		{anonymousMode, staleState, "POST", "/api/inference/chat", aChat,
			"This workspace's .arkor/state.json is scoped to a different organization than your current anonymous session. Delete .arkor/state.json to start a fresh anonymous project, or run `arkor login` with the account that owns that project."},
		{anonymousMode, "", "GET", "/api/deployments/e", "",
			"No usable .arkor/state.json for this workspace (missing or invalid). Create your first deployment to bootstrap one (anonymous), restore the file by hand (OAuth), or regenerate it with the correct { orgSlug, projectSlug, projectId } if it's currently corrupt."},
	} {
		s := start(t, c.mode, c.state)
		got := s.do(c.method, c.path, c.body)
		if answer := decode[struct{ Error string }](t, got.body); answer.Error != c.want {
			t.Errorf("%s", got.body)
		}
	}
}

// D10, S18, S15: of a mistake that is nobody else's the page learns nothing, and
// the log tells no secret and no query.
func TestUnexpectedFailures(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.cloud.say("GET /v1/endpoints", 200, `{"deployments":"s3cret stack"}`)
	s.do("GET", "/api/deployments?token=s3cret-query", "").expect(t, "list", 500, `{"error":"Studio backend error","code":"internal"}`)
	if said := s.log.String(); !strings.Contains(said, "/api/deployments") || strings.Contains(said, "s3cret") || strings.Contains(said, s.launch.Token) {
		t.Errorf("log: %s", said)
	}
}

// E2: a position that is empty is none.
func TestNoPosition(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.cloud.on("GET /v1/jobs/j_1/events/stream", func(w http.ResponseWriter, r *http.Request) {
		if sent, there := r.Header["Last-Event-Id"]; there {
			t.Errorf("Last-Event-ID: %q", sent)
		}
	})
	for _, sent := range []http.Header{{}, {"Last-Event-Id": {""}}} {
		req := s.request("GET", "/api/jobs/j_1/events", "")
		for name, values := range sent {
			req.Header[name] = values
		}
		if got := s.send(req); got.status != 200 {
			t.Errorf("%+v", got)
		}
	}
}
