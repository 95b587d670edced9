//go:build unix

package initcmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/terminaltest"
)

// 8.1, 8.10: a manager may ask something itself, and Ctrl-C ends it, what it
// started, and then us. The files stay.
func TestCtrlCDuringAnInstall(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	bin := filepath.Join(p.root, "bin")
	const manager = "#!/bin/sh\nprintf 'Really? '\nread -r answer\nsleep 600 &\necho \"$answer: $! $$ are busy\"\nwait\n"
	// A process started meanwhile would hold the open file, which then cannot be run.
	syscall.ForkLock.RLock()
	err := errors.Join(os.Mkdir(bin, 0o755), os.WriteFile(filepath.Join(bin, "pnpm"), []byte(manager), 0o755))
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	p.environ = append(p.environ, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	s := p.run("init", "--yes", "--use-pnpm")
	s.Expect("Installing dependencies with pnpm\nReally? ")
	s.Press("sure" + terminaltest.Enter)
	s.Expect("are busy")
	s.Press(terminaltest.CtrlC)
	text := s.Ends(130)
	for _, unwanted := range []string{"warning", "Retry", "Next", gitStep} {
		if strings.Contains(text, unwanted) {
			t.Errorf("says %q:\n%s", unwanted, text)
		}
	}
	_, said, _ := strings.Cut(text, "sure: ")
	var child, self int
	if _, err := fmt.Sscanf(said, "%d %d are busy", &child, &self); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	for _, id := range []int{child, self} {
		for deadline := time.Now().Add(time.Minute); syscall.Kill(id, 0) == nil; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) { // a dead one waits until its parent notices
				t.Errorf("%d is still there", id)
				break
			}
		}
	}
	if files := p.content(); !slices.Contains(files, "package.json") || slices.Contains(files, ".git") {
		t.Errorf("left %q", files)
	}
}
