package daemon_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

func (b *backend) evals(jobID string) []cloud.EvalResult {
	b.t.Helper()
	a := b.do("GET", inDemo("/v1/jobs/"+jobID+"/evals"), nil)
	b.want(a, 200, "")
	return read[struct{ Evals []cloud.EvalResult }](a).Evals
}

func TestEvals(t *testing.T) {
	t.Parallel()
	b := start(t)
	job := b.create(config(fakeworker.Plan{}))
	b.events(job.ID, "")
	path := inDemo("/v1/jobs/" + job.ID + "/evals")
	check(t, `{"evals":[]}`, b.do("GET", path, nil).text())

	add := func(body string) answer {
		a := b.do("POST", path, body)
		b.want(a, 201, "")
		return a
	}
	// Whether it passed is what the numbers say, whatever the client does.
	first := add(`{"name":"valid JSON","target":{"kind":"checkpoint","step":2},"count":4,"failed":0,"mean":0.75,"min":0,"max":1,
		"threshold":0.8,"passed":true,"worst":[{"prompt":"hi","answer":"{","score":0,"note":null}],"more":1}`)
	got := read[struct{ Eval cloud.EvalResult }](first).Eval
	want := `{"eval":{"id":"1","createdAt":"` + got.CreatedAt + `","name":"valid JSON","target":{"kind":"checkpoint","step":2},"count":4,"failed":0,` +
		`"mean":0.75,"min":0,"max":1,"threshold":0.8,"passed":false,"worst":[{"prompt":"hi","answer":"{","score":0,"note":null}]}}`
	check(t, want, first.text())
	add(`{"name":"valid JSON","target":{"kind":"final"},"count":4,"failed":0,"mean":0.8,"min":0,"max":1,"threshold":0.8}`)
	add(`{"name":"valid JSON","target":{"kind":"base","model":"arkor/tiny"},"count":2,"failed":1,"mean":1,"min":1,"max":1,"threshold":0.8}`)
	add(`{"name":"other","target":{"kind":"endpoint","slug":"support"},"count":1,"failed":1,"mean":null,"min":null,"max":null,"threshold":null,"worst":[]}`)

	// A restart forgets none of them.
	b.close()
	b.open()
	var passed []string
	for _, r := range b.evals(job.ID) {
		verdict := "undecided"
		if r.Passed != nil {
			verdict = fmt.Sprint(*r.Passed)
		}
		passed = append(passed, r.ID+" "+r.Target.Kind+" "+verdict)
	}
	check(t, "1 checkpoint false, 2 final true, 3 base false, 4 endpoint undecided", strings.Join(passed, ", "))

	b.want(b.do("POST", path, `{"name":""}`), 400, "invalid_request")
	b.want(b.do("POST", path, `[]`), 400, "invalid_request")
	b.want(b.do("POST", path, `{"name":"`+strings.Repeat("x", 300<<10)+`"}`), 413, "body_too_large")
	b.want(b.do("DELETE", path, nil), 405, "")
	b.want(b.do("GET", inDemo("/v1/jobs/unknown/evals"), nil), 404, "job_not_found")
	b.want(b.do("POST", inDemo("/v1/jobs/unknown/evals"), `{}`), 404, "job_not_found")
	if _, err := b.client.CreateProject(t.Context(), "local", "Other", "other"); err != nil {
		t.Fatal(err)
	}
	b.want(b.do("GET", "/v1/jobs/"+job.ID+"/evals?orgSlug=local&projectSlug=other", nil), 404, "job_not_found")
	b.want(b.do("DELETE", inDemo("/v1/jobs/"+job.ID), nil), 204, "")
	b.want(b.do("GET", path, nil), 404, "job_not_found")
}

// A client that never ends does not fill the disk.
func TestOldEvalsMakeRoom(t *testing.T) {
	t.Parallel()
	b := start(t)
	job := b.create(config(fakeworker.Plan{}))
	b.events(job.ID, "")
	b.close()
	db, err := store.Open(t.Context(), string(b.options.Home)+"/backend.db")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { b.open() }()
	defer db.Close()
	for i := range store.MaxEvals + 3 {
		if _, err := db.AddEval(t.Context(), job.ID, cloud.EvalResult{Name: itoa(i)}); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := db.Evals(t.Context(), job.ID)
	if err != nil || len(kept) != store.MaxEvals || kept[0].Name != "3" {
		t.Errorf("%d are kept, %v", len(kept), err)
	}
}
