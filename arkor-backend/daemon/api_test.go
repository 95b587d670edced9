package daemon_test

import (
	"database/sql"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := start(t)
	job := b.create(config(fakeworker.Plan{}))
	b.events(job.ID, "")
	for name, tc := range map[string]struct {
		method, path string
		headers      []string
		status       int
		code         string
	}{
		"no token":            {"GET", "/v1/me", []string{"Authorization", ""}, 401, "unauthorized"},
		"wrong token":         {"GET", "/v1/me", []string{"Authorization", "Bearer nope"}, 401, "unauthorized"},
		"other scheme":        {"GET", "/v1/me", []string{"Authorization", "Basic " + b.client.Token}, 401, "unauthorized"},
		"no org":              {"GET", "/v1/projects", nil, 400, "missing_scope"},
		"no project":          {"GET", "/v1/jobs?orgSlug=local", nil, 400, "missing_scope"},
		"empty project":       {"GET", "/v1/jobs?orgSlug=local&projectSlug=", nil, 400, "missing_scope"},
		"unknown org":         {"GET", "/v1/jobs?orgSlug=acme&projectSlug=demo", nil, 404, "org_not_found"},
		"unknown project":     {"GET", "/v1/jobs?orgSlug=local&projectSlug=other", nil, 404, "project_not_found"},
		"double encoded":      {"GET", "/v1/jobs?orgSlug=local&projectSlug=de%256Do", nil, 404, "project_not_found"},
		"unknown job":         {"GET", inDemo("/v1/jobs/nope"), nil, 404, "job_not_found"},
		"escaped job":         {"GET", inDemo("/v1/jobs/..%2f" + job.ID), nil, 404, "job_not_found"},
		"unknown path":        {"GET", "/v1/elsewhere", nil, 404, ""},
		"root":                {"GET", "/", nil, 404, ""},
		"anonymous":           {"POST", "/v1/auth/anonymous", []string{"Authorization", ""}, 403, "anonymous_not_offered"},
		"browser":             {"GET", "/v1/me", []string{"Origin", "http://localhost:3000"}, 403, "browser_refused"},
		"browser, null":       {"GET", "/healthz", []string{"Origin", "null"}, 403, "browser_refused"},
		"rebound name":        {"GET", "/v1/me", []string{"Host", "evil.example"}, 403, "host_refused"},
		"rebound name, port":  {"GET", "/healthz", []string{"Host", "127.0.0.1.evil.example:80"}, 403, "host_refused"},
		"other address":       {"GET", "/v1/me", []string{"Host", "192.168.1.2"}, 403, "host_refused"},
		"no host":             {"GET", "/v1/me", []string{"Host", ":80"}, 403, "host_refused"},
		"bad cursor":          {"GET", inDemo("/v1/jobs?cursor=x"), nil, 400, "invalid_cursor"},
		"bad limit":           {"GET", inDemo("/v1/jobs?limit=201"), nil, 400, "invalid_request"},
		"bad status":          {"GET", inDemo("/v1/jobs?status=done"), nil, 400, "invalid_request"},
		"unknown artifact":    {"GET", inDemo("/v1/jobs/" + job.ID + "/artifacts/nope"), nil, 404, "artifact_not_found"},
		"unknown dataset":     {"GET", inDemo("/v1/datasets/sha256:00"), nil, 404, "dataset_not_found"},
		"delete unknown data": {"DELETE", inDemo("/v1/datasets/sha256:00"), nil, 404, "dataset_not_found"},
	} {
		a := b.do(tc.method, tc.path, nil, tc.headers...)
		if a.StatusCode != tc.status || a.code() != tc.code {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.text())
		}
		if a.Header.Get("Content-Type") != "application/json" || !strings.Contains(a.text(), `"error":"`) {
			t.Errorf("%s: not an error body: %s", name, a.text())
		}
	}
	for _, host := range []string{"localhost", "LOCALHOST:1", "127.0.0.1:9", "127.1.2.3", "[::1]:80"} {
		b.want(b.do("GET", "/healthz", nil, "Host", host), 200, "")
	}
}

func TestMembershipIsRequired(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.close()
	db, err := sql.Open("sqlite", string(b.options.Home)+"/backend.db")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `INSERT INTO orgs VALUES ('o2', 'acme', 'Acme')`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b.open()
	b.want(b.do("GET", "/v1/jobs?orgSlug=acme&projectSlug=demo", nil), 403, "not_a_member")
}

