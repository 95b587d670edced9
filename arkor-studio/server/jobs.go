package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/arkorlab/arkor-go/arkor-studio/upstream"
)

// errNoJobs is what routes of single jobs answer without a project.
var errNoJobs = fail(http.StatusBadRequest, "no_scope", "No project state")

// listJobs answers with no jobs where there is no project to ask about.
func (s *Server) listJobs(c *call) error {
	ctx, cancel := context.WithTimeout(c.Context(), requestTimeout)
	defer cancel()
	as, query, err := c.server.scope(ctx)
	switch {
	case errors.Is(err, upstream.ErrNoScope), errors.Is(err, upstream.ErrStale):
		return c.json(http.StatusOK, map[string]any{"jobs": []struct{}{}})
	case err != nil:
		return err
	}
	c.keep(query, "status", "limit", "cursor")
	return c.pass(ctx, as, upstream.Request{Method: http.MethodGet, Path: "/v1/jobs", Query: query})
}

// createJob passes on a job that is described whole, as one that was there
// before is: it needs nothing of the project's sources.
func (s *Server) createJob(c *call) error { return c.forward("/v1/jobs") }

// dataset passes on what a data set is called.
func (s *Server) dataset(c *call) error {
	id, err := c.id("id")
	if err != nil {
		return err
	}
	return c.forward("/v1/datasets/" + url.PathEscape(id))
}

// keep adds what the page asks for to a query: the parameters that are named,
// and nothing else.
func (c *call) keep(query url.Values, names ...string) {
	asked := c.URL.Query()
	for _, name := range names {
		if values := asked[name]; len(values) > 0 {
			query[name] = values
		}
	}
}

// ofJob is the path of the job that a request is about.
func (c *call) ofJob(rest string) (string, error) {
	id, err := c.id("id")
	return "/v1/jobs/" + url.PathEscape(id) + rest, err
}

// job passes on a request about one job, with the query parameters that are
// named.
func (s *Server) job(rest string, parameters ...string) handler {
	return func(c *call) error {
		path, err := c.ofJob(rest)
		if err != nil {
			return err
		}
		return c.forward(path, parameters...)
	}
}

// forward passes on a request about the project that changes no scope.
func (c *call) forward(path string, parameters ...string) error {
	body, err := c.jsonBody()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Context(), requestTimeout)
	defer cancel()
	as, query, err := c.server.scope(ctx)
	if errors.Is(err, upstream.ErrNoScope) || c.reads() && errors.Is(err, upstream.ErrStale) {
		return errNoJobs
	}
	if err != nil {
		return err
	}
	c.keep(query, parameters...)
	r := jsonRequest(c.Method, path, query, body)
	if key := c.Header.Get("Idempotency-Key"); key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	return c.pass(ctx, as, r)
}

func (c *call) reads() bool { return c.Method == http.MethodGet || c.Method == http.MethodHead }

// jsonBody returns the body of a POST, nil when it is empty.
func (c *call) jsonBody() ([]byte, error) {
	if c.Method != http.MethodPost {
		return nil, nil
	}
	data, err := c.body(maxBody)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, nil
	}
	if !json.Valid(data) {
		return nil, errNotJSON
	}
	return data, nil
}

// events passes on a job's event stream.
func (s *Server) events(c *call) error {
	path, err := c.ofJob("/events/stream")
	if err != nil {
		return err
	}
	as, query, err := c.server.scope(c.Context())
	if errors.Is(err, upstream.ErrNoScope) || errors.Is(err, upstream.ErrStale) {
		return errNoJobs
	}
	if err != nil {
		return err
	}
	header := http.Header{"Accept": {"text/event-stream"}}
	if last := c.Header.Get("Last-Event-Id"); last != "" {
		header.Set("Last-Event-Id", last)
	}
	return c.flow(as, upstream.Request{Method: http.MethodGet, Path: path, Query: query, Header: header}, "text/event-stream")
}

// download passes on a file that a job produced.
func (s *Server) download(c *call) error {
	path, err := c.ofJob("/artifacts/")
	if err != nil {
		return err
	}
	artifact, err := c.id("artifact")
	if err != nil {
		return err
	}
	as, query, err := c.server.scope(c.Context())
	if errors.Is(err, upstream.ErrNoScope) || errors.Is(err, upstream.ErrStale) {
		return errNoJobs
	}
	if err != nil {
		return err
	}
	header := http.Header{}
	for _, name := range [...]string{"Range", "If-None-Match", "If-Range"} {
		if value := c.Header.Get(name); value != "" {
			header.Set(name, value)
		}
	}
	r := upstream.Request{Method: http.MethodGet, Path: path + url.PathEscape(artifact), Query: query, Header: header}
	return c.flow(as, r, "application/octet-stream")
}
