package server

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// R8: a training runs in the project, with our environment and nothing to read.
func TestWhatATrainingIsGiven(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/start", "surroundings")
	real, err := filepath.EvalSymlinks(s.dir)
	must(t, err)
	s.do("POST", "/api/train", "{}").expect(t, "train", 200, real+"\n"+s.home+"\nstdin: 0 bytes, <nil>\n\n---\nexit=0\n")
}

// R9: the answer begins before the training says anything.
func TestTrainAnswersAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/start", "silent")
	res, err := http.DefaultClient.Do(s.request("POST", "/api/train", ""))
	must(t, err)
	defer res.Body.Close()
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%v", res)
	}
	eventually(t, "the training", func() bool { return s.run("r1").State == "running" })
}

// R5: a project may be reached through a link.
func TestTrainInALinkedProject(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/start", "exit")
	s.write("bot/src/other.ts", "")
	link := filepath.Join(filepath.Dir(s.dir), "link")
	must(t, os.Symlink(s.dir, link))
	s.env.Dir = link
	real, err := filepath.EvalSymlinks(filepath.Join(s.dir, "src", "other.ts"))
	must(t, err)
	if got := s.do("POST", "/api/train", `{"file":"src/other.ts"}`); got.status != 200 || !strings.HasSuffix(got.body, "exit=3\n") {
		t.Errorf("%+v", got)
	}
	if s.called("build start "+real) != 1 {
		t.Errorf("%q", s.calls())
	}
}