func TestMethods(t *testing.T) {
	t.Parallel()
	b := start(t)
	for path, allow := range map[string]string{
		"/healthz": "GET, HEAD", "/v1/auth/anonymous": "POST", "/v1/jobs": "GET, HEAD, POST",
		"/v1/jobs/x": "DELETE, GET, HEAD", "/v1/jobs/x/metrics": "GET, HEAD", "/v1/jobs/x/artifacts/y": "GET, HEAD",
		"/v1/endpoints/x/keys": "GET, HEAD, POST", "/v1/endpoints/x/keys/y": "DELETE", "/v1/datasets/x": "DELETE, GET, HEAD", "/v1/inference/chat": "POST",
	} {
		a := b.do("PATCH", path, nil)
		b.want(a, http.StatusMethodNotAllowed, "")
		check(t, allow, a.Header.Get("Allow"))
	}
	check(t, "DELETE, GET, HEAD, PATCH", b.do("PUT", "/v1/endpoints/x", nil).Header.Get("Allow"))
}

func TestVersionGate(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.MinClient = "1.2.0-rc.2" })
	for header, want := range map[string]string{
		"":                      "missing",
		"arkor":                 "malformed",
		"arkor/":                "malformed",
		"/1.2.3":                "malformed",
		"arkor/v1.2.3":          "malformed",
		"arkor/1.2":             "malformed",
		"arkor/01.2.3":          "malformed",
		"studio/x":              "malformed",
		"arkor/1.1.9":           "1.1.9",
		"arkor/1.2.0-rc.1":      "1.2.0-rc.1",
		"arkor/1.2.0-beta.11":   "1.2.0-beta.11",
		"arkor/0.0.3-alpha.1":   "0.0.3-alpha.1",
		"arkor/1.2.0-rc.2":      "ok",
		"arkor/1.2.0-rc.10":     "ok",
		"arkor/1.2.0-rc.2.1":    "ok",
		"arkor/1.2.0":           "ok",
		"arkor/1.2.0+build.5":   "ok",
		"arkor/10.0.0":          "ok",
		"arkor/0.0.0-dev":       "ok",
		"studio/0.0.1":          "ok",
		"arkor/2.0.0-x-y-z.--1": "ok",
	} {
		a := b.do("GET", "/v1/auth/cli/config", nil, "X-Arkor-Client", header)
		if want == "ok" {
			if a.StatusCode != 200 {
				t.Errorf("%q: %d %s", header, a.StatusCode, a.text())
			}
			continue
		}
		var got map[string]any
		if err := json.Unmarshal(a.body, &got); err != nil || a.StatusCode != http.StatusUpgradeRequired {
			t.Fatalf("%q: %d %s", header, a.StatusCode, a.text())
		}
		expect := map[string]any{"error": "sdk_version_unsupported", "currentVersion": "unknown", "supportedRange": ">=1.2.0-rc.2",
			"upgrade": "npm install -g arkor@latest"}
		if want == "missing" || want == "malformed" {
			expect["reason"] = want
		} else {
			expect["currentVersion"] = want
		}
		check(t, expect, got)
	}
	b.want(b.do("GET", "/healthz", nil, "X-Arkor-Client", ""), 200, "")
	b.want(b.do("GET", "/v1/nothing", nil, "X-Arkor-Client", ""), http.StatusUpgradeRequired, "")
}

func TestAccount(t *testing.T) {
	t.Parallel()
	b := start(t)
	check(t, `{"auth0Domain":null,"clientId":null,"audience":null,"callbackPorts":[],"anonymous":false}`,
		b.do("GET", "/v1/auth/cli/config", nil, "Authorization", "").text())
	check(t, `{"user":{"id":"owner","email":null},"orgs":[{"id":"local","slug":"local","name":"This machine"}]}`, b.do("GET", "/v1/me", nil).text())
	check(t, `{"status":"ok","version":"0.0.0-dev"}`, b.do("GET", "/healthz", nil, "Authorization", "").text())

	models, err := b.client.Models(t.Context())
	if err != nil || len(models.Models) != 1 || *models.Limits.MaxConcurrentJobs != 1 || *models.Limits.MaxDatasetBytes != 1<<30 {
		t.Errorf("models %+v, %v", models, err)
	}
}

