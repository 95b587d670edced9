package server

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const theScope = "?orgSlug=anon-1f2e&projectSlug=bot"

// A2, A11, J1, E1, E2, D1: what reaches the backend for each route.
func TestWhatTheBackendIsAsked(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	ok := func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodHead {
			io.WriteString(w, `{"job":{},"deployment":`+anEndpoint+`,"deployments":[],"keys":[],"key":{"id":"k","label":"l","prefix":"p","plaintext":"t","createdAt":"c"}}`)
		}
	}
	const id = "a%2Fb%20%C3%BC"
	for _, c := range []struct{ method, path, body, upstream, sent string }{
		{"GET", "/api/me", "", "GET /v1/me", ""},
		{"GET", "/api/models", "", "GET /v1/models", ""},
		{"GET", "/api/projects?orgSlug=a%26b&x=1", "", "GET /v1/projects?orgSlug=a%26b", ""},
		{"GET", "/api/jobs?limit=5&cursor=c%3D&status=queued&status=failed&orgSlug=evil&token=x", "", "GET /v1/jobs?cursor=c%3D&limit=5&orgSlug=anon-1f2e&projectSlug=bot&status=queued&status=failed", ""},
		{"HEAD", "/api/jobs", "", "GET /v1/jobs" + theScope, ""},
		{"POST", "/api/jobs", `{"name": "again"}`, "POST /v1/jobs" + theScope, `{"name": "again"}`},
		{"GET", "/api/datasets/sha256:a%2Fb", "", "GET /v1/datasets/sha256:a%2Fb" + theScope, ""},
		{"GET", "/api/jobs/" + id, "", "GET /v1/jobs/" + id + theScope, ""},
		{"DELETE", "/api/jobs/" + id, "", "DELETE /v1/jobs/" + id + theScope, ""},
		{"POST", "/api/jobs/" + id + "/cancel", "", "POST /v1/jobs/" + id + "/cancel" + theScope, ""},
		{"POST", "/api/jobs/" + id + "/resume", `{"fromStep":5}`, "POST /v1/jobs/" + id + "/resume" + theScope, `{"fromStep":5}`},
		{"GET", "/api/jobs/" + id + "/metrics?points=500&x=1", "", "GET /v1/jobs/" + id + "/metrics?orgSlug=anon-1f2e&points=500&projectSlug=bot", ""},
		{"GET", "/api/jobs/" + id + "/events", "", "GET /v1/jobs/" + id + "/events/stream" + theScope, ""},
		{"GET", "/api/jobs/" + id + "/evals", "", "GET /v1/jobs/" + id + "/evals" + theScope, ""},
		{"GET", "/api/jobs/" + id + "/artifacts", "", "GET /v1/jobs/" + id + "/artifacts" + theScope, ""},
		{"GET", "/api/jobs/" + id + "/artifacts/" + id, "", "GET /v1/jobs/" + id + "/artifacts/" + id + theScope, ""},
		{"POST", "/api/inference/chat", ` {"messages": [1] ,"x":"\u00fc"}`, "POST /v1/inference/chat" + theScope, ` {"messages": [1] ,"x":"\u00fc"}`}, // I1: verbatim
		{"GET", "/api/deployments", "", "GET /v1/endpoints" + theScope, ""},
		{"POST", "/api/deployments", newEndpoint, "POST /v1/endpoints" + theScope, newEndpoint},
		{"GET", "/api/deployments/" + id, "", "GET /v1/endpoints/" + id + theScope, ""},
		{"PATCH", "/api/deployments/" + id, `{"enabled":false}`, "PATCH /v1/endpoints/" + id + theScope, `{"enabled":false}`},
		{"DELETE", "/api/deployments/" + id, "", "DELETE /v1/endpoints/" + id + theScope, ""},
		{"GET", "/api/deployments/" + id + "/keys", "", "GET /v1/endpoints/" + id + "/keys" + theScope, ""},
		{"POST", "/api/deployments/" + id + "/keys", `{"label":" prod ","x":1}`, "POST /v1/endpoints/" + id + "/keys" + theScope, `{"label":"prod"}`},
		{"DELETE", "/api/deployments/" + id + "/keys/" + id, "", "DELETE /v1/endpoints/" + id + "/keys/" + id + theScope, ""},
	} {
		method, uri, _ := strings.Cut(c.upstream, " ")
		path, _, _ := strings.Cut(uri, "?")
		s.cloud.on(method+" "+path, ok)
		if got := s.do(c.method, c.path, c.body); got.status != http.StatusOK {
			t.Errorf("%s %s: %d %s", c.method, c.path, got.status, got.body)
		}
		asked := s.cloud.requests()
		last := asked[len(asked)-1]
		want := request{Method: method, URI: uri, Auth: "Bearer " + cloudToken, Client: "arkor/0.0.0-dev", Body: c.sent}
		if c.sent != "" {
			want.Type = "application/json"
		}
		if strings.HasSuffix(c.path, "/events") {
			want.Accept = "text/event-stream"
		}
		if last != want {
			t.Errorf("%s %s:\ngot  %+v\nwant %+v", c.method, c.path, last, want)
		}
	}
	if n := s.called("auth"); n != 1 {
		t.Errorf("arkor-auth was asked %d times", n)
	}
}

