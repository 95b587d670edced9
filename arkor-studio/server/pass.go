package server

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/arkorlab/arkor-go/arkor-studio/upstream"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/project"
)

// scope returns who we are and the project that this is about, for what changes
// neither. Without a project nobody is asked who we are.
func (s *Server) scope(ctx context.Context) (upstream.Identity, url.Values, error) {
	if !s.upstream.Bound() {
		return upstream.Identity{}, nil, upstream.ErrNoScope
	}
	as, err := s.upstream.Identity(ctx)
	if err != nil {
		return upstream.Identity{}, nil, err
	}
	scope, err := s.upstream.Scope(as)
	return as, queryOf(scope), err
}

func queryOf(scope project.Scope) url.Values {
	return url.Values{"orgSlug": {scope.OrgSlug}, "projectSlug": {scope.ProjectSlug}}
}

// pass sends a request to the backend and hands on its answer: status, type and
// bytes as they come.
func (c *call) pass(ctx context.Context, as upstream.Identity, r upstream.Request) error {
	res, err := c.server.upstream.Send(ctx, as, r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	copyNotice(c.w.Header(), res.Header)
	if res.StatusCode == http.StatusUpgradeRequired {
		return cloud.ReadError(res, cli.UpgradeCommand(c.server.env))
	}
	h := c.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	if length := res.Header.Get("Content-Length"); length != "" {
		h.Set("Content-Length", length)
	}
	c.status(res.StatusCode)
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	if _, err := io.CopyBuffer(onlyWriter{c.w}, onlyReader{res.Body}, *buffer); err != nil {
		panic(http.ErrAbortHandler) // half an answer must not look like a whole one
	}
	return nil
}

// buffers are for copying; onlyWriter and onlyReader keep io.CopyBuffer from
// doing without.
var buffers = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

type onlyWriter struct{ io.Writer }
type onlyReader struct{ io.Reader }

// copyNotice hands on what the backend says of this release.
func copyNotice(to, from http.Header) {
	for _, name := range [...]string{"Deprecation", "Warning", "Sunset"} {
		if value := from.Get(name); value != "" {
			to.Set(name, value)
		}
	}
}

// flow is pass for streams: each piece is on its way before the next is read,
// for as long as both sides stay.
func (c *call) flow(as upstream.Identity, r upstream.Request, contentType string) error {
	ctx, stop := c.until()
	defer stop()
	res, err := c.server.upstream.Send(ctx, as, r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	copyNotice(c.w.Header(), res.Header)
	if res.StatusCode == http.StatusUpgradeRequired {
		return cloud.ReadError(res, cli.UpgradeCommand(c.server.env))
	}
	h := c.w.Header()
	h.Set("Cache-Control", "no-cache, no-transform")
	h.Set("X-Accel-Buffering", "no")
	h.Set("Content-Type", contentType)
	for _, name := range [...]string{"Content-Type", "Content-Disposition", "Content-Length", "Content-Range", "Accept-Ranges", "Etag", "Retry-After"} {
		if value := res.Header.Get(name); value != "" {
			h.Set(name, value)
		}
	}
	c.status(res.StatusCode)
	control := http.NewResponseController(c.w)
	if err := control.Flush(); err != nil || c.Method == http.MethodHead {
		return nil
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	for {
		n, err := res.Body.Read(*buffer)
		if n > 0 {
			if _, err := c.w.Write((*buffer)[:n]); err != nil {
				return nil
			}
			if err := control.Flush(); err != nil {
				return nil
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			panic(http.ErrAbortHandler)
		}
	}
}
