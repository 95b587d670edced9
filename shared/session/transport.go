package session

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// transport sends every request as whom arkor-auth last named, and asks it
// again, once, when that is refused.
type transport struct {
	env     cli.Env
	backend string
	next    http.RoundTripper

	mu    sync.Mutex
	known Identity
}

func (t *transport) ask(ctx context.Context, rejected string) (Identity, error) {
	args := []string{"--scope"}
	if t.backend != "" {
		args = append(args, "--backend", t.backend)
	}
	return Ask(ctx, t.env, rejected, args...)
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
	gone := err != nil && as.Mode == Local && NobodyListens(err)
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
func dress(req *http.Request, as Identity) (*http.Request, error) {
	out := req.Clone(req.Context())
	if as.Mode == Local {
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
func (t *transport) renew(ctx context.Context, old Identity, refused bool) (Identity, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known != old {
		return t.known, nil
	}
	rejected := ""
	if refused {
		rejected = old.Token
	}
	as, err := t.ask(ctx, rejected)
	if err == nil {
		t.known = as
	}
	return as, err
}
