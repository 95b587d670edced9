package server

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-studio/runs"
)

// heard is a listener that a test reads from.
type heard chan string

func (h heard) Built(b Build) {
	h <- fmt.Sprintf("first=%v entry=%s trainer=%s error=%s", b.First, b.Entry, b.Trainer, b.Error)
}

func (h heard) Run(r runs.Run) { h <- fmt.Sprintf("%s %s job=%v", r.ID, r.State, r.JobID != nil) }

// B23: whoever listens hears of each change once, and of the same again only
// after asking.
func TestTell(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	said := make(heard, 16)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go s.Tell(ctx, said)
	expect := func(want string) {
		t.Helper()
		if got := <-said; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	s.write("fake/manifest", described)
	got := <-said
	if !strings.HasPrefix(got, "first=true ") {
		t.Error(got)
	}
	s.Rebuild()
	expect("first=false entry=src/arkor/index.ts trainer=a error=")
	silent := make(heard) // whoever says something to it waits for ever
	if key := s.tellBuild(ctx, silent, "200 h1", false); key != "200 h1" {
		t.Errorf("nothing is different: %q", key)
	}
	s.write("fake/manifest", `{"diagnostics":[{"file":"a.ts","line":3,"column":4,"text":"no"}]}`)
	s.write("fake/manifest-error", "arkor-build manifest: Error: no\n")
	s.Rebuild()
	expect("first=false entry= trainer= error=a.ts:3:4: no")
	s.write("fake/manifest", "")
	s.Rebuild()
	expect("first=false entry= trainer= error=Error: no")
	s.write("fake/start", "exit")
	s.startRun("")
	last := ""
	for !strings.HasPrefix(last, "r1 exited") {
		if got := <-said; got == last {
			t.Errorf("twice: %s", got)
		} else {
			last = got
		}
	}
}
