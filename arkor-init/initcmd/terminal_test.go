//go:build unix

package initcmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/arkorlab/arkor-go/shared/terminaltest"
)

const (
	nameQuestion     = "Project name?"
	templateQuestion = "Starter template?"
	backendQuestion  = "Where should it train?"

	cancelled = "Cancelled by user"
)

var questions = []string{nameQuestion, templateQuestion, backendQuestion, gitQuestion}

// inOrder reports whether all the texts appear, one behind the other.
func inOrder(all string, texts ...string) bool {
	for _, text := range texts {
		_, rest, found := strings.Cut(all, text)
		if !found {
			return false
		}
		all = rest
	}
	return true
}

// 3.2, 3.2.5, 3.2.6: every question in its order, and what Enter takes.
func TestEnterTakesEveryDefault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode             string
		asked, name      string
		project, subject string
	}{
		{"init", "> Support Bot", "Support Bot", "", "Initial commit from `arkor init`"},
		{"create", "> arkor-project", "arkor-project", "arkor-project", "Initial commit from Create Arkor"},
	} {
		t.Run(c.mode, func(t *testing.T) {
			t.Parallel()
			p := newPerson(t)
			s := p.run(c.mode)
			s.Expect(map[string]string{"init": "arkor init", "create": "create-arkor"}[c.mode] + "\n") // 5.6
			s.Expect(nameQuestion)
			s.Expect(c.asked)
			s.Expect("enter accept")
			s.Press(terminaltest.Enter)
			s.Expect(nameQuestion + " " + c.name + "\n")
			s.Expect(templateQuestion)
			s.Expect("> Triage: ")
			for _, label := range []string{"Translate: ", "Redaction: ", "Blank: "} {
				s.Expect(label)
			}
			s.Expect("esc cancel")
			s.Press(terminaltest.Enter)
			s.Expect(templateQuestion + " Triage\n")
			s.Expect(backendQuestion)
			s.Expect("> On this machine")
			s.Expect("esc cancel")
			s.Press(terminaltest.Enter)
			s.Expect(backendQuestion + " On this machine\n")
			s.Expect("Files\n  created  src/arkor/index.ts\n")
			s.Expect(gitQuestion)
			s.Expect("[ Yes ]")
			s.Expect("esc cancel")
			s.Press(terminaltest.Enter)
			text := s.Ends(0)
			if !inOrder(text, gitQuestion+" Yes\n", gitStep+"\n", "Next", "arkor start") {
				t.Errorf("got:\n%s", text)
			}
			if got := p.subject(c.project); got != c.subject {
				t.Errorf("commits %q", got)
			}
			name := strings.ReplaceAll(strings.ToLower(c.name), " ", "-")
			if got := p.read(filepath.Join(c.project, "package.json")); !strings.Contains(got, `"name": "`+name+`"`) {
				t.Errorf("package.json:\n%s", got)
			}
			if got := p.read(filepath.Join(c.project, "arkor.config.ts")); !strings.Contains(got, `"local"`) {
				t.Errorf("arkor.config.ts:\n%s", got)
			}
		})
	}
}

// 3.2.8, 3.2.9: arrows and typing. What was typed is sanitised.
func TestArrowsAndTyping(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	s := p.run("init", "--name", "First Try")
	s.Expect("> First Try")
	s.Expect("accept")
	s.Press(terminaltest.CtrlU)
	s.Press("My  <Bot>!")
	s.Expect("> My  <Bot>!")
	s.Press(terminaltest.Enter)
	s.Expect("> Triage: ")
	s.Expect("choose")
	s.Press(terminaltest.Down + terminaltest.Down + terminaltest.Down + terminaltest.Up)
	s.Expect("> Redaction: ")
	s.Press(terminaltest.Enter)
	s.Expect("> On this machine")
	s.Expect("choose")
	s.Press(terminaltest.Down)
	s.Expect("> In the cloud")
	s.Press(terminaltest.Enter)
	s.Expect("[ Yes ]")
	s.Expect("choose")
	s.Press(terminaltest.Right)
	s.Expect("[ No ]")
	s.Press(terminaltest.Enter)
	text := s.Ends(0)
	if !strings.Contains(text, gitQuestion+" No\n") || strings.Contains(text, gitStep) {
		t.Errorf("got:\n%s", text)
	}
	if got := p.read("package.json"); !strings.Contains(got, `"name": "my-bot"`) {
		t.Errorf("package.json:\n%s", got)
	}
	if got := p.read("arkor.config.ts"); !strings.Contains(got, `"cloud"`) {
		t.Errorf("arkor.config.ts:\n%s", got)
	}
	if got := p.read("src/arkor/trainer.ts"); !strings.Contains(got, `"redaction-run"`) {
		t.Errorf("trainer.ts:\n%s", got)
	}
	if slices.Contains(p.content(), ".git") {
		t.Error("there is a repository")
	}
}

