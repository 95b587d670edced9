package upstream

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/session"
)

const connectTimeout = 10 * time.Second

// transport keeps connections for as many requests at once as a page with many
// tabs makes. It leaves bodies as they come.
func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: connectTimeout}).DialContext
	t.TLSHandshakeTimeout = connectTimeout
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 128, 128
	t.DisableCompression = true
	return t
}

// Request is a request to the backend, which may have to be sent twice.
type Request struct {
	Method string
	Path   string // escaped
	Query  url.Values
	Body   []byte      // nil sends none
	Header http.Header // beside those of every request
}

// Send sends a request and returns the answer, whatever its status. A token
// that is refused is renewed once, and a local backend that is gone is started
// again once; neither refusal did anything, so any method may be repeated.
func (u *Upstream) Send(ctx context.Context, as Identity, r Request) (*http.Response, error) {
	res, err := u.once(ctx, as, r)
	switch {
	case err != nil && as.Mode == Local && session.NobodyListens(err):
		u.forget(as)
	case err == nil && res.StatusCode == http.StatusUnauthorized:
		// The refused answer is given when there is no other token.
	default:
		return res, err
	}
	rejected := ""
	if err == nil {
		rejected = as.Token
	}
	again, askErr := u.identity(ctx, rejected)
	switch {
	case err != nil && askErr != nil:
		return nil, askErr
	case err == nil && (askErr != nil || again.Token == as.Token):
		return res, nil
	case err == nil:
		_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
		res.Body.Close()
	}
	return u.once(ctx, again, r)
}

func (u *Upstream) once(ctx context.Context, as Identity, r Request) (*http.Response, error) {
	address := strings.TrimRight(as.APIURL, "/") + r.Path
	if len(r.Query) > 0 {
		address += "?" + r.Query.Encode()
	}
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, address, body)
	if err != nil {
		return nil, err
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	req.Header.Set("X-Arkor-Client", "arkor/"+cli.Version())
	req.Header.Set("Authorization", "Bearer "+as.Token)
	res, err := u.client.Do(req)
	if err != nil {
		return nil, cloud.Unreachable(req, err)
	}
	if u.OnAnswer != nil {
		u.OnAnswer(as.APIURL, r.Method, r.Path, res.StatusCode)
	}
	if d, ok := cloud.ParseDeprecation(res.Header, cli.Version()); ok {
		u.onDeprecated(d)
	}
	return res, nil
}

// Client returns a client of the API for what is more than passing on.
func (u *Upstream) Client(as Identity) *cloud.Client {
	client := cloud.For(u.env, as.APIURL, as.Token)
	client.HTTP = &http.Client{Transport: u.client.Transport, Timeout: 30 * time.Second}
	return client
}
