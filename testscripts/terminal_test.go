//go:build unix

package testscripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/arkorlab/arkor-go/shared/terminaltest"
)

// The questions of a new project, through the programs that stand in front of
// arkor-init: the dispatcher, and the npm package create-arkor.
func TestNewProjectAtATerminal(t *testing.T) {
	t.Parallel()
	script, err := filepath.Abs("../sdk/bin/create-arkor.cjs")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path string
		args       []string
		title      string
		next       string
	}{
		{"arkor", filepath.Join(binaries, "arkor"), []string{"arkor", "init", "bot"}, "arkor init", "Next:"},
		{"create-arkor", "node", []string{"node", script, "bot"}, "create-arkor", "Next steps:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path, err := exec.LookPath(c.path)
			if err != nil {
				t.Skip(err)
			}
			f := newFolder(t)
			command := terminaltest.Command{
				Path: path, Args: c.args, Dir: f.root,
				Environ: append(f.environ, "PATH="+binaries+string(os.PathListSeparator)+f.path, "TERM=xterm-256color"),
			}
			s := terminaltest.Start(t, command)
			s.Expect("Project name?")
			s.Expect("esc cancel")
			s.Press(terminaltest.Enter)
			s.Expect("Starter template?")
			s.Expect("esc cancel")
			s.Press(terminaltest.CtrlC)
			s.Expect(c.title + ": Cancelled by user\n")
			s.Ends(130)
			project := filepath.Join(f.root, "bot")
			if _, err := os.Stat(project); !os.IsNotExist(err) {
				t.Errorf("something was written: %v", err)
			}

			s = terminaltest.Start(t, command)
			for _, question := range []string{"Project name?", "Starter template?", "Where should it train?", "Initialise a git repository"} {
				s.Expect(question)
				s.Expect("esc cancel")
				s.Press(terminaltest.Enter)
			}
			s.Expect(c.next + "\n  cd bot\n  arkor start\n")
			s.Ends(0)
			if got := f.run(project, "git", "status", "--porcelain"); got != "" {
				t.Errorf("not committed: %s", got)
			}
		})
	}
}
