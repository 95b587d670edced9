// Package preview asks what the project's run would be, before it is one.
package preview

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/errands"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

const (
	patience  = 2 * time.Minute // the data may have to be uploaded, and a local backend to start
	maxAnswer = 8 << 20
	maxSaid   = 16 << 10
)

// Answer is what "arkor start --preview --json" prints: a preview, or why there
// is none.
type Answer struct {
	Preview     json.RawMessage // the backend's object; nil without one
	Unavailable string          // why the backend gives none

	// Error is what is wrong with the project, with Hint and Code.
	Error, Hint, Code string
}

// ErrChanged means that a question about a newer state of the project has taken
// the place of this one.
var ErrChanged = errors.New("the project has changed since")

// Reader asks for previews, one at a time, and keeps the last. It is safe for
// concurrent use.
type Reader struct {
	env     cli.Env
	errands *errands.Group

	mu     sync.Mutex
	asking *question
	kept   *question
}

type question struct {
	key     string
	cancel  context.CancelCauseFunc
	readers int // guarded by Reader.mu
	done    chan struct{}
	answer  Answer
	err     error
}

// NewReader returns a reader for the project in env.Dir, whose questions are
// errands of a group.
func NewReader(env cli.Env, group *errands.Group) *Reader {
	return &Reader{env: env, errands: group}
}

// Read asks for the preview of the project in the state that key names, of an
// entry ("" for what a plain start would run), or returns the one that is kept
// for it. When nobody waits any more, the question
// is taken back; a question about another state is replaced and ends with
// ErrChanged.
func (r *Reader) Read(ctx context.Context, key, entry string) (Answer, error) {
	for {
		r.mu.Lock()
		q := r.asking
		switch {
		case r.kept != nil && r.kept.key == key:
			defer r.mu.Unlock()
			return r.kept.answer, nil
		case q == nil:
			q = r.begin(key, entry)
		case q.key != key || q.readers == 0: // of another state, or being taken back
			q.cancel(ErrChanged)
			r.mu.Unlock()
			select {
			case <-q.done:
				continue
			case <-ctx.Done():
				return Answer{}, context.Cause(ctx)
			}
		}
		q.readers++
		r.mu.Unlock()
		select {
		case <-q.done:
			return q.answer, q.err
		case <-ctx.Done():
			r.leave(q)
			return Answer{}, context.Cause(ctx)
		}
	}
}

// Readers returns how many wait for an answer.
func (r *Reader) Readers() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asking == nil {
		return 0
	}
	return r.asking.readers
}

// begin starts to ask. The caller holds the lock.
func (r *Reader) begin(key, entry string) *question {
	ctx, cancel := context.WithCancelCause(r.errands.Context())
	q := &question{key: key, cancel: cancel, done: make(chan struct{})}
	r.asking = q
	r.errands.Go(func() {
		defer cancel(nil)
		q.answer, q.err = ask(ctx, r.env, entry)
		r.mu.Lock()
		r.asking = nil
		if q.err == nil && q.answer.Error == "" {
			r.kept = q
		}
		r.mu.Unlock()
		close(q.done)
	})
	return q
}

// leave takes a question back that nobody waits for, and returns when it has
// ended.
func (r *Reader) leave(q *question) {
	r.mu.Lock()
	q.readers--
	last := q.readers == 0
	if last {
		q.cancel(context.Canceled)
	}
	r.mu.Unlock()
	if last {
		<-q.done
	}
}

func ask(ctx context.Context, env cli.Env, entry string) (Answer, error) {
	path, err := sibling.Find(env, "arkor-build")
	if err != nil {
		return Answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	args := []string{"start", "--preview", "--json"}
	if entry != "" {
		args = append(args, entry)
	}
	cmd := sibling.Command(ctx, path, args...) // it hands the signal on to the trainer's process
	cmd.Dir, cmd.Env = env.Dir, env.Environ
	cmd.Stdout, cmd.Stderr = &limited{&stdout, maxAnswer}, &limited{&stderr, maxSaid}
	runErr := cmd.Run()
	if ctx.Err() != nil {
		return Answer{}, context.Cause(ctx)
	}
	// Its status is 1 for a run that would be refused, too.
	if exit := (*exec.ExitError)(nil); runErr != nil && !errors.As(runErr, &exit) && !errors.Is(runErr, exec.ErrWaitDelay) {
		return Answer{}, fmt.Errorf("run arkor-build: %w", runErr)
	}
	answer, ok := decode(stdout.Bytes())
	if !ok {
		return Answer{}, fmt.Errorf("arkor-build start --preview printed no answer: %s", cli.Excerpt(stderr.String()))
	}
	if answer.Code == "build_failed" { // the terminal has the reason
		answer.Error = strings.TrimSpace(strings.ToValidUTF8(stderr.String(), "\uFFFD"))
	}
	return answer, nil
}

// decode reads the last object that says how it ended.
func decode(stdout []byte) (answer Answer, ok bool) {
	lines := bufio.NewScanner(bytes.NewReader(stdout))
	lines.Buffer(nil, maxAnswer)
	for lines.Scan() {
		var object struct {
			Type        string
			Preview     json.RawMessage
			Unavailable string
			Message     string
			Hint        string
			Code        string
		}
		if json.Unmarshal(lines.Bytes(), &object) != nil {
			continue
		}
		switch {
		case object.Type == "error":
			answer, ok = Answer{Error: object.Message, Hint: object.Hint, Code: object.Code}, object.Message != ""
		case len(object.Preview) > 0 && object.Preview[0] == '{':
			answer, ok = Answer{Preview: object.Preview}, true
		case object.Unavailable != "":
			answer, ok = Answer{Unavailable: object.Unavailable}, true
		}
	}
	return answer, ok
}

// limited keeps the beginning of what is written to it.
type limited struct {
	kept *bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	l.kept.Write(p[:n])
	return len(p), nil
}
