package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/project"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// local is the mode of an identity on the backend of this machine.
const local = "local"

// identity is the answer of "arkor-auth token --json --scope".
type identity struct {
	Token  string         `json:"token"`
	Mode   string         `json:"mode"`
	APIURL string         `json:"apiUrl"`
	Scope  *project.Scope `json:"scope"`
}

// String and GoString keep the token out of messages.
func (i identity) String() string   { return i.Mode + " identity at " + i.APIURL }
func (i identity) GoString() string { return i.String() }

// transport sends every request as whom arkor-auth last named, and asks it
// again, once, when that is refused.
type transport struct {
	env     cli.Env
	backend string
	next    http.RoundTripper

	mu    sync.Mutex
	known identity
}

func (t *transport) ask(ctx context.Context, rejected string) (identity, error) {
	args := []string{"token", "--json", "--scope"}
	if t.backend != "" {
		args = append(args, "--backend", t.backend)
	}
	if rejected != "" {
		args = append(args, "--rejected", rejected)
	}
	var as identity
	err := sibling.JSON(ctx, t.env, &as, "arkor-auth", args...)
	if err == nil && (as.Token == "" || as.APIURL == "") {
		err = errors.New("arkor-auth did not name an address and a token")
	}
	return as, err
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	t.mu.Lock()
	as := t.known
	t.mu.Unlock()
	first, err := dress(req, as)
	if err != nil {
		return nil, err
	}
	res, err := t.next.RoundTrip(first)
	gone := err != nil && as.Mode == local && nobodyListens(err)
	refused := err == nil && res.StatusCode == http.StatusUnauthorized
	if !gone && !refused {
		return res, err
	}
	again, err := t.renew(req.Context(), as, refused)
	if err == nil && refused && again.Token == as.Token {
		return res, nil // there is no other: the refusal is the answer
	}
	if refused {
		_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
		res.Body.Close()
	}
	if err != nil {
		return nil, err
	}
	second, err := dress(req, again)
	if err == nil && req.GetBody != nil {
		second.Body, err = req.GetBody()
	}
	if err != nil {
		return nil, err
	}
	return t.next.RoundTrip(second)
}

// dress returns req as it goes to the backend of an identity. A local backend
// that was started again has another port.
func dress(req *http.Request, as identity) (*http.Request, error) {
	out := req.Clone(req.Context())
	if as.Mode == local {
		at, err := url.Parse(as.APIURL)
		if err != nil {
			return nil, err
		}
		out.URL.Scheme, out.URL.Host, out.Host = at.Scheme, at.Host, ""
	}
	if req.Header.Get("Authorization") != "" {
		out.Header.Set("Authorization", "Bearer "+as.Token)
	}
	return out, nil
}

// renew returns another identity than old. Requests that are refused together
// share one question.
func (t *transport) renew(ctx context.Context, old identity, refused bool) (identity, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known != old {
		return t.known, nil
	}
	rejected := ""
	if refused {
		sum := sha256.Sum256([]byte(old.Token))
		rejected = hex.EncodeToString(sum[:])
	}
	as, err := t.ask(ctx, rejected)
	if err == nil {
		t.known = as
	}
	return as, err
}

// nobodyListens reports whether a connection was not made at all.
func nobodyListens(err error) bool {
	var failed *net.OpError
	return errors.As(err, &failed) && failed.Op == "dial"
}
