//go:build unix

// Package terminaltest runs commands at terminals, with a test in the place of
// the person.
package terminaltest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"runtime"
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
const patience = 3 * time.Minute

// Keys to press.
const (
	Up     = "\x1b[A"
	Down   = "\x1b[B"
	Right  = "\x1b[C"
	Enter  = "\r"
	Escape = "\x1b"
	CtrlC  = "\x03"
	CtrlD  = "\x04"
	CtrlU  = "\x15" // deletes what stands in a field
	CtrlZ  = "\x1a"
)

// Command is what to run.
type Command struct {
	Path    string
	Args    []string // with the program's name
	Dir     string
	Environ []string

	Stdin, Stdout *os.File // nil for the terminal
}

// Session is a command on a terminal of its own, 80 columns wide.
type Session struct {
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

// Start runs a command. It is killed at the end of the test if it is still there.
func Start(t *testing.T, c Command) *Session {
	t.Helper()
	s := &Session{t: t, copied: make(chan struct{})}
	s.arrived = sync.NewCond(&s.mu)
	var err error
	if s.person, s.inner, err = pty.Open(); err != nil {
		t.Fatal(err)
	}
	if s.before, err = term.GetState(s.inner.Fd()); err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(s.inner, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	s.cmd = &exec.Cmd{
		Path: c.Path, Args: c.Args, Dir: c.Dir, Env: c.Environ,
		Stdin: s.inner, Stdout: s.inner, Stderr: s.inner,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 2},
	}
	if c.Stdin != nil {
		s.cmd.Stdin = c.Stdin
	}
	if c.Stdout != nil {
		s.cmd.Stdout = c.Stdout
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.cmd.ProcessState == nil { // the test has failed
			_ = s.cmd.Process.Kill()
			_ = s.cmd.Wait()
		}
		s.inner.Close()
		s.person.Close()
		<-s.copied
	})
	go s.copy()
	return s
}

// copy collects what appears until the terminal is closed.
func (s *Session) copy() {
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
func (s *Session) text() string {
	return strings.ReplaceAll(escapes.ReplaceAllString(string(s.raw), ""), "\r", "")
}

// Expect waits for text behind what was expected before.
func (s *Session) Expect(text string) {
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

// Press types keys.
func (s *Session) Press(keys string) {
	s.t.Helper()
	if _, err := s.person.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// Resize makes the terminal so many columns wide, which the command hears of.
func (s *Session) Resize(columns uint16) {
	s.t.Helper()
	if err := pty.Setsize(s.inner, &pty.Winsize{Rows: 24, Cols: columns}); err != nil {
		s.t.Fatal(err)
	}
}

// Signal sends a signal to the command alone.
func (s *Session) Signal(signal syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
}

// Stops waits until the command is stopped, as Ctrl-Z stops it. The terminal is
// then as it was.
func (s *Session) Stops() {
	s.t.Helper()
	stat := fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid)
	for end := time.Now().Add(patience); ; runtime.Gosched() {
		text, err := os.ReadFile(stat)
		if err != nil {
			s.t.Skip("only Linux says whether a process is stopped")
		}
		if state := text[bytes.LastIndexByte(text, ')')+1:]; bytes.HasPrefix(state, []byte(" T")) {
			break
		}
		if time.Now().After(end) {
			s.t.Fatalf("it did not stop:\n%s", s.Text())
		}
	}
	if now, err := term.GetState(s.inner.Fd()); err != nil || !reflect.DeepEqual(now, s.before) {
		s.t.Errorf("the terminal is not as it was: %v", err)
	}
}

// End waits for the command, which must leave the terminal as it found it. It
// returns how it ended and all that appeared.
func (s *Session) End() (state *os.ProcessState, text string) {
	s.t.Helper()
	timer := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
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

// Ends is End with the exit status that is wanted.
func (s *Session) Ends(status int) (text string) {
	s.t.Helper()
	state, text := s.End()
	if state.ExitCode() != status {
		s.t.Errorf("%v, want exit status %d:\n%s", state, status, text)
	}
	return text
}

// Raw is all that appeared so far, with what colours and moves it.
func (s *Session) Raw() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.raw)
}

// Text is Raw without that.
func (s *Session) Text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text()
}

// Open returns a terminal without a person at it, for a command's results.
// results returns what was written to it, once nobody writes any more.
func Open(t *testing.T) (results func() string, inner *os.File) {
	t.Helper()
	outer, inner, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	s := &Session{person: outer, copied: make(chan struct{})}
	s.arrived = sync.NewCond(&s.mu)
	go s.copy()
	t.Cleanup(func() { inner.Close(); outer.Close(); <-s.copied })
	return func() string {
		inner.Close()
		<-s.copied
		return s.text()
	}, inner
}
