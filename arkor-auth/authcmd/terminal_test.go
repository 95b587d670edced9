//go:build unix

package authcmd

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"
)

// patience is how long a test waits for what ought to come. Nothing depends on
// its length.
const patience = 30 * time.Second

// person is somebody with a home and a project folder.
type person struct {
	t         *testing.T
	home, dir string
	environ   []string
}

func newPerson(t *testing.T, environ ...string) *person {
	t.Helper()
	p := &person{t: t, home: t.TempDir(), dir: filepath.Join(t.TempDir(), "Support Bot")}
	if err := os.MkdirAll(filepath.Join(p.dir, "src", "arkor"), 0o755); err != nil {
		t.Fatal(err)
	}
	p.environ = append([]string{"HOME=" + p.home, "TERM=xterm-256color"}, environ...)
	return p
}

func (p *person) file() string { return filepath.Join(p.home, ".arkor", "credentials.json") }

// stores makes text what is on file.
func (p *person) stores(text string) {
	p.t.Helper()
	err := errors.Join(os.MkdirAll(filepath.Dir(p.file()), 0o700), os.WriteFile(p.file(), []byte(text), 0o600))
	if err != nil {
		p.t.Fatal(err)
	}
}

// stored is what is on file, "" for nothing.
func (p *person) stored() string { return p.read(p.file()) }

// state is the project of the folder, "" for none.
func (p *person) state() string { return p.read(filepath.Join(p.dir, ".arkor", "state.json")) }

func (p *person) read(path string) string {
	p.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.t.Fatal(err)
	}
	return string(data)
}

// session is a command on a terminal of its own.
type session struct {
	t             *testing.T
	cmd           *exec.Cmd
	person, inner *os.File // both ends of the terminal
	before        *term.State
	copied        chan struct{}

	mu      sync.Mutex
	arrived *sync.Cond
	raw     []byte
	seen    int // how much of the text was expected so far
}

// run starts arkor-auth. stdout is where its results go, nil for the terminal.
func (p *person) run(stdout *os.File, args ...string) *session {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	s := &session{t: p.t, copied: make(chan struct{})}
	s.arrived = sync.NewCond(&s.mu)
	if s.person, s.inner, err = pty.Open(); err != nil {
		p.t.Fatal(err)
	}
	if s.before, err = term.GetState(s.inner.Fd()); err != nil {
		p.t.Fatal(err)
	}
	if err := pty.Setsize(s.inner, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		p.t.Fatal(err)
	}
	s.cmd = &exec.Cmd{
		Path: self, Args: append([]string{"arkor-auth"}, args...), Dir: p.dir, Env: p.environ,
		Stdin: s.inner, Stdout: s.inner, Stderr: s.inner,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true, Setctty: true},
	}
	if stdout != nil {
		s.cmd.Stdout = stdout
	}
	if err := s.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		if s.cmd.ProcessState == nil { // the test has failed
			s.cmd.Process.Kill()
			s.cmd.Wait()
		}
		s.inner.Close()
		s.person.Close()
		<-s.copied
	})
	go s.copy()
	return s
}

// copy collects what appears until the terminal is closed.
func (s *session) copy() {
	defer close(s.copied)
	buffer := make([]byte, 4096)
	for {
		n, err := s.person.Read(buffer)
		s.mu.Lock()
		s.raw = append(s.raw, buffer[:n]...)
		s.arrived.Broadcast()
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

var escapes = regexp.MustCompile(`\x1b(\[[0-9;?]*[a-zA-Z]|\][^\x07\x1b]*(\x07|\x1b\\))`)

// text is all that appeared, without what colours and moves it.
func (s *session) text() string {
	return strings.ReplaceAll(escapes.ReplaceAllString(string(s.raw), ""), "\r", "")
}

// expect waits for text behind what was expected before.
func (s *session) expect(text string) {
	s.t.Helper()
	late := false
	timer := time.AfterFunc(patience, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		late = true
		s.arrived.Broadcast()
	})
	defer timer.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		all := s.text()
		if i := strings.Index(all[min(s.seen, len(all)):], text); i >= 0 {
			s.seen += i + len(text)
			return
		}
		if late {
			s.t.Fatalf("%q did not appear:\n%s", text, all)
		}
		s.arrived.Wait()
	}
}

const (
	up     = "\x1b[A"
	down   = "\x1b[B"
	right  = "\x1b[C"
	enter  = "\r"
	escape = "\x1b"
	ctrlC  = "\x03"
	ctrlD  = "\x04"
)

// press types keys.
func (s *session) press(keys string) {
	s.t.Helper()
	if _, err := s.person.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

func (s *session) signal(signal syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
}

// end waits for the command, which must leave the terminal as it found it, and
// returns how it ended and all that appeared.
func (s *session) end() (state *os.ProcessState, text string) {
	s.t.Helper()
	timer := time.AfterFunc(patience, func() { s.cmd.Process.Kill() })
	_ = s.cmd.Wait() // the state says it all
	if !timer.Stop() {
		s.t.Errorf("it did not end")
	}
	if after, err := term.GetState(s.inner.Fd()); err != nil || !reflect.DeepEqual(after, s.before) {
		s.t.Errorf("the terminal is not as it was: %v", err)
	}
	s.inner.Close()
	<-s.copied
	s.mu.Lock()
	defer s.mu.Unlock()
	if on, off := bytes.LastIndex(s.raw, []byte("\x1b[?25h")), bytes.LastIndex(s.raw, []byte("\x1b[?25l")); off > on {
		s.t.Error("the cursor is hidden")
	}
	return s.cmd.ProcessState, s.text()
}

// ends is end with the exit status that is wanted.
func (s *session) ends(status int) (text string) {
	s.t.Helper()
	state, text := s.end()
	if state.ExitCode() != status {
		s.t.Errorf("%v, want exit status %d:\n%s", state, status, text)
	}
	return text
}

// openTerminal returns a terminal without a person at it. results returns what
// was written to it, once nobody writes any more.
func openTerminal(t *testing.T) (results func() string, inner *os.File) {
	t.Helper()
	outer, inner, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	s := &session{person: outer, copied: make(chan struct{})}
	s.arrived = sync.NewCond(&s.mu)
	go s.copy()
	t.Cleanup(func() { inner.Close(); outer.Close(); <-s.copied })
	return func() string {
		inner.Close()
		<-s.copied
		return s.text()
	}, inner
}