// A8: the terminal is told at once that this release is being phased out, and
// once only. A warning alone is none of that.
func TestDeprecationIsSaidOnce(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	answer := func(header, value, warning string) {
		s.cloud.on("GET /v1/jobs", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(header, value)
			w.Header().Set("Warning", `299 - "`+warning+`"`)
			io.WriteString(w, `{"jobs":[]}`)
		})
		s.do("GET", "/api/jobs", "").expect(t, warning, 200, `{"jobs":[]}`)
	}
	answer("Sunset", "soon", "not deprecated")
	answer("Deprecation", "false", "not deprecated either")
	if said := s.log.String(); said != "" {
		t.Errorf("said: %s", said)
	}
	answer("Deprecation", "true", "1.0 is old")
	answer("Deprecation", "true", "1.0 is very old")
	if said := s.log.String(); strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "1.0 is old (current: ") || !strings.Contains(said, "Run `npm install -g arkor@latest`.") {
		t.Errorf("said: %s", said)
	}
}

// J1, M1, A6, A9, A10, E4: answers come as they are, of any status.
func TestAnswersPassThrough(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	for _, route := range []string{"/me", "/jobs", "/jobs/j/events/stream", "/inference/chat"} {
		s.cloud.on("GET /v1"+route, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Deprecation", "true")
			w.Header().Set("Warning", `299 - "old"`)
			w.Header().Set("Sunset", "soon")
			w.Header().Set("Set-Cookie", "a=b")
			w.WriteHeader(http.StatusTeapot)
			io.WriteString(w, "  {\"error\":\"short\nand stout\"}")
		})
	}
	for _, path := range []string{"/api/me", "/api/jobs", "/api/jobs/j/events"} {
		got := s.do("GET", path, "")
		got.expect(t, path, http.StatusTeapot, "  {\"error\":\"short\nand stout\"}")
		if got.header.Get("Deprecation") != "true" || got.header.Get("Warning") != `299 - "old"` || got.header.Get("Sunset") != "soon" || got.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %v", path, got.header)
		}
	}
	s.cloud.say("GET /v1/jobs", 426, `{"error":"sdk_version_unsupported","currentVersion":"0.0.1","supportedRange":"^1"}`)
	if got := s.do("GET", "/api/jobs", ""); got.status != 426 || !strings.Contains(got.body, "npm install -g arkor@latest") {
		t.Errorf("%+v", got)
	}
}

// E3: an event is here before the next one is made. E2: the position is handed on.
func TestEventsFlow(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	more := make(chan string)
	gone := make(chan struct{})
	s.cloud.on("GET /v1/jobs/j_1/events/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for {
			select {
			case text := <-more:
				io.WriteString(w, text)
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				close(gone)
				return
			}
		}
	})
	go func() { more <- "id: 8\nevent: training.log\ndata: {\"step\":1}\n\n" }()
	next, hangUp := s.openStream("/api/jobs/j_1/events", "7")
	if event, data, id := next(); event != "training.log" || data != `{"step":1}` || id != "8" {
		t.Errorf("got %s %s %s", event, data, id)
	}
	more <- ": a comment\r\n\r\nevent: end\ndata: {\"status\":\"<b>\"}\n\n"
	for {
		event, data, _ := next()
		if event == "end" && data == `{"status":"<b>"}` {
			break
		}
		if event == "closed" {
			t.Fatal(data)
		}
	}
	if asked := s.cloud.requests(); asked[0].LastID != "7" || asked[0].Accept != "text/event-stream" {
		t.Errorf("%+v", asked)
	}
	hangUp() // E5, A13
	select {
	case <-gone:
	case <-time.After(time.Minute):
		t.Error("the backend's stream is still open")
	}
}

