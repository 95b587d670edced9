package cloud

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// What a server may take to answer a command that waits for it.
const (
	connectTimeout = 10 * time.Second
	requestTimeout = 30 * time.Second
	maxRedirects   = 5
)

// For returns the client of a command: it sends the release's version, names
// the command that upgrades it, records in env.Notice what the server says of
// this release, and gives up on a server that stays silent. It is for requests
// and their answers; an event stream outlasts its patience.
func For(env cli.Env, baseURL, token string) *Client {
	return &Client{
		BaseURL: baseURL, Token: token, Version: cli.Version(), HTTP: Patient(),
		Upgrade:      cli.UpgradeCommand(env),
		OnDeprecated: func(d Deprecation) { env.Notice.Record(d.Message, d.Version, d.Sunset) },
	}
}

// Patient returns an HTTP client that waits 10 s for a connection and 30 s for
// the whole of an answer, and follows redirects as SameOrigin says.
func Patient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: connectTimeout}).DialContext
	transport.TLSHandshakeTimeout = connectTimeout
	return &http.Client{Transport: transport, Timeout: requestTimeout, CheckRedirect: SameOrigin}
}

// SameOrigin is a CheckRedirect that stays on the scheme, host and port of the
// first request; any other redirect is the answer.
func SameOrigin(next *http.Request, before []*http.Request) error {
	first := before[0].URL
	if next.URL.Scheme != first.Scheme || next.URL.Host != first.Host || len(before) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

// Unreachable says in words what kept the answer to req from coming; err is what
// an http.Client said.
func Unreachable(req *http.Request, err error) error {
	origin := req.URL.Scheme + "://" + req.URL.Host
	var wrapped *url.Error
	if !errors.As(err, &wrapped) || req.Context().Err() != nil {
		return fmt.Errorf("%s %s on %s: %w", req.Method, req.URL.Path, origin, err)
	}
	err = &UnreachableError{Doing: req.Method + " " + req.URL.Path, Origin: origin, Timeout: wrapped.Timeout(), Err: wrapped.Err}
	return cli.Hint(err, "check the network, and that this is the right address")
}

// UnreachableError means that no answer came to a request.
type UnreachableError struct {
	Doing   string // method and path
	Origin  string // scheme, host and port
	Timeout bool
	Err     error
}

func (e *UnreachableError) Error() string {
	if e.Timeout {
		return fmt.Sprintf("no answer from %s (%s) in time", e.Origin, e.Doing)
	}
	return fmt.Sprintf("cannot reach %s (%s): %v", e.Origin, e.Doing, e.Err)
}

func (e *UnreachableError) Unwrap() error { return e.Err }
