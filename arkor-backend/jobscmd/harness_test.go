package jobscmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/session"
)

// fake is a backend with jobs that a test makes up.
type fake struct {
	jobs    []cloud.Job // newest first
	streams map[string]string

	datasets []cloud.Dataset
	// refusal answers every request that changes something.
	refusal func(w http.ResponseWriter)
	asked   []string
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.asked = append(f.asked, r.Method+" "+r.URL.Path)
	if r.Method != http.MethodGet {
		f.refusal(w)
		return
	}
	if r.URL.Path == "/v1/jobs" {
		_ = json.NewEncoder(w).Encode(map[string]any{"jobs": f.jobs})
		return
	}
	for _, d := range f.datasets {
		if r.URL.Path == "/v1/datasets/"+d.ID {
			_ = json.NewEncoder(w).Encode(map[string]any{"dataset": d})
			return
		}
	}
	for _, job := range f.jobs {
		switch r.URL.Path {
		case "/v1/jobs/" + job.ID:
			_ = json.NewEncoder(w).Encode(map[string]any{"job": job})
			return
		case "/v1/jobs/" + job.ID + "/events/stream":
			fmt.Fprint(w, f.streams[job.ID])
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprint(w, `{"error":"there is no such job","code":"job_not_found"}`)
}

func job(id, name string, status cloud.JobStatus) cloud.Job {
	return cloud.Job{ID: id, OrgID: "o", ProjectID: "p", Name: name, Status: status,
		Config: json.RawMessage(`{"model":"arkor/tiny"}`), CreatedAt: "2026-03-04T05:06:07.000Z"}
}

// project is one of the backend, whose streams go to the buffers.
func (f *fake) project(t *testing.T) (p *project, stdout, stderr *bytes.Buffer) {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	client := &cloud.Client{BaseURL: server.URL}
	return &project{
		env:     cli.Env{Stdout: stdout, Stderr: stderr},
		session: &session.Session{Client: client, Streams: client, Scope: cloud.Scope{OrgSlug: "o", ProjectSlug: "p"}},
	}, stdout, stderr
}

func check(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