// X4: the end of the server cuts streams.
func TestShutdownCutsStreams(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.cloud.on("GET /v1/jobs/j_1/events/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	first, _ := s.openStream("/api/jobs/j_1/events", "")
	second, _ := s.openStream("/api/stream", "")
	second()
	s.stop()
	for event := ""; event != "closed"; event, _, _ = second() {
	}
	if event, _, _ := first(); event != "closed" {
		t.Errorf("got %s", event)
	}
}

// I3, I5: an answer flows as it is written, and ends when the page has enough.
func TestChatFlows(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	gone := make(chan struct{})
	s.cloud.on("POST /v1/inference/chat", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		io.WriteString(w, "data: {\"content\":\"one\"}\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		close(gone)
	})
	res, err := http.DefaultClient.Do(s.request("POST", "/api/inference/chat", aChat))
	must(t, err)
	buffer := make([]byte, 100)
	n, err := res.Body.Read(buffer)
	if string(buffer[:n]) != "data: {\"content\":\"one\"}\n\n" || res.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" ||
		res.Header.Get("Cache-Control") != "no-cache, no-transform" {
		t.Errorf("%q %v %v", buffer[:n], err, res.Header)
	}
	res.Body.Close()
	select {
	case <-gone:
	case <-time.After(time.Minute):
		t.Error("the backend still writes")
	}
}

// Q16, A4: a token that is refused is renewed once, whatever the method.
func TestRenewal(t *testing.T) {
	t.Parallel()
	s := start(t, oauthMode, usableState)
	s.cloud.token = renewedToken
	s.identity("renewed", renewedToken, oauthMode)
	s.cloud.say("POST /v1/jobs/j_1/cancel", 200, `{"job":{}}`)
	for range 2 {
		s.do("POST", "/api/jobs/j_1/cancel", "{}").expect(t, "cancel", 200, `{"job":{}}`)
	}
	asked := s.cloud.requests()
	if len(asked) != 3 || asked[0].Auth != "Bearer "+cloudToken || asked[1].Body != "{}" {
		t.Errorf("%+v", asked)
	}
	if n := s.called("auth"); n != 2 {
		t.Errorf("%q", s.calls())
	}
	// One that cannot be renewed is the backend's answer.
	s.cloud.mu.Lock()
	s.cloud.token = "another"
	s.cloud.mu.Unlock()
	must(t, os.Remove(filepath.Join(s.fake, "renewed")))
	s.do("GET", "/api/me", "").expect(t, "me", 401, "{\"error\":\"bad token\"}\n")
}

// A3: a sign-in elsewhere counts from the next request on.
func TestIdentityFollowsTheFiles(t *testing.T) {
	t.Parallel()
	s := start(t, oauthMode, usableState)
	s.cloud.say("GET /v1/me", 200, `{}`)
	s.do("GET", "/api/me", "").expect(t, "me", 200, `{}`)
	s.cloud.mu.Lock()
	s.cloud.token = renewedToken
	s.cloud.mu.Unlock()
	s.identity("identity", renewedToken, oauthMode)
	s.write("home/.arkor/credentials.json", `{"new":1}`)
	s.do("GET", "/api/me", "").expect(t, "me", 200, `{}`)
	if asked := s.cloud.requests(); len(asked) != 2 { // without a 401 in between
		t.Errorf("%+v", asked)
	}
	s.write("bot/arkor.config.ts", `export default {}`)
	s.do("GET", "/api/me", "").expect(t, "me", 200, `{}`)
	if n := s.called("auth"); n != 3 {
		t.Errorf("arkor-auth was asked %d times", n)
	}
}

// A5: requests that come at once ask once.
func TestIdentityIsAskedOnce(t *testing.T) {
	t.Parallel()
	s := start(t, oauthMode, usableState)
	s.cloud.say("GET /v1/jobs", 200, noJobs)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if got := s.do("GET", "/api/jobs", ""); got.status != 200 {
				t.Errorf("%+v", got)
			}
		})
	}
	all.Wait()
	if n := s.called("auth"); n != 1 {
		t.Errorf("arkor-auth was asked %d times", n)
	}
}

