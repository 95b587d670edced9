package server

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/runs"
)

// child returns a process that noted its number, or whose parent did, and ends
// with the test at the latest.
func (s *studio) child() (pid int) {
	s.t.Helper()
	s.waitFor("child ")
	for _, call := range s.calls() {
		if text, ok := strings.CutPrefix(call, "child "); ok {
			pid, _ = strconv.Atoi(text)
		}
	}
	s.t.Cleanup(func() {
		if child, err := os.FindProcess(pid); err == nil {
			_ = child.Kill()
		}
	})
	return pid
}

// goesOn reports whether a process does something: one that nobody has waited
// for yet does not.
func goesOn(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if os.IsNotExist(err) {
		if _, err := os.Stat("/proc/self"); err == nil {
			return false
		}
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z") && alive(pid)
}

// A training is over when its process is, whoever else holds its output.
func TestOrphansHoldNothingUp(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/start", "parent")
	s.startRun("")
	child := s.child()
	s.write("fake/parent-ends", "")
	eventually(t, "the end", func() bool { return s.run("r1").State == runs.Exited })
	if !goesOn(child) {
		t.Error("nobody holds the output, so this shows nothing")
	}
}

// X3: who is killed is killed with all that it has started.
func TestKilledWithItsChildren(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/start", "parent")
	s.startRun("")
	child := s.child()
	s.do("DELETE", "/api/runs/r1", "")
	s.do("DELETE", "/api/runs/r1", "")
	eventually(t, "the end", func() bool { return s.run("r1").State == runs.Exited })
	eventually(t, "the end of the child", func() bool { return !goesOn(child) })
}

// What is asked for the page's sake ends with the server.
func TestQuestionsEndWithTheServer(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.farewell = time.Millisecond
	s.write("fake/manifest-waits", "")
	request, cut := s.request("GET", "/api/manifest", ""), make(chan struct{})
	go func() {
		defer close(cut)
		if res, err := http.DefaultClient.Do(request); err == nil {
			res.Body.Close()
		}
	}()
	child := s.child()
	s.stop()
	<-cut
	if goesOn(child) {
		t.Error("arkor-build goes on")
	}
}

// Nor is anything asked afterwards, and who waits is told why.
func TestNothingIsAskedAfterTheEnd(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/preview", aPreview)
	s.stop()
	for name, ask := range map[string]func() error{
		"manifest": func() error { _, err := s.manifest.Read(t.Context()); return err },
		"preview":  func() error { _, err := s.preview.Read(t.Context(), "key", ""); return err },
		"identity": func() error { _, err := s.upstream.Identity(t.Context()); return err },
	} {
		if err := ask(); !errors.Is(err, errStopped) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// B1: of the trainings that have ended the latest are kept.
func TestOldRunsAreForgotten(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/start", "exit")
	const many = 14
	for i := range many {
		s.startRun("")
		eventually(t, "the end", func() bool { return s.run(fmt.Sprintf("r%d", i+1)).State == runs.Exited })
	}
	list := decode[struct{ Runs []runs.Run }](t, s.do("GET", "/api/runs", "").body).Runs
	if len(list) != 13 || list[0].ID != "r14" || list[12].ID != "r2" {
		t.Errorf("%d: %+v", len(list), list)
	}
	s.do("GET", "/api/runs/r1/log", "").expect(t, "the oldest", 404, `{"error":"no such run was started here","code":"run_not_found"}`)
}
