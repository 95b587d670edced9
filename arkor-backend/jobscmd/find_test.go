package jobscmd

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

func TestFind(t *testing.T) {
	t.Parallel()
	f := &fake{jobs: []cloud.Job{
		job("7e1cd6ce-1", "triage", cloud.Running), job("7e1cd6ce-2", "triage", cloud.Failed), job("9a-3", "7e", cloud.Completed), job("b", "alone", cloud.Completed),
	}}
	p, _, _ := f.project(t)
	for word, want := range map[string]string{
		"":           "7e1cd6ce-1", // the latest
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
		found, err := p.find(t.Context(), word)
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
	_, err := p.find(t.Context(), "triage")
	check(t, "2 jobs are called \"triage\":\n  7e1cd6ce-1  running    2026-03-04\n  7e1cd6ce-2  failed     2026-03-04",
		strings.ReplaceAll(err.Error(), ago("2026-03-04T05:06:07.000Z", now()), "2026-03-04"))
	f.jobs = nil
	if _, err := p.find(t.Context(), ""); err == nil || err.Error() != "this project has no jobs yet" {
		t.Error(err)
	}
}

func TestManyCandidates(t *testing.T) {
	t.Parallel()
	var found []cloud.Job
	for n := range 12 {
		found = append(found, job(fmt.Sprint(n), "x", cloud.Completed))
	}
	text := ambiguous("x", found, now()).Error()
	if strings.Count(text, "\n") != maxCandidates+1 || !strings.HasSuffix(text, "\n  and 2 more") {
		t.Error(text)
	}
}

// A backend without the routes of ours is said to be one; what ours refuses, it
// says itself.
func TestRefusals(t *testing.T) {
	t.Parallel()
	f := &fake{jobs: []cloud.Job{job("j", "x", cloud.Completed)}}
	p, _, _ := f.project(t)
	for _, tc := range []struct {
		status     int
		body, want string
	}{
		{404, `{"error":"Not found"}`, "this backend does not delete jobs"},
		{405, `{"error":"Method not allowed"}`, "this backend does not delete jobs"},
		{404, `<html>`, "this backend does not delete jobs"},
		{404, `{"error":"there is no such job","code":"job_not_found"}`, "there is no such job"},
		{409, `{"error":"the endpoint \"bot\" answers with it; delete the endpoint or give it another target first","code":"job_in_use"}`,
			`the endpoint "bot" answers with it; delete the endpoint or give it another target first`},
	} {
		f.refusal = func(w http.ResponseWriter) { w.WriteHeader(tc.status); fmt.Fprint(w, tc.body) }
		err := offered(p.session.Client.DeleteJob(t.Context(), p.session.Scope, "j"), "delete")
		if err == nil || err.Error() != tc.want {
			t.Errorf("%d %s: %v", tc.status, tc.body, err)
		}
	}
	// 6.14: to cancel what has ended is no failure.
	f.refusal = func(w http.ResponseWriter) { w.WriteHeader(409); fmt.Fprint(w, `{"error":"already cancelled"}`) }
	f.streams = map[string]string{"j": "event: end\ndata: {\"status\":\"cancelled\"}\n\n"}
	if err := p.stop(t.Context(), f.jobs[0]); err != nil {
		t.Error(err)
	}
}
