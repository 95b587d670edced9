package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/arkorlab/arkor-go/arkor-studio/upstream"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// maxEvals bounds the results of a job's evals, of which a backend keeps a
// limited number.
const maxEvals = 32 << 20

// evals passes on what evals found of a job. A backend that has no such route
// has none of any job: that is no error for a page to look at.
func (s *Server) evals(c *call) error {
	path, err := c.ofJob("/evals")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Context(), requestTimeout)
	defer cancel()
	as, query, err := c.server.scope(ctx)
	if errors.Is(err, upstream.ErrNoScope) || errors.Is(err, upstream.ErrStale) {
		return errNoJobs
	}
	if err != nil {
		return err
	}
	res, err := s.upstream.Send(ctx, as, upstream.Request{Method: http.MethodGet, Path: path, Query: query})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	copyNotice(c.w.Header(), res.Header)
	if res.StatusCode != http.StatusOK {
		refused := cloud.ReadError(res, cli.UpgradeCommand(s.env))
		if refused.NotOffered() {
			return c.json(http.StatusOK, map[string]any{"evals": []struct{}{}})
		}
		return refused
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxEvals))
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, json.RawMessage(data))
}
