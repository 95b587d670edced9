// Package upstream asks the training backend: as whom, about which project, and
// how. It knows no routes of its own.
package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/errands"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/session"
)

// Identity is who we are to the backend.
type Identity = session.Identity

// The modes of an identity that are treated differently.
const (
	Anonymous = session.Anonymous
	Local     = session.Local
)

const (
	early       = 60 * time.Second // before its end a token is asked for again
	askPatience = time.Minute      // the local backend may have to start first
)

// Upstream is safe for concurrent use.
type Upstream struct {
	env     cli.Env
	errands *errands.Group
	client  *http.Client
	// OnAnswer, if set, hears of every answer before its reader does.
	OnAnswer func(address, method, path string, status int)
	// OnDeprecated hears of every answer that says that this release is being
	// phased out.
	onDeprecated func(cloud.Deprecation)

	mu      sync.Mutex
	known   *Identity
	from    string // fingerprint of the settings that known was made of
	asking  *question
	expired func(Identity) bool
}

// question is one run of arkor-auth, which any number of requests wait for.
type question struct {
	from     string
	rejected string
	done     chan struct{}
	identity Identity
	err      error
}

// New returns an upstream for the project in env.Dir, whose questions about the
// identity are errands of a group. It asks nobody anything.
func New(env cli.Env, group *errands.Group) *Upstream {
	u := &Upstream{env: env, errands: group, client: &http.Client{Transport: transport(), CheckRedirect: cloud.SameOrigin}}
	u.onDeprecated = func(d cloud.Deprecation) {
		env.Notice.Record(d.Message, d.Version, d.Sunset)
		env.Notice.Show(env) // the end of this command may be days away
	}
	u.expired = func(i Identity) bool {
		return i.ExpiresAt != nil && time.Until(time.Unix(*i.ExpiresAt, 0)) < early
	}
	return u
}

// Identity returns who we are now. The answer is kept until it is about to
// expire, or until a file changes that another one would follow from: a sign-in
// elsewhere counts from the next request on.
func (u *Upstream) Identity(ctx context.Context) (Identity, error) { return u.identity(ctx, "") }

// identity asks again when the token that was rejected is the one that is known.
func (u *Upstream) identity(ctx context.Context, rejected string) (Identity, error) {
	from := u.fingerprint()
	u.mu.Lock()
	if u.known != nil && u.from == from && !u.expired(*u.known) && rejected != u.known.Token {
		known := *u.known
		u.mu.Unlock()
		return known, nil
	}
	q := u.asking
	if q == nil || q.from != from || q.rejected != rejected {
		q = &question{from: from, rejected: rejected, done: make(chan struct{})}
		u.asking = q
		u.errands.Go(func() { u.ask(q) })
	}
	u.mu.Unlock()
	select {
	case <-q.done:
		return q.identity, q.err
	case <-ctx.Done():
		return Identity{}, context.Cause(ctx)
	}
}

// forget makes the next request ask again where the backend is.
func (u *Upstream) forget(old Identity) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.known != nil && *u.known == old {
		u.known = nil
	}
}

// ask does not belong to the request that began it: others wait for it too.
func (u *Upstream) ask(q *question) {
	ctx, cancel := context.WithTimeout(u.errands.Context(), askPatience)
	defer cancel()
	env := u.env
	var said bytes.Buffer
	env.Stderr = &said
	q.identity, q.err = session.Ask(ctx, env, q.rejected)
	var silent *cli.ExitError
	if errors.As(q.err, &silent) {
		q.err = newIdentityError(said.String())
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.asking == q {
		u.asking = nil
		if q.err == nil {
			// Making an identity changes a file of the fingerprint.
			identity := q.identity
			u.known, u.from = &identity, u.fingerprint()
		}
	}
	close(q.done)
}

// fingerprint names the state of the files that decide about the backend and
// the identity. What is in them is arkor-auth's business.
func (u *Upstream) fingerprint() string {
	var b strings.Builder
	look := func(path string) {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(&b, "%s %d %d\n", filepath.Ext(path), info.ModTime().UnixNano(), info.Size())
		} else {
			b.WriteString("-\n")
		}
	}
	for _, extension := range [...]string{"ts", "mts", "js", "mjs"} {
		look(filepath.Join(u.env.Dir, "arkor.config."+extension))
	}
	if home, err := u.env.Home(); err == nil {
		look(filepath.Join(home, ".arkor", "credentials.json"))
	}
	return b.String()
}

// IdentityError is what arkor-auth said in the place of a token.
type IdentityError struct {
	Message string
	Hint    string
	Code    string // "missing_component", "upstream_unreachable", "backend_unavailable", "no_runtime" or "signed_out"
}

func (e *IdentityError) Error() string { return e.Message }

// newIdentityError reads the last error of a sibling's stderr: "arkor-auth
// token: <message>", and a hint below it. Warnings may stand before.
func newIdentityError(said string) *IdentityError {
	e := &IdentityError{Message: "arkor-auth ended without a word", Code: "signed_out"}
	for _, line := range strings.Split(strings.TrimSpace(said), "\n") {
		if hint, ok := strings.CutPrefix(line, "hint: "); ok {
			e.Hint = hint
			continue
		}
		name, message, ok := strings.Cut(line, ": ")
		if !ok || !strings.HasPrefix(name, "arkor") || name == "arkor" {
			continue
		}
		e.Message, e.Hint, e.Code = message, "", "signed_out"
		if strings.HasPrefix(name, "arkor-backend") || strings.HasPrefix(name, "arkor backend") {
			e.Code = "backend_unavailable"
		}
	}
	switch {
	case strings.HasPrefix(e.Message, "no JavaScript runtime "):
		e.Code = "no_runtime"
	case strings.HasSuffix(e.Message, " is not installed"):
		e.Code = "missing_component"
	case strings.HasPrefix(e.Message, "cannot reach "), strings.HasPrefix(e.Message, "no answer from "):
		e.Code = "upstream_unreachable"
	}
	return e
}
