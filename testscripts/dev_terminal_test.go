//go:build unix

package testscripts

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/porttest"
	"github.com/arkorlab/arkor-go/shared/terminaltest"
)

// B23: a person at a terminal sees what the Studio is about and what changes,
// and has keys. However it ends, the terminal is as it was.
func TestDevAtATerminal(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	dir := filepath.Join(f.home, "bot")
	write := func(name string) {
		t.Helper()
		text := strings.ReplaceAll(`export const trainer = { name: "NAME", start() {}, wait() {}, cancel() {} };`, "NAME", name)
		if name == "" {
			text = "export const trainer = {;"
		}
		path := filepath.Join(dir, "src", "arkor", "index.ts")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".new", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	write("first")
	if err := os.WriteFile(filepath.Join(dir, "arkor.config.mjs"), []byte("export default { backend: \"local\" };\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	port, release, err := porttest.Reserve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	// Without the dispatcher, so that what is stopped is the command itself. On a
	// port of its own: that another one's is in use would be said.
	command := terminaltest.Command{
		Path: filepath.Join(binaries, "arkor-studio"), Args: []string{"arkor-studio", "dev", "-p", fmt.Sprint(port)}, Dir: dir,
		Environ: append(f.environ, "PATH="+binaries+string(os.PathListSeparator)+f.path, "TERM=xterm-256color"),
	}
	begin := func() *terminaltest.Session {
		s := terminaltest.Start(t, command)
		s.Expect("Arkor Studio running on http://localhost:")
		s.Expect("Project")
		s.Expect("bot  (~/bot)")
		s.Expect("this machine")
		s.Expect("o open the page · r rebuild · q quit\n")
		s.Expect("trainer ")
		return s
	}
	s := begin()
	s.Expect("first, from src/arkor/index.ts\n")
	s.Press("r")
	s.Expect("rebuilt in ")
	write("second")
	s.Expect("trainer second")
	write("")
	s.Expect("✘ src/arkor/index.ts:1:24: Expected identifier")
	write("third")
	s.Expect("trainer third")
	s.Press("o") // there is no browser
	s.Expect("visit http://localhost:")
	s.Press(terminaltest.Up + "x") // mean nothing
	s.Press(terminaltest.CtrlZ)
	s.Stops()
	s.Signal(syscall.SIGCONT)
	s.Press("r")
	s.Expect("rebuilt in ")
	s.Press("q")
	if text := s.Ends(0); strings.Contains(text, "r\n") || strings.Contains(text, "^[[A") {
		t.Errorf("keys are shown:\n%s", text)
	}
	s = begin()
	s.Press(terminaltest.CtrlC)
	s.Ends(130)
	for signal, status := range map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGHUP: 129} {
		s = begin()
		s.Signal(signal)
		s.Ends(status)
	}
	// Without a person there is the ready line alone (L5).
	results, file := terminaltest.Open(t)
	command.Stdout = file
	command.Environ = append(command.Environ, "CI=1")
	s = terminaltest.Start(t, command)
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) { // until it is there
		if _, err := os.Stat(filepath.Join(f.home, ".arkor", "studio-token")); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("it did not begin:\n%s", s.Text())
		}
	}
	s.Press(terminaltest.CtrlC)
	if text := strings.TrimSpace(strings.ReplaceAll(s.Ends(130), "^C", "")); text != "" {
		t.Errorf("stderr: %q", text)
	}
	if text := results(); strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "Arkor Studio running on ") {
		t.Errorf("%q", text)
	}
}