// 3.2.11: whoever leaves a question leaves nothing behind before the files are
// written, and the files after that.
func TestLeavingAQuestion(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"init", "create"} {
		for i, question := range questions {
			for key, press := range map[string]string{"Ctrl-C": terminaltest.CtrlC, "Escape": terminaltest.Escape} {
				t.Run(mode+" "+question+" "+key, func(t *testing.T) {
					t.Parallel()
					p := newPerson(t)
					s := p.run(mode)
					for _, before := range questions[:i] {
						s.Expect(before)
						s.Expect("esc cancel")
						s.Press(terminaltest.Enter)
					}
					s.Expect(question)
					s.Expect("esc cancel")
					s.Press(press)
					text := s.Ends(130)
					if !strings.HasSuffix(text, map[string]string{"init": "arkor init: ", "create": "create-arkor: "}[mode]+cancelled+"\n") {
						t.Errorf("got:\n%s", text)
					}
					files := p.content()
					if mode == "create" && len(files) > 0 {
						p.dir = filepath.Join(p.dir, files[0])
						files = p.content()
					}
					if written := len(files) > 0; written != (question == gitQuestion) || slices.Contains(files, ".git") {
						t.Errorf("left %q", files)
					}
				})
			}
		}
	}
}

// A signal from elsewhere ends a question as Ctrl-C does, but for the word.
func TestASignalAtAQuestion(t *testing.T) {
	t.Parallel()
	for signal, status := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			p := newPerson(t)
			s := p.run("init")
			s.Expect("esc cancel")
			s.Signal(signal)
			s.Ends(status)
			if files := p.content(); len(files) > 0 {
				t.Errorf("left %q", files)
			}
		})
	}
}

// 3.2.10, 3.3.15: a directory that is taken is no place for a new project.
func TestCreateAsksAgainForADirectoryThatIsTaken(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	if err := os.WriteFile(filepath.Join(p.dir, "my-bot"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s := p.run("create", "--template", "blank", "--backend", "local", "--skip-git")
	s.Expect("accept")
	s.Press("My Bot" + terminaltest.Enter)
	s.Expect("Directory \"my-bot/\" already exists and is not empty. Pick another name.\n")
	s.Expect("> my-bot") // the rejected name is in the field
	s.Expect("accept")
	s.Press(terminaltest.CtrlU + terminaltest.Enter)
	s.Expect("Project name cannot be empty")
	s.Press("my-bot-2" + terminaltest.Enter)
	text := s.Ends(0)
	if !inOrder(text, nameQuestion+" my-bot-2\n", "Files\n", "Next steps:\n  cd my-bot-2\n  arkor start\n") {
		t.Errorf("got:\n%s", text)
	}
	if got := p.read("my-bot-2/package.json"); !strings.Contains(got, `"name": "my-bot-2"`) {
		t.Errorf("package.json:\n%s", got)
	}
}

// 3.2.7: the suggestion for a new project's name.
func TestCreateSuggestsAName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args         []string
		suggestion   string
		dir, project string
	}{
		{[]string{"--name", "My Bot!"}, "> my-bot", "my-bot", "my-bot"},
		{[]string{"Some/Trail/"}, "> Trail", "Some/Trail", "trail"},
		{[]string{"."}, "> Support Bot", ".", "support-bot"},
	} {
		p := newPerson(t)
		s := p.run(append([]string{"create", "--template", "blank", "--backend", "local", "--skip-git"}, c.args...)...)
		s.Expect(c.suggestion)
		s.Expect("accept")
		s.Press(terminaltest.Enter)
		s.Ends(0)
		if got := p.read(filepath.Join(c.dir, "package.json")); !strings.Contains(got, `"name": "`+c.project+`"`) {
			t.Errorf("%q: package.json:\n%s", c.args, got)
		}
	}
}

