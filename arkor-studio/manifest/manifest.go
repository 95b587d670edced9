// Package manifest knows what the project exports, and when that may have
// changed. arkor-build finds out; this package decides when to ask.
package manifest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/errands"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// maxError bounds what is shown of a project's error.
const maxError = 16 << 10

// patience is how long arkor-build may take. It limits the project's own code
// to less.
const patience = time.Minute

// Manifest is the state of the project: what it exports, or why that cannot be
// said.
type Manifest struct {
	Fields json.RawMessage // arkor-build's answer, an object; nil with an Error
	Error  string          // as the terminal would show it
	// Diagnostics are the places of the error, a list, where they are known.
	Diagnostics json.RawMessage
	Hint        string
	Code        string // "manifest_timeout", "no_entry" where there is no project, or ""
}

// Reader asks for manifests. Questions that come at once are one.
type Reader struct {
	env     cli.Env
	errands *errands.Group
	entry   func() string
	files   chan []string

	mu     sync.Mutex
	asking *question
}

type question struct {
	done     chan struct{}
	manifest Manifest
	err      error
}

// NewReader returns a reader for the project in env.Dir, whose questions are
// errands of a group. entry names the module to describe, "" for what a plain
// start would run.
func NewReader(env cli.Env, group *errands.Group, entry func() string) *Reader {
	return &Reader{env: env, errands: group, entry: entry, files: make(chan []string, 1)}
}

// Files are the files that the latest manifest depends on, for Watch.
func (r *Reader) Files() <-chan []string { return r.files }

// tell hands on the files of a manifest. The caller holds the lock.
func (r *Reader) tell(m Manifest) {
	var known struct {
		Inputs  []string
		Trainer *struct{ Files []string }
	}
	if m.Fields == nil || json.Unmarshal(m.Fields, &known) != nil {
		return // those of the manifest before may mend this one
	}
	if known.Trainer != nil {
		known.Inputs = append(known.Inputs, known.Trainer.Files...)
	}
	select {
	case <-r.files: // nobody has looked at them
	default:
	}
	r.files <- known.Inputs
}

// Read asks for the manifest of the project as it is now. Its error means that
// nobody could be asked; a mistake in the project is a Manifest. arkor-build
// keeps answers by the content of the bundle where that alone decides, so the
// project's code does not run again while nothing changes.
func (r *Reader) Read(ctx context.Context) (Manifest, error) {
	r.mu.Lock()
	q := r.asking
	if q == nil {
		q = &question{done: make(chan struct{})}
		r.asking = q
		r.errands.Go(func() { r.ask(q) })
	}
	r.mu.Unlock()
	select {
	case <-q.done:
		return q.manifest, q.err
	case <-ctx.Done():
		return Manifest{}, context.Cause(ctx)
	}
}

// Changed says that sources are not what a question in progress may have seen:
// the next Read asks anew.
func (r *Reader) Changed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asking = nil
}

func (r *Reader) ask(q *question) {
	ctx, cancel := context.WithTimeout(r.errands.Context(), patience)
	defer cancel()
	env := r.env
	var said bytes.Buffer
	env.Stderr = &said
	args := []string{"manifest", "--json"}
	if entry := r.entry(); entry != "" {
		args = append(args, "--entry", entry)
	}
	q.err = sibling.JSON(ctx, env, &q.manifest.Fields, "arkor-build", args...)
	var silent *cli.ExitError
	if errors.As(q.err, &silent) {
		var places struct{ Diagnostics json.RawMessage }
		_ = json.Unmarshal(q.manifest.Fields, &places) // most errors have none
		q.manifest, q.err = failed(said.String()), nil
		q.manifest.Diagnostics = places.Diagnostics
	}
	r.mu.Lock()
	if r.asking == q {
		r.asking = nil
		r.tell(q.manifest)
	}
	r.mu.Unlock()
	close(q.done)
}

// tooLong matches arkor-build's limit on the project's own code.
var tooLong = regexp.MustCompile(`(?m)^(arkor-build manifest: )?loading the project took longer`)

// failed reads what arkor-build printed: an error with the frame below it and a
// hint, or what the project's own code threw.
func failed(said string) Manifest {
	text := strings.TrimSpace(strings.ToValidUTF8(said, "\uFFFD"))
	var m Manifest
	if before, hint, ok := cutLast(text, "\nhint: "); ok && !strings.Contains(hint, "\n") {
		text, m.Hint = before, hint
	}
	for _, name := range []string{"arkor-build manifest: ", "arkor manifest: "} {
		text = strings.TrimPrefix(text, name)
	}
	switch {
	case tooLong.MatchString(text):
		m.Code = "manifest_timeout"
	case strings.HasPrefix(text, "Build entry not found: "):
		m.Code = "no_entry"
	}
	if text == "" {
		text = "arkor-build ended without a word"
	}
	if len(text) > maxError {
		text = strings.ToValidUTF8(text[:maxError], "") + "\n..."
	}
	m.Error = text
	return m
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
