// Package dataset brings the files that jobs train on into the blob store:
// uploads, and URLs that are fetched once.
package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/blob"
	"github.com/arkorlab/arkor-go/arkor-backend/outbound"
)

// Fetcher downloads blob URLs.
type Fetcher struct {
	Blobs    *blob.Store
	MaxBytes int64
	outbound.Rules
}

const (
	maxRedirects = 5
	stallTimeout = time.Minute // without a byte
)

// Fetch downloads a URL. The token, if any, goes to the host of the URL and to
// no other. It returns the file, which the caller keeps or discards, and a name
// for messages.
func (f *Fetcher) Fetch(ctx context.Context, text, token string) (*blob.Incoming, string, error) {
	u, err := f.CheckURL(text)
	if err != nil {
		return nil, "", fmt.Errorf("dataset URL %w", err)
	}
	in, err := f.fetch(ctx, u, token)
	if errors.Is(err, blob.ErrTooLarge) {
		err = fmt.Errorf("is longer than %d bytes, the limit of this backend", f.MaxBytes)
	}
	if err != nil {
		// Without the query, which may hold a signature that is as good as a token.
		return nil, "", fmt.Errorf("dataset %s://%s%s: %w", u.Scheme, u.Host, u.EscapedPath(), unwrapURL(err))
	}
	name := path.Base(u.Path)
	if name == "/" || name == "." {
		name = u.Hostname()
	}
	return in, name, nil
}

func (f *Fetcher) fetch(ctx context.Context, u *url.URL, token string) (*blob.Incoming, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := time.AfterFunc(stallTimeout, func() { cancel(fmt.Errorf("no data for %s", stallTimeout)) })
	defer stalled.Stop()

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	transport := f.Transport()
	transport.ResponseHeaderTimeout = stallTimeout
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: f.redirect}
	res, err := client.Do(req)
	if err != nil {
		return nil, causeOr(ctx, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answered %s", res.Status)
	}
	in, err := f.Blobs.Receive(&alive{res.Body, stalled}, f.MaxBytes)
	return in, causeOr(ctx, err)
}

func (f *Fetcher) redirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("redirected more than %d times", maxRedirects)
	}
	if _, err := f.CheckURL(req.URL.String()); err != nil {
		return fmt.Errorf("redirected to a URL that %w", err)
	}
	for _, earlier := range append(via, req) {
		if earlier.URL.Host != via[0].URL.Host || earlier.URL.Scheme != via[0].URL.Scheme {
			req.Header.Del("Authorization")
		}
	}
	return nil
}

// alive puts off the end of a transfer for as long as bytes come.
type alive struct {
	io.Reader
	stalled *time.Timer
}

func (a *alive) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	if n > 0 {
		a.stalled.Reset(stallTimeout)
	}
	return n, err
}

func causeOr(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

// unwrapURL drops the method and the address that net/http puts in front.
func unwrapURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
