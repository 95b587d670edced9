//go:build unix

package testscripts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/terminaltest"
)

// A person at a terminal reads words around the key, and is asked before an
// endpoint goes.
func TestEndpointsAtATerminal(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	t.Cleanup(func() { stopBackend(f.environ) })
	entry := filepath.Join(f.root, "bot", "src", "arkor", "index.ts")
	if err := os.MkdirAll(filepath.Dir(entry), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(entry, []byte("export {};\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	start := func(args ...string) *terminaltest.Session {
		return terminaltest.Start(t, terminaltest.Command{
			Path: filepath.Join(binaries, "arkor"), Args: append([]string{"arkor", "endpoints"}, args...), Dir: filepath.Join(f.root, "bot"),
			Environ: append(f.environ, "ARKOR_BACKEND=local", "PATH="+binaries+string(os.PathListSeparator)+f.path, "TERM=xterm-256color"),
		})
	}
	s := start("create", "hotline", "--base", "arkor/tiny")
	s.Expect("hotline answers with arkor/tiny, as it is; the key is not shown again\n")
	s.Expect("URL=http://127.0.0.1:")
	s.Expect("KEY=ark_live_")
	s.Expect("Ask it, with KEY set:\n  curl http://127.0.0.1:")
	s.Ends(0)

	const question = "Delete hotline (enabled, answers with arkor/tiny, as it is) with its keys and its chats? [y/N]: "
	s = start("delete", "hotline")
	s.Expect(question)
	s.Press(terminaltest.Enter)
	s.Expect("nothing was deleted\n")
	s.Ends(0)
	s = start("delete", "hotline")
	s.Expect(question)
	s.Press(terminaltest.CtrlC)
	s.Ends(130)
	s = start("delete", "hotline")
	s.Expect(question)
	s.Press("y" + terminaltest.Enter)
	s.Expect("deleted hotline\n")
	if text := s.Ends(0); strings.Contains(text, "ark_live_") {
		t.Error(text)
	}
}