func TestProjects(t *testing.T) {
	t.Parallel()
	b := start(t)
	post := func(body string) answer { return b.do("POST", "/v1/projects?orgSlug=local", body) }
	b.want(post(`{"name":"Demo","slug":"demo"}`), 409, "slug_taken")
	for _, slug := range []string{"ends-in-", "0", strings.Repeat("a", 64)} {
		b.want(post(`{"name":"x","slug":"`+slug+`"}`), 201, "")
	}
	for _, slug := range []string{"", "-a", "A", "a_b", "a/b", "ä", strings.Repeat("a", 65)} {
		b.want(post(`{"name":"x","slug":"`+slug+`"}`), 400, "invalid_slug")
	}
	for _, body := range []string{``, `[]`, `null`, `{"name":""}`, `{"name":7,"slug":"a"}`, `{"name":"x","slug":"a"`, `{"slug":"a"}`} {
		b.want(post(body), 400, "invalid_request")
	}
	b.want(post(`{"name":"`+strings.Repeat("x", 2<<20)+`"}`), http.StatusRequestEntityTooLarge, "body_too_large")
	projects, err := b.client.Projects(t.Context(), "local")
	if err != nil || len(projects) != 4 || projects[0].Slug != "demo" {
		t.Errorf("projects %v, %v", projects, err)
	}
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	body := config(fakeworker.Plan{Control: control.Address()})
	post := func(name, key string) answer {
		return b.do("POST", inDemo("/v1/jobs"), map[string]any{"name": name, "config": body}, "Idempotency-Key", key)
	}
	first := post("a", "k1")
	b.want(first, 201, "")
	second := post("a", "k1")
	b.want(second, 200, "")
	check(t, "true", second.Header.Get("Idempotent-Replayed"))
	var one, two struct{ Job cloud.Job }
	_ = json.Unmarshal(first.body, &one)
	_ = json.Unmarshal(second.body, &two)
	check(t, one.Job.ID, two.Job.ID)
	b.want(post("b", "k1"), 409, "idempotency_conflict")
	b.want(post("a", "k2"), 201, "")
	b.want(post("a", strings.Repeat("k", 256)), 400, "invalid_request")
	b.want(post("", "k3"), 400, "invalid_request")
	b.want(post("a", "k3"), 201, "") // a refusal is not remembered
}

func TestSecretsAreNotTold(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.AllowPrivateURLs = true })
	files, seen := fileServer(t)
	body := config(fakeworker.Plan{})
	body["datasetSource"] = map[string]string{"type": "blob", "url": files + "/train.jsonl", "token": "t0psecret"}
	made := b.do("POST", inDemo("/v1/jobs"), map[string]any{"name": "a", "config": body})
	b.want(made, 201, "")
	var job struct{ Job cloud.Job }
	_ = json.Unmarshal(made.body, &job)
	check(t, fourSteps, tell(b.events(job.Job.ID, ""))) // the worker looks for the secret too
	check(t, "Bearer t0psecret", <-seen)
	for _, a := range []answer{made, b.do("GET", inDemo("/v1/jobs"), nil), b.do("GET", inDemo("/v1/jobs/"+job.Job.ID), nil)} {
		if strings.Contains(a.text(), "t0psecret") || !strings.Contains(a.text(), "train.jsonl") {
			t.Errorf("told: %s", a.text())
		}
	}
}

func TestPrivateAddressIsNotFetched(t *testing.T) {
	t.Parallel()
	b := start(t)
	body := config(fakeworker.Plan{})
	body["datasetSource"] = map[string]string{"type": "blob", "url": "https://localhost:1/train.jsonl"}
	job := b.create(body)
	check(t, []string{"1 training.failed", "2 end failed"}, tell(b.events(job.ID, "")))
	if reason := *b.job(job.ID).Error; !strings.Contains(reason, "is not a public address") {
		t.Errorf("reason %q", reason)
	}
}

// fileServer serves a small dataset and reports the Authorization it was asked with.
func fileServer(t *testing.T) (url string, seen chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	seen = make(chan string, 8)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header.Get("Authorization")
		_, _ = w.Write([]byte(`{"messages":[]}` + "\n"))
	})}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); <-done })
	return "http://" + listener.Addr().String(), seen
}
