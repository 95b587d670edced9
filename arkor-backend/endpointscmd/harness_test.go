package endpointscmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/session"
)

const plaintext = "ark_live_abcd1234s3cret"

// fake is a backend with jobs and endpoints that a test makes up.
type fake struct {
	jobs      []cloud.Job // newest first
	endpoints []cloud.Endpoint
	keys      []cloud.EndpointKey // of each endpoint
	runs      string              // what its route answers with; "" is no such route
	// refusals answer a method and a path in the place of the backend.
	refusals map[string]refusal
	asked    []string // what changes something
}

type refusal struct {
	status int
	body   string
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodGet {
		f.asked = append(f.asked, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+string(body)))
	}
	if refused, ok := f.refusals[r.Method+" "+r.URL.Path]; ok {
		w.WriteHeader(refused.status)
		fmt.Fprint(w, refused.body)
		return
	}
	answer := func(name string, value any) { _ = json.NewEncoder(w).Encode(map[string]any{name: value}) }
	path := strings.TrimPrefix(r.URL.Path, "/v1/")
	switch {
	case path == "jobs":
		answer("jobs", f.jobs)
	case strings.HasPrefix(path, "jobs/"):
		for _, job := range f.jobs {
			if path == "jobs/"+job.ID {
				answer("job", job)
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"error":"there is no such job","code":"job_not_found"}`)
	case path == "endpoints" && r.Method == http.MethodGet:
		answer("deployments", append([]cloud.Endpoint{}, f.endpoints...))
	case path == "endpoints":
		e := endpoint("new")
		_ = json.Unmarshal(body, &e)
		e.URL = "http://127.0.0.1:4000/e/" + e.Slug + "/v1"
		w.WriteHeader(http.StatusCreated)
		answer("deployment", e)
	case strings.HasSuffix(path, "/keys") && r.Method == http.MethodGet:
		answer("keys", append([]cloud.EndpointKey{}, f.keys...))
	case strings.HasSuffix(path, "/keys"):
		key := cloud.NewEndpointKey{ID: "k_new", Plaintext: plaintext, Prefix: plaintext[:17], CreatedAt: "2026-03-04T05:06:07.000Z"}
		_ = json.Unmarshal(body, &key)
		answer("key", key)
	case strings.HasSuffix(path, "/runs") && f.runs != "":
		fmt.Fprint(w, f.runs)
	case r.Method == http.MethodPatch:
		e := endpoint("bot")
		_ = json.Unmarshal(body, &e)
		answer("deployment", e)
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"error":"Not found"}`)
	}
}

// RoundTrip lets clients of any address ask the backend.
func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w.Result(), nil
}

// project is one of the backend, whose streams go to the buffers.
func (f *fake) project() (p *project, stdout, stderr *bytes.Buffer) {
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	client := &cloud.Client{BaseURL: "http://backend.test", HTTP: &http.Client{Transport: f}}
	s := &session.Session{Client: client, Streams: client, Scope: cloud.Scope{OrgSlug: "o", ProjectSlug: "p"}}
	return newProject(cli.Env{Stdout: stdout, Stderr: stderr}, false, s), stdout, stderr
}

func job(id, name string, status cloud.JobStatus) cloud.Job {
	return cloud.Job{ID: id, OrgID: "o", ProjectID: "p", Name: name, Status: status,
		Config: json.RawMessage(`{"model":"arkor/tiny"}`), CreatedAt: "2026-03-04T05:06:07.000Z"}
}

func endpoint(slug string) cloud.Endpoint {
	return cloud.Endpoint{
		ID: "e_" + slug, Slug: slug, OrgID: "o", ProjectID: "p", Enabled: true, AuthMode: cloud.AuthAPIKey, URLFormat: cloud.OpenAIFormat,
		Target:           cloud.EndpointTarget{Kind: cloud.TargetAdapter, Adapter: &cloud.Adapter{Kind: cloud.AdapterFinal, JobID: "j_1"}},
		RunRetentionMode: cloud.RetainDays, RunRetentionDays: 7, CreatedAt: "2026-03-04T05:06:07.000Z", UpdatedAt: "2026-03-04T05:06:07.000Z",
	}
}

func key(id, label string, enabled bool) cloud.EndpointKey {
	return cloud.EndpointKey{ID: id, Label: label, Prefix: "ark_live_" + id, Enabled: enabled, CreatedAt: "2026-03-04T05:06:07.000Z"}
}

// said is an error as a person sees it.
func said(err error) string {
	if err == nil {
		return ""
	}
	text := err.Error()
	if hint := cli.HintOf(err); hint != "" {
		text += "\nhint: " + hint
	}
	return text
}

func check(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