// A local backend that was restarted listens elsewhere.
func TestLocalBackendRestarts(t *testing.T) {
	t.Parallel()
	s := start(t, localMode, "")
	s.write("bot/.arkor/local.json", `{"orgSlug":"local","projectSlug":"bot","projectId":"p"}`)
	s.cloud.say("GET /v1/jobs", 200, noJobs)
	s.do("GET", "/api/jobs", "").expect(t, "before", 200, noJobs)
	s.cloud.CloseClientConnections()
	s.cloud.Server.Close()
	again := newCloud(t)
	again.say("GET /v1/jobs", 200, `{"jobs":[2]}`)
	s.cloud = again
	s.identity("identity", cloudToken, localMode)
	s.do("GET", "/api/jobs", "").expect(t, "after", 200, `{"jobs":[2]}`)
}

// A12, C4, P1: who cannot be reached, who is not signed in, what is missing.
func TestWhatKeepsFromTheBackend(t *testing.T) {
	t.Parallel()
	s := start(t, oauthMode, usableState)
	host := strings.TrimPrefix(s.cloud.URL, "http://")
	s.cloud.Server.Close()
	if got := s.do("GET", "/api/jobs", ""); got.status != 502 || !strings.HasPrefix(got.body, `{"error":"Could not reach `+host+`: `) || !strings.HasSuffix(got.body, `","code":"upstream_unreachable"}`) {
		t.Errorf("%+v", got)
	}
	for _, c := range []struct {
		said   string
		status int
		want   string
	}{
		{"arkor-auth token: cannot reach https://a.example (GET /v1/me): no route to host\nhint: check the network\n", 502,
			`{"error":"cannot reach https://a.example (GET /v1/me): no route to host","code":"upstream_unreachable","hint":"check the network"}`},
		{"arkor-auth token: no answer from https://a.example (GET /v1/me)\n", 502, `{"error":"no answer from https://a.example (GET /v1/me)","code":"upstream_unreachable"}`},
		{"arkor: warning: something\narkor-auth token: No credentials on file. Run `arkor login` first.\n", 401,
			"{\"error\":\"No credentials on file. Run `arkor login` first.\",\"code\":\"signed_out\"}"},
		{"arkor-auth token: arkor-backend is not installed\nhint: install it\n", 503, `{"error":"arkor-backend is not installed","code":"missing_component","hint":"install it"}`},
		{"arkor backend: data folder of the backend: denied\nhint: another\n", 503, `{"error":"data folder of the backend: denied","code":"backend_unavailable","hint":"another"}`},
		{"arkor-build config: no JavaScript runtime to run the trainer with: no node on PATH\nhint: install node\n", 503,
			`{"error":"no JavaScript runtime to run the trainer with: no node on PATH","code":"no_runtime","hint":"install node"}`},
		{"", 401, `{"error":"arkor-auth ended without a word","code":"signed_out"}`},
	} {
		s.write("fake/auth-error", c.said)
		s.write("home/.arkor/credentials.json", c.said) // so that it is asked again
		s.do("GET", "/api/me", "").expect(t, c.said, c.status, c.want)
	}
	must(t, os.RemoveAll(filepath.Join(filepath.Dir(s.dir), "bin")))
	for _, c := range []struct{ method, path, binary string }{
		{"GET", "/api/me", "arkor-auth"}, {"GET", "/api/manifest", "arkor-build"}, {"POST", "/api/runs", "arkor-build"},
	} {
		got := s.do(c.method, c.path, "")
		if got.status != 503 || !strings.HasPrefix(got.body, `{"error":"`+c.binary+` is not installed","code":"missing_component","hint":"install `) {
			t.Errorf("%s: %+v", c.path, got)
		}
	}
	s.do("GET", "/api/runs", "").expect(t, "what still works", 200, `{"runs":[]}`)
}