// 3.1, 4.10: at a terminal, but nobody is to be asked.
func TestNothingIsAsked(t *testing.T) {
	t.Parallel()
	decided := []string{"--template", "blank", "--git", "--skip-install", "--agents-md"}
	for _, c := range []struct {
		name    string
		environ string
		args    []string
		git     bool
	}{
		{"CI=1", "CI=1", nil, false},
		{"CI=false", "CI=false", nil, false},
		{"--yes", "", []string{"--yes"}, true},
		{"-y", "", []string{"-y", "--skip-git"}, false},
		{"CLAUDECODE=1 with --yes", "CLAUDECODE=1", []string{"--yes"}, true},
		{"CLAUDECODE=1 with every option", "CLAUDECODE=1", decided, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPerson(t, c.environ)
			text := p.run(append([]string{"init"}, c.args...)...).Ends(0)
			for _, question := range questions {
				if strings.Contains(text, question) {
					t.Errorf("asks %q:\n%s", question, text)
				}
			}
			if got := slices.Contains(p.content(), ".git"); got != c.git {
				t.Errorf("a repository: %v\n%s", got, text)
			}
		})
	}
}

// 3.1.1, 3.1.2, 3.1.4: a question needs the terminal on both sides.
func TestNothingIsAskedWithHalfATerminal(t *testing.T) {
	t.Parallel()
	for _, stream := range []string{"stdin", "stdout"} {
		t.Run(stream, func(t *testing.T) {
			t.Parallel()
			p := newPerson(t)
			pipe, other, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer pipe.Close()
			defer other.Close() // nothing is ever written to it: whoever reads waits
			c := p.command("init")
			if c.Stdin = pipe; stream == "stdout" {
				c.Stdin, c.Stdout = nil, other
			}
			text := terminaltest.Start(t, c).Ends(0)
			if strings.Contains(text, "?") || !strings.Contains(text, "arkor start") {
				t.Errorf("got:\n%s", text)
			}
			if !slices.Contains(p.content(), "package.json") {
				t.Error("no project")
			}
		})
	}
}

// Options answer questions, each its own.
func TestAnOptionAnswersItsQuestion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args     []string
		answered string
	}{
		{[]string{"--template", "blank"}, templateQuestion},
		{[]string{"--backend", "cloud"}, backendQuestion},
		{[]string{"--git"}, gitQuestion},
		{[]string{"--skip-git"}, gitQuestion},
		{[]string{"--name", "x"}, ""}, // only what stands in the field
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			t.Parallel()
			s := newPerson(t).run(append([]string{"init"}, c.args...)...)
			for _, question := range questions {
				if question != c.answered {
					s.Expect(question)
					s.Expect("esc cancel")
					s.Press(terminaltest.Enter)
				}
			}
			if text := s.Ends(0); c.answered != "" && strings.Contains(text, c.answered) {
				t.Errorf("got:\n%s", text)
			}
		})
	}
}

// 1.6 to 1.10: what is wrong is said before anything is asked.
func TestMistakesComeBeforeQuestions(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"Pick one of --git / --skip-git, not both.":                                     {"--git", "--skip-git"},
		"Unknown template \"toString\". Available: triage, translate, redaction, blank": {"--template", "toString"},
	} {
		if text := newPerson(t).run(append([]string{"init"}, args...)...).Ends(1); text != "arkor init: "+want+"\n" {
			t.Errorf("%q: got:\n%s", args, text)
		}
	}
}

// 9.1b: inside a repository there is no question about one.
func TestInsideARepositoryGitIsNoQuestion(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	cmd := exec.Command("git", "init", "-q")
	cmd.Dir, cmd.Env = p.dir, p.environ
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git init: %v\n%s", err, out)
	}
	s := p.run("init", "--template", "blank", "--backend", "local")
	s.Expect("accept")
	s.Press(terminaltest.Enter)
	if text := s.Ends(0); !strings.Contains(text, gitInside+"\n") || strings.Contains(text, gitQuestion) {
		t.Errorf("got:\n%s", text)
	}
}
