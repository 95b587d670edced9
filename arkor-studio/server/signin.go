package server

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/upstream"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

const (
	signInPatience = 15 * time.Minute // for the person
	signOutTimeout = 30 * time.Second
	maxSignInText  = 64 << 10
)

// The states of a sign-in.
const (
	signInNone    = "none"
	signInRunning = "running"
	signInDone    = "done"
	signInFailed  = "failed"
)

// signInState is what a page may know of a sign-in.
type signInState struct {
	State string `json:"state"`
	URL   string `json:"url,omitempty"`  // to visit
	Code  string `json:"code,omitempty"` // to type there
	Error string `json:"error,omitempty"`
	Hint  string `json:"hint,omitempty"`
}

// signIn is the one sign-in that may be under way: arkor-auth does it, and the
// page shows where the person has to go.
type signIn struct {
	mu      sync.Mutex
	now     signInState
	attempt *attempt // whose now is; nil for none
}

// attempt is one run of arkor-auth. One that was cancelled has no more to say.
type attempt struct{ cancel context.CancelFunc }

func (i *signIn) state() signInState {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.now.State == "" {
		return signInState{State: signInNone}
	}
	return i.now
}

func (i *signIn) change(from *attempt, change func(*signInState)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.attempt == from {
		change(&i.now)
	}
}

func (s *Server) getSignIn(c *call) error { return c.json(http.StatusOK, s.signIn.state()) }

// startSignIn begins a sign-in; one that is under way goes on.
func (s *Server) startSignIn(c *call) error {
	var body struct{ Device bool }
	if err := c.object(&body, true); err != nil {
		return err
	}
	if err := s.mayChangeIdentity(c.Context()); err != nil {
		return err
	}
	path, err := sibling.Find(s.env, "arkor-auth")
	if err != nil {
		return err
	}
	args := []string{"login", "--oauth", "--no-browser"}
	if body.Device {
		args = []string{"login", "--device", "--no-browser"}
	}
	s.signIn.mu.Lock()
	defer s.signIn.mu.Unlock()
	if s.signIn.now.State != signInRunning {
		ctx, cancel := context.WithTimeout(s.leaving, signInPatience)
		begun := &attempt{cancel}
		s.signIn.now, s.signIn.attempt = signInState{State: signInRunning}, begun
		s.errands.Go(func() {
			defer cancel()
			s.runSignIn(ctx, begun, path, args)
		})
	}
	return c.json(http.StatusAccepted, s.signIn.now)
}

// mayChangeIdentity refuses where a sign-in would change nothing.
func (s *Server) mayChangeIdentity(ctx context.Context) error {
	as, err := s.upstream.Identity(ctx)
	var identity *upstream.IdentityError
	switch {
	case errors.As(err, &identity) && identity.Code == "signed_out":
		return nil // which is why
	case err != nil:
		return err
	case as.Mode == upstream.Local:
		return fail(http.StatusConflict, "local_backend", "trainings run on this machine, where nobody has to sign in")
	case as.Mode == "token":
		return fail(http.StatusConflict, "token_from_environment", "ARKOR_TOKEN says who you are; unset it and start arkor dev again")
	}
	return nil
}

func (s *Server) cancelSignIn(c *call) error {
	s.signIn.mu.Lock()
	if s.signIn.attempt != nil {
		s.signIn.attempt.cancel()
	}
	s.signIn.now, s.signIn.attempt = signInState{}, nil
	s.signIn.mu.Unlock()
	return c.json(http.StatusOK, s.signIn.state())
}

func (s *Server) runSignIn(ctx context.Context, begun *attempt, path string, args []string) {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir, cmd.Env = s.env.Dir, s.env.Environ
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return cmd.Process.Kill()
		}
		return nil
	}
	cmd.WaitDelay = 2 * time.Second
	said, out := io.Pipe()
	cmd.Stderr = out // on stdout it says who has signed in
	var text bytes.Buffer
	read := make(chan struct{})
	go func() {
		defer close(read)
		s.readSignIn(begun, said, &text)
	}()
	err := cmd.Run()
	out.Close()
	<-read
	s.signIn.change(begun, func(now *signInState) {
		switch {
		case err == nil:
			*now = signInState{State: signInDone}
		case ctx.Err() != nil:
			*now = signInState{State: signInFailed, Error: "nobody signed in in time"}
		default:
			message, hint := lastError(text.String())
			*now = signInState{State: signInFailed, Error: message, Hint: hint}
		}
	})
	s.news.publish(changed{state: true})
}

var (
	visit   = regexp.MustCompile(`^Browser: (https?://\S+)$`)
	orVisit = regexp.MustCompile(`^or visit (https?://\S+)$`)
	enter   = regexp.MustCompile(`^Visit (https?://\S+) and enter the code (\S+)$`)
)

// readSignIn looks for where the person has to go.
func (s *Server) readSignIn(begun *attempt, from io.Reader, text *bytes.Buffer) {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		line := lines.Text()
		if text.Len()+len(line) < maxSignInText {
			text.WriteString(line + "\n")
		}
		s.signIn.change(begun, func(now *signInState) {
			if match := visit.FindStringSubmatch(line); match != nil {
				now.URL = match[1]
			} else if match := orVisit.FindStringSubmatch(line); match != nil {
				now.URL = match[1]
			} else if match := enter.FindStringSubmatch(line); match != nil {
				now.URL, now.Code = match[1], match[2]
			}
		})
	}
	_, _ = io.Copy(io.Discard, from) // a line that is too long
}

// lastError is the error that a sibling ended with, and its hint.
func lastError(said string) (message, hint string) {
	message = "arkor-auth ended without a word"
	for _, line := range strings.Split(strings.TrimSpace(said), "\n") {
		if text, ok := strings.CutPrefix(line, "hint: "); ok {
			hint = text
		} else if name, text, ok := strings.Cut(line, ": "); ok && strings.HasPrefix(name, "arkor-") || strings.HasPrefix(name, "arkor ") {
			message, hint = text, ""
		}
	}
	return cli.OneLine(message), cli.OneLine(hint)
}

// signOut forgets who we are. What an anonymous identity made is lost with it,
// which the page says before.
func (s *Server) signOut(c *call) error {
	if err := s.mayChangeIdentity(c.Context()); err != nil {
		return err
	}
	path, err := sibling.Find(s.env, "arkor-auth")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Context(), signOutTimeout)
	defer cancel()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, path, "logout", "--force")
	cmd.Dir, cmd.Env, cmd.Stderr = s.env.Dir, s.env.Environ, &said
	if err := cmd.Run(); err != nil {
		message, hint := lastError(said.String())
		return &failure{status: http.StatusBadGateway, Message: message, Code: "not_signed_out", Hint: hint}
	}
	s.news.publish(changed{state: true})
	return c.json(http.StatusOK, struct{}{})
}
