package server

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/project"
)

const (
	staleState  = `{"orgSlug":"acme","projectSlug":"bot","projectId":"p_1"}`
	noJobs      = `{"jobs":[]}`
	noState     = `{"error":"No project state","code":"no_scope"}`
	scopeNeeded = `{"deployments":[],"scopeMissing":true}`
	newEndpoint = `{"slug":"support-bot","target":{"kind":"base_model","baseModel":"m"},"authMode":"none"}`
	anEndpoint  = `{"id":"e_1","slug":"support-bot","target":{"kind":"base_model","baseModel":"m"},"orgId":"o","projectId":"p","authMode":"none","urlFormat":"openai_compat","enabled":true,"createdAt":"c","updatedAt":"u","extra":1}`
	aChat       = `{"messages":[{"role":"user","content":"hi"}]}`
)

func errorOf(text, code string) string {
	return `{"error":"` + strings.ReplaceAll(text, `"`, `\"`) + `","code":"` + code + `"}`
}

// Z1 to Z9: the table of scopes. Every row also says how often arkor-auth and
// the cloud were asked, and that the state file is what it was.
func TestScopeTable(t *testing.T) {
	t.Parallel()
	missing := errorOf(errNoDeployments.Message, "no_scope")
	stale := errorOf(project.ErrStateMismatch.Error(), "stale_scope")
	created := []string{"POST /v1/projects?orgSlug=anon-1f2e"}
	for _, row := range []struct {
		name, mode, state  string
		method, path, body string
		status             int
		answer             string
		auth               int      // times that arkor-auth was asked
		calls              []string // of the cloud, without the scope
		made               bool     // a project, and the file
	}{
		{"credentials", anonymousMode, "", "GET", "/api/credentials", "", 200, "", 1, nil, false},
		{"credentials", anonymousMode, staleState, "GET", "/api/credentials", "", 200, "", 1, nil, false},
		{"credentials", anonymousMode, usableState, "GET", "/api/credentials", "", 200, "", 1, nil, false},

		{"jobs", anonymousMode, "", "GET", "/api/jobs", "", 200, noJobs, 0, nil, false},
		{"jobs", anonymousMode, staleState, "GET", "/api/jobs", "", 200, noJobs, 1, nil, false},
		{"jobs", anonymousMode, usableState, "GET", "/api/jobs", "", 200, `{"jobs":[1]}`, 1, []string{"GET /v1/jobs"}, false},
		{"jobs", oauthMode, "", "GET", "/api/jobs", "", 200, noJobs, 0, nil, false},
		{"jobs", oauthMode, staleState, "GET", "/api/jobs", "", 200, `{"jobs":[1]}`, 1, []string{"GET /v1/jobs"}, false},
		{"jobs", anonymousMode, `{"half`, "GET", "/api/jobs", "", 200, noJobs, 1, nil, false},                  // Z1
		{"jobs", anonymousMode, `{"orgSlug":"anon-1f2e"}`, "GET", "/api/jobs", "", 200, noJobs, 1, nil, false}, // Z1
		{"jobs", anonymousMode, `{"orgSlug":"anon-1f2e","projectSlug":"bot","projectId":7}`, "GET", "/api/jobs", "", 200, noJobs, 1, nil, false},
		{"jobs", localMode, usableState, "GET", "/api/jobs", "", 200, noJobs, 1, nil, false}, // a cloud's project is not the local one

		{"events", anonymousMode, "", "GET", "/api/jobs/j_1/events", "", 400, noState, 0, nil, false},
		{"events", anonymousMode, staleState, "GET", "/api/jobs/j_1/events", "", 400, noState, 1, nil, false},
		{"job", anonymousMode, "", "GET", "/api/jobs/j_1", "", 400, noState, 0, nil, false},
		{"job", anonymousMode, staleState, "GET", "/api/jobs/j_1", "", 400, noState, 1, nil, false},
		{"metrics", anonymousMode, "", "GET", "/api/jobs/j_1/metrics", "", 400, noState, 0, nil, false},
		{"evals", anonymousMode, "", "GET", "/api/jobs/j_1/evals", "", 400, noState, 0, nil, false},
		{"evals", anonymousMode, staleState, "GET", "/api/jobs/j_1/evals", "", 400, noState, 1, nil, false},
		{"artifacts", anonymousMode, staleState, "GET", "/api/jobs/j_1/artifacts", "", 400, noState, 1, nil, false},
		{"artifact", anonymousMode, "", "GET", "/api/jobs/j_1/artifacts/a_1", "", 400, noState, 0, nil, false},
		{"dataset", anonymousMode, "", "GET", "/api/datasets/d_1", "", 400, noState, 0, nil, false},
		{"new job", anonymousMode, "", "POST", "/api/jobs", `{"name":"a"}`, 400, noState, 0, nil, false},
		{"new job", anonymousMode, staleState, "POST", "/api/jobs", `{"name":"a"}`, 409, stale, 1, nil, false},
		{"notes", anonymousMode, "", "GET", "/api/notes", "", 200, `{"notes":{}}`, 0, nil, false},
		{"source", anonymousMode, "", "GET", "/api/jobs/j_1/source", "", 200, `{"source":null}`, 0, nil, false},
		{"cancel", anonymousMode, "", "POST", "/api/jobs/j_1/cancel", "", 400, noState, 0, nil, false},
		{"cancel", anonymousMode, staleState, "POST", "/api/jobs/j_1/cancel", "", 409, stale, 1, nil, false},
		{"resume", anonymousMode, staleState, "POST", "/api/jobs/j_1/resume", "", 409, stale, 1, nil, false},
		{"delete", anonymousMode, "", "DELETE", "/api/jobs/j_1", "", 400, noState, 0, nil, false},
		{"delete", anonymousMode, staleState, "DELETE", "/api/jobs/j_1", "", 409, stale, 1, nil, false},

		{"chat", anonymousMode, "", "POST", "/api/inference/chat", aChat, 200, "hello", 1, append(created, "POST /v1/inference/chat"), true},
		{"chat", anonymousMode, usableState, "POST", "/api/inference/chat", aChat, 200, "hello", 1, []string{"POST /v1/inference/chat"}, false}, // I2
		{"chat", anonymousMode, staleState, "POST", "/api/inference/chat", aChat, 409, stale, 1, nil, false},
		{"chat", oauthMode, "", "POST", "/api/inference/chat", aChat, 500, errorOf(project.ErrNoState.Error(), "no_scope"), 1, nil, false},
		{"chat", anonymousMode, "", "POST", "/api/inference/chat", `{"messages":[]}`, 400, errorOf("messages must be a list that is not empty", "invalid_request"), 0, nil, false}, // I7
		{"chat", anonymousMode, "", "POST", "/api/inference/chat", `[1]`, 400, errorOf("messages must be a list that is not empty", "invalid_request"), 0, nil, false},
		{"chat", anonymousMode, "", "POST", "/api/inference/chat", `{`, 400, errorOf("Invalid JSON body", "invalid_json"), 0, nil, false},

		{"deployments", anonymousMode, "", "GET", "/api/deployments", "", 200, scopeNeeded, 0, nil, false},
		{"deployments", anonymousMode, staleState, "GET", "/api/deployments", "", 200, scopeNeeded, 1, nil, false},
		{"deployment", anonymousMode, "", "GET", "/api/deployments/e_1", "", 404, missing, 0, nil, false},
		{"deployment", anonymousMode, staleState, "GET", "/api/deployments/e_1", "", 409, stale, 1, nil, false},
		{"keys", anonymousMode, "", "GET", "/api/deployments/e_1/keys", "", 404, missing, 0, nil, false},
		{"keys", anonymousMode, staleState, "GET", "/api/deployments/e_1/keys", "", 409, stale, 1, nil, false},
		{"create", anonymousMode, "", "POST", "/api/deployments", newEndpoint, 200, `{"deployment":` + anEndpoint + `}`, 1, append(created, "POST /v1/endpoints"), true},
		{"create", oauthMode, "", "POST", "/api/deployments", newEndpoint, 400, errorOf(project.ErrNoState.Error(), "no_scope"), 1, nil, false},
		{"create", anonymousMode, staleState, "POST", "/api/deployments", newEndpoint, 409, stale, 1, nil, false},
		{"update", anonymousMode, "", "PATCH", "/api/deployments/e_1", `{}`, 404, missing, 0, nil, false},
		{"update", anonymousMode, staleState, "PATCH", "/api/deployments/e_1", `{}`, 409, stale, 1, nil, false},
		{"delete", anonymousMode, "", "DELETE", "/api/deployments/e_1", "", 404, missing, 0, nil, false},
		{"delete", anonymousMode, staleState, "DELETE", "/api/deployments/e_1", "", 409, stale, 1, nil, false},
		{"new key", anonymousMode, "", "POST", "/api/deployments/e_1/keys", `{"label":"a"}`, 404, missing, 0, nil, false},
		{"new key", anonymousMode, staleState, "POST", "/api/deployments/e_1/keys", `{"label":"a"}`, 409, stale, 1, nil, false},
		{"revoke", anonymousMode, "", "DELETE", "/api/deployments/e_1/keys/k_1", "", 404, missing, 0, nil, false},
		{"revoke", anonymousMode, staleState, "DELETE", "/api/deployments/e_1/keys/k_1", "", 409, stale, 1, nil, false},

		{"choose", anonymousMode, "", "POST", "/api/project", `{"orgSlug":"acme","projectSlug":"bot"}`, 409, "", 1, nil, false},
		{"choose", oauthMode, usableState, "POST", "/api/project", `{"orgSlug":"acme","projectSlug":"bot"}`, 409, "", 1, []string{"GET /v1/projects?orgSlug=acme"}, false},
		{"choose", oauthMode, "", "POST", "/api/project", `{"orgSlug":"acme","projectSlug":"no"}`, 404, "", 1, []string{"GET /v1/projects?orgSlug=acme"}, false},
		{"choose", oauthMode, "", "POST", "/api/project", `{"orgSlug":"acme","projectSlug":"bot"}`, 200,
			`{"project":{"orgSlug":"acme","projectSlug":"bot","projectId":"p_7"}}`, 1, []string{"GET /v1/projects?orgSlug=acme"}, true}, // Z10
	} {
		kind := map[string]string{"": "none", staleState: "acme's", usableState: "usable"}[row.state]
		t.Run(row.name+" "+row.mode+" "+kind, func(t *testing.T) {
			t.Parallel()
			s := start(t, row.mode, row.state)
			s.cloud.say("GET /v1/jobs", 200, `{"jobs":[1]}`)
			s.cloud.say("POST /v1/inference/chat", 200, `hello`)
			s.cloud.say("POST /v1/endpoints", 201, `{"deployment":`+anEndpoint+`}`)
			s.cloud.say("POST /v1/projects", 201, `{"project":{"id":"p_9","slug":"bot","name":"bot","orgId":"o"}}`)
			s.cloud.say("GET /v1/projects", 200, `{"org":{"slug":"acme"},"projects":[{"id":"p_7","slug":"bot","name":"Bot","orgId":"o"}]}`)
			got := s.do(row.method, row.path, row.body)
			if got.status != row.status || row.answer != "" && got.body != row.answer {
				t.Errorf("got %d %s\nwant %d %s", got.status, got.body, row.status, row.answer)
			}
			if n := s.called("auth"); n != row.auth {
				t.Errorf("arkor-auth was asked %d times, want %d", n, row.auth)
			}
			var calls []string
			for _, r := range s.cloud.requests() {
				if r.URI == "/v1/models" { // which is about no project, and nobody waits for
					continue
				}
				uri, _, scoped := strings.Cut(r.URI, "projectSlug=")
				if scoped {
					uri, _, _ = strings.Cut(uri, "?")
				}
				calls = append(calls, r.Method+" "+uri)
			}
			if strings.Join(calls, ", ") != strings.Join(row.calls, ", ") {
				t.Errorf("the cloud was asked %q, want %q", calls, row.calls)
			}
			state, err := os.ReadFile(filepath.Join(s.dir, ".arkor", "state.json"))
			switch {
			case row.made && !strings.Contains(string(state), `"projectSlug": "bot"`):
				t.Errorf("state.json is %s (%v)", state, err)
			case !row.made && string(state) != row.state:
				t.Errorf("state.json became %q", state)
			}
		})
	}
}

