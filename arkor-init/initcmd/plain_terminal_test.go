//go:build unix

package initcmd

import (
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/terminaltest"
)

// For screen readers and terminals that cannot redraw: one line after another.
func TestPlainQuestions(t *testing.T) {
	t.Parallel()
	for _, environ := range []string{"ACCESSIBLE=1", "TERM=dumb"} {
		t.Run(environ, func(t *testing.T) {
			t.Parallel()
			p := newPerson(t, environ)
			s := p.run("create")
			s.Expect("Project name? [arkor-project]: ")
			s.Press("Plain Bot" + terminaltest.Enter)
			s.Expect("Starter template?\n1. Triage: ")
			s.Expect("Enter a number between 1 and 4 [1]: ")
			s.Press("9" + terminaltest.Enter)
			s.Expect("Enter a number between 1 and 4 [1]: ")
			s.Press("4" + terminaltest.Enter)
			s.Expect("Where should it train?\n1. On this machine: ")
			s.Expect("Enter a number between 1 and 2 [1]: ")
			s.Press(terminaltest.Enter)
			s.Expect("  created  CLAUDE.md\n" + gitQuestion + " [Y/n]: ")
			s.Press("maybe" + terminaltest.Enter)
			s.Expect(gitQuestion + " [Y/n]: ")
			s.Press(terminaltest.Enter)
			text := s.Ends(0)
			if !strings.HasSuffix(text, "Next steps:\n  cd plain-bot\n  arkor start\n"+types) {
				t.Errorf("got:\n%s", text)
			}
			if got := p.subject("plain-bot"); got != "Initial commit from Create Arkor" {
				t.Errorf("commits %q", got)
			}
		})
	}
}

// Ctrl-D and Ctrl-C leave a plain question.
func TestLeavingAPlainQuestion(t *testing.T) {
	t.Parallel()
	for key, press := range map[string]string{"Ctrl-D": terminaltest.CtrlD, "Ctrl-C": terminaltest.CtrlC} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			p := newPerson(t, "ACCESSIBLE=1")
			s := p.run("init")
			s.Expect("Project name? [Support Bot]: ")
			s.Press(press)
			text := s.Ends(130)
			if files := p.content(); len(files) > 0 {
				t.Errorf("left %q:\n%s", files, text)
			}
		})
	}
}
