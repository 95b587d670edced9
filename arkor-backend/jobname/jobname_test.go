package jobname

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/session"
)

func job(id, name string, status cloud.JobStatus) cloud.Job {
	return cloud.Job{ID: id, OrgID: "o", ProjectID: "p", Name: name, Status: status,
		Config: json.RawMessage(`{"model":"arkor/tiny"}`), CreatedAt: "2026-03-04T05:06:07.000Z"}
}

// backend returns a session on a backend that has these jobs, the newest first.
func backend(t *testing.T, jobs ...cloud.Job) *session.Session {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/jobs" {
			var rows []cloud.Job
			for _, job := range jobs {
				if wanted := r.URL.Query().Get("status"); wanted == "" || wanted == string(job.Status) {
					rows = append(rows, job)
				}
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"jobs": rows})
			return
		}
		for _, job := range jobs {
			if job.ID == path.Base(r.URL.Path) {
				_ = json.NewEncoder(w).Encode(map[string]any{"job": job})
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"error":"there is no such job","code":"job_not_found"}`)
	}))
	t.Cleanup(server.Close)
	return &session.Session{Client: &cloud.Client{BaseURL: server.URL}, Scope: cloud.Scope{OrgSlug: "o", ProjectSlug: "p"}}
}

func TestFind(t *testing.T) {
	t.Parallel()
	s := backend(t, job("7e1cd6ce-1", "triage", cloud.Running), job("7e1cd6ce-2", "triage", cloud.Failed),
		job("9a-3", "7e", cloud.Completed), job("b", "alone", cloud.Completed))
	for word, want := range map[string]string{
		"7e1cd6ce-2": "7e1cd6ce-2",
		"9":          "9a-3",
		"alone":      "b",
		"b":          "b",
		"7e":         "3 jobs are called \"7e\":", // by their ids and by a name
		"triage":     "2 jobs are called \"triage\":",
		"al":         "no job of this project is called \"al\"", // names are whole
		"7E1":        "no job of this project is called \"7E1\"",
		"../7e":      "no job of this project is called \"../7e\"",
		"\x1b[31m":   `no job of this project is called "\x1b[31m"`,
	} {
		found, err := Find(t.Context(), s, word)
		got := found.ID
		if err != nil {
			got, _, _ = strings.Cut(err.Error(), "\n")
			if cli.HintOf(err) == "" {
				t.Errorf("%q: no hint", word)
			}
		}
		if got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}

func TestLatest(t *testing.T) {
	t.Parallel()
	none := fmt.Errorf("none")
	s := backend(t, job("a", "x", cloud.Running), job("b", "x", cloud.Completed))
	if found, err := Latest(t.Context(), s, none); err != nil || found.ID != "a" {
		t.Error(found, err)
	}
	if found, err := Latest(t.Context(), s, none, cloud.Completed); err != nil || found.ID != "b" {
		t.Error(found, err)
	}
	if found, err := Latest(t.Context(), s, none, cloud.Failed); err != none {
		t.Error(found, err)
	}
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 7, 6, 7, 0, time.UTC)
	found := []cloud.Job{job("7e1cd6ce-1", "triage", cloud.Running), job("7e1cd6ce-2", "triage", cloud.Failed)}
	want := "2 jobs are called \"triage\":\n  7e1cd6ce-1  running    2 h ago\n  7e1cd6ce-2  failed     2 h ago"
	if got := ambiguous("triage", found, now).Error(); got != want {
		t.Error(got)
	}
	found = nil
	for n := range 12 {
		found = append(found, job(fmt.Sprint(n), "x", cloud.Completed))
	}
	if text := ambiguous("x", found, now).Error(); strings.Count(text, "\n") != maxCandidates+1 || !strings.HasSuffix(text, "\n  and 2 more") {
		t.Error(text)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 7, 6, 7, 0, time.UTC)
	for timestamp, want := range map[string]string{
		"2026-03-04T07:06:00.000Z": "just now", "2026-03-04T07:07:00.000Z": "just now", "2026-03-04T07:00:00.000Z": "6 min ago",
		"2026-03-04T05:06:07.000Z": "2 h ago", "2026-03-01T05:06:07.000Z": "3 days ago", "2025-06-15T12:00:00.000Z": "2025-06-15",
		"yesterday\x1b[31m": "yesterday [31m",
	} {
		if got := Ago(timestamp, now); got != want {
			t.Errorf("%q: %q, want %q", timestamp, got, want)
		}
	}
	for id, want := range map[string]string{
		"7e1cd6ce-0c0c-4a0c-8b0c-1b0c1b0c1b0c": "7e1cd6ce", "job_123456789": "job_123456789", "\x1b[31mabcd-0c0c-4a0c-8b0c-1b0c1b0c1b": "[31mabcd-0c0c-4a0c-8b0c-1b0c1b0c1b",
	} {
		if got := Short(id); got != want {
			t.Errorf("%q: %q, want %q", id, got, want)
		}
	}
}