// C1, C2, C5, S16.
func TestCredentials(t *testing.T) {
	t.Parallel()
	rest := `,"version":"0.0.0-dev","project":"bot","backend":"HOST",` +
		`"features":{"cancel":null,"checkpoints":null,"endpoints":null,"export":null,"estimate":null},"models":null}`
	for _, c := range []struct{ mode, state, want string }{
		{anonymousMode, "", `{"mode":"anon","baseUrl":"URL","orgSlug":"anon-1f2e","projectSlug":null,"scopeStale":false` + rest},
		{anonymousMode, staleState, `{"mode":"anon","baseUrl":"URL","orgSlug":"anon-1f2e","projectSlug":null,"scopeStale":true` + rest},
		{anonymousMode, usableState, `{"mode":"anon","baseUrl":"URL","orgSlug":"anon-1f2e","projectSlug":"bot","scopeStale":false` + rest},
		{oauthMode, "", `{"mode":"oauth","baseUrl":"URL","orgSlug":null,"projectSlug":null,"scopeStale":false` + rest},
		{oauthMode, staleState, `{"mode":"oauth","baseUrl":"URL","orgSlug":"acme","projectSlug":"bot","scopeStale":false` + rest},
		{localMode, staleState, `{"mode":"local","baseUrl":"URL","orgSlug":"local","projectSlug":null,"scopeStale":false` + strings.Replace(rest, "HOST", "local", 1)},
	} {
		s := start(t, c.mode, c.state)
		want := strings.NewReplacer("URL", s.cloud.URL, "HOST", strings.TrimPrefix(s.cloud.URL, "http://")).Replace(c.want)
		s.do("GET", "/api/credentials", "").expect(t, c.mode+" "+c.state, http.StatusOK, want)
	}
}