// F7, S14, A15, D5 and the methods that a route does not have.
func TestRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	big := `{"file":"` + strings.Repeat("x", 1<<20) + `"}`
	tooLarge := `{"error":"Request body too large","code":"body_too_large"}`
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/api/nothing", "", 404, `{"error":"Not found","code":"not_found"}`},
		{"GET", "/api/", "", 404, `{"error":"Not found","code":"not_found"}`},
		{"GET", "/api", "", 404, `{"error":"Not found","code":"not_found"}`},
		{"PUT", "/api/jobs", "", 405, `{"error":"Method not allowed","code":"method_not_allowed"}`},
		{"GET", "/api/train", "", 405, `{"error":"Method not allowed","code":"method_not_allowed"}`},
		{"POST", "/api/runs", big, 413, tooLarge},
		{"POST", "/api/train", big, 413, tooLarge},
		{"POST", "/api/deployments", big, 413, tooLarge},
		{"PATCH", "/api/deployments/e", big, 413, tooLarge},
		{"POST", "/api/inference/chat", `{"messages":["` + strings.Repeat("x", 16<<20) + `"]}`, 413, tooLarge},
		{"POST", "/api/runs", `{`, 400, `{"error":"Invalid JSON body","code":"invalid_json"}`}, // R2, Q10
		{"POST", "/api/train", `[]`, 400, `{"error":"Invalid JSON body","code":"invalid_json"}`},
		{"POST", "/api/train", `{"file":7}`, 400, `{"error":"file must not be a number","code":"invalid_request"}`},
		{"POST", "/api/deployments", `{`, 400, `{"error":"Invalid JSON body","code":"invalid_json"}`},
		{"PATCH", "/api/deployments/e", ``, 400, `{"error":"Invalid JSON body","code":"invalid_json"}`},
		{"PATCH", "/api/deployments/e", `null`, 400, `{"error":"Deployment update body must be a JSON object.","code":"invalid_request"}`}, // D7
		{"PATCH", "/api/deployments/e", `[]`, 400, `{"error":"Deployment update body must be a JSON object.","code":"invalid_request"}`},
		{"POST", "/api/deployments", `null`, 400, `{"error":"Invalid deployment create body: (root): must be an object","code":"invalid_request"}`},
		{"GET", "/api/projects", "", 400, `{"error":"orgSlug is missing","code":"invalid_request"}`},
		{"GET", "/api/runs/r7", "", 404, `{"error":"no such run was started here","code":"run_not_found"}`},
		{"POST", "/api/jobs/j_1/resume", "{", 400, `{"error":"Invalid JSON body","code":"invalid_json"}`},
	} {
		s.do(c.method, c.path, c.body).expect(t, c.method+" "+c.path, c.status, c.want)
	}
	if asked, calls := s.cloud.requests(), s.calls(); len(asked) > 0 || len(calls) > 0 {
		t.Errorf("%v %v", asked, calls)
	}
	// A15: the Content-Type does not matter.
	req := s.request("POST", "/api/jobs/j_1/resume", `{"step":2}`)
	req.Header.Set("Content-Type", "text/plain")
	s.cloud.say("POST /v1/jobs/j_1/resume", 200, `{}`)
	s.send(req).expect(t, "text/plain", 200, `{}`)
}

// A14: a mistake of ours is logged, and the server lives on.
func TestPanic(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	w := &responseRecorder{header: http.Header{}}
	s.dispatch(methods{"GET": func(*call) error { panic("s3cret detail") }}).ServeHTTP(w, s.request("GET", "/api/x", ""))
	if w.status != 500 || w.body != `{"error":"Studio backend error","code":"internal"}` || !strings.Contains(s.log.String(), "s3cret detail") {
		t.Errorf("%d %s, log %s", w.status, w.body, s.log)
	}
}

type responseRecorder struct {
	header http.Header
	status int
	body   string
}

func (r *responseRecorder) Header() http.Header    { return r.header }
func (r *responseRecorder) WriteHeader(status int) { r.status = status }
func (r *responseRecorder) Write(p []byte) (int, error) {
	r.body += string(p)
	return len(p), nil
}

// B11: files come in parts, with their names.
func TestDownload(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.cloud.on("GET /v1/jobs/j/artifacts/a", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="adapter.bin"`)
		w.Header().Set("ETag", `"x"`)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader("0123456789"))
	})
	req := s.request("GET", "/api/jobs/j/artifacts/a", "")
	req.Header.Set("Range", "bytes=2-4")
	got := s.send(req)
	got.expect(t, "part", http.StatusPartialContent, "234")
	if got.header.Get("Content-Disposition") != `attachment; filename="adapter.bin"` || got.header.Get("Content-Range") != "bytes 2-4/10" {
		t.Errorf("%v", got.header)
	}
}
