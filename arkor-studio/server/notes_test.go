package server

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// B12: what people write about jobs stays in the folder, and is nothing that
// the backend hears of.
func TestNotes(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	const note = `{"name":"best so far","text":"keep","tags":["prod"]}`
	s.do("PUT", "/api/jobs/j_1/note", ` {"name":" best so far ","text":"keep","tags":["prod","PROD"],"x":1}`).expect(t, "put", 200, `{"note":`+note+`}`)
	s.do("GET", "/api/notes", "").expect(t, "get", 200, `{"notes":{"j_1":`+note+`}}`)
	if info, err := os.Stat(filepath.Join(s.dir, ".arkor", "notes.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	for body, want := range map[string]string{
		``:           `{"error":"Invalid JSON body","code":"invalid_json"}`,
		`[]`:         `{"error":"Invalid JSON body","code":"invalid_json"}`,
		`{"name":7}`: `{"error":"name must not be a number","code":"invalid_request"}`,
		`{"name":"` + strings.Repeat("x", 121) + `"}`: `{"error":"name must have at most 120 characters","code":"invalid_request"}`,
	} {
		s.do("PUT", "/api/jobs/j_1/note", body).expect(t, body, 400, want)
	}
	s.do("PUT", "/api/jobs/j_1/note", strings.Repeat(" ", maxBody+1)).expect(t, "long", 413, `{"error":"Request body too large","code":"body_too_large"}`)
	s.do("PUT", "/api/jobs/../note", note).expect(t, "dots", 404, `{"error":"Not found","code":"not_found"}`)
	if asked := s.cloud.requests(); len(asked) > 0 {
		t.Errorf("%v", asked)
	}

	// A job that is refused to be deleted keeps its note, one that is deleted does not.
	s.cloud.say("DELETE /v1/jobs/j_1", 409, `{"error":"the job is running; cancel it first","code":"job_active"}`)
	s.do("DELETE", "/api/jobs/j_1", "").expect(t, "refused", 409, `{"error":"the job is running; cancel it first","code":"job_active"}`)
	s.do("GET", "/api/notes", "").expect(t, "kept", 200, `{"notes":{"j_1":`+note+`}}`)
	s.cloud.on("DELETE /v1/jobs/j_1", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	s.do("DELETE", "/api/jobs/j_1", "").expect(t, "deleted", 204, "")
	s.do("GET", "/api/notes", "").expect(t, "forgotten", 200, `{"notes":{}}`)

	s.write("bot/.arkor/notes.json", `{"jobs":`)
	broken := s.do("GET", "/api/notes", "")
	if broken.status != 409 || !strings.Contains(broken.body, `"code":"notes_broken","hint":"mend the file, or move it away"`) {
		t.Errorf("%d %s", broken.status, broken.body)
	}
	if s.do("PUT", "/api/jobs/j_1/note", note).status != 409 {
		t.Error("a broken file was replaced")
	}
}

// B17: what `arkor start` wrote down of a job.
func TestSource(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	source := `{"commit":"` + strings.Repeat("a", 40) + `","changed":false,"artifactHash":"` + strings.Repeat("b", 64) + `"}`
	s.write("bot/.arkor/source/j_1.json", source)
	s.do("GET", "/api/jobs/j_1/source", "").expect(t, "known", 200, `{"source":`+source+`}`)
	s.do("GET", "/api/jobs/j_2/source", "").expect(t, "unknown", 200, `{"source":null}`)
	s.do("GET", "/api/jobs/..%2F..%2Fj_1/source", "").expect(t, "elsewhere", 200, `{"source":null}`)
}

// A backend that keeps no evals is no error for the page to look at; a job that
// is not there is one.
func TestEvals(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	const evals = `{"evals":[{"id":"1"}]}`
	for _, c := range []struct {
		status int
		body   string
		want   int
		answer string
	}{
		{200, evals, 200, evals},
		{404, `{"error":"Not found"}`, 200, `{"evals":[]}`},
		{405, ``, 200, `{"evals":[]}`},
		{404, `{"error":"there is no such job","code":"job_not_found"}`, 404, `{"error":"there is no such job","code":"job_not_found"}`},
		{500, `oops`, 500, `{"error":"oops"}`},
		{200, `{"evals":`, 500, `{"error":"Studio backend error","code":"internal"}`},
	} {
		s.cloud.say("GET /v1/jobs/j_1/evals", c.status, c.body)
		s.do("GET", "/api/jobs/j_1/evals", "").expect(t, c.body, c.want, c.answer)
	}
}
