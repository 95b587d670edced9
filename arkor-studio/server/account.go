package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-studio/upstream"
	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/project"
)

// credentials says who we are, without what proves it.
func (s *Server) credentials(c *call) error {
	as, err := s.upstream.Identity(c.Context())
	if err != nil {
		return err
	}
	answer := struct {
		Mode        string  `json:"mode"`
		BaseURL     string  `json:"baseUrl"`
		OrgSlug     *string `json:"orgSlug"`
		ProjectSlug *string `json:"projectSlug"`
		ScopeStale  bool    `json:"scopeStale"`
		Version     string  `json:"version"`
		Project     string  `json:"project"`
		Backend     string  `json:"backend"`

		Features offer           `json:"features"`
		Models   json.RawMessage `json:"models"`
	}{Mode: as.Mode, BaseURL: as.APIURL, Version: cli.Version(), Project: project.Name(s.env.Dir), Backend: backendName(as)}
	scope, err := s.upstream.Scope(as)
	switch {
	case err == nil:
		answer.OrgSlug, answer.ProjectSlug = &scope.OrgSlug, &scope.ProjectSlug
	case as.OrgSlug != "":
		answer.OrgSlug = &as.OrgSlug
	}
	s.askModels(as)
	answer.Features, answer.Models = s.offers.of(as.APIURL)
	answer.ScopeStale = errors.Is(err, upstream.ErrStale)
	return c.json(http.StatusOK, answer)
}

// backendName is "local", "cloud", or the host of another server.
func backendName(as upstream.Identity) string {
	address := strings.TrimRight(as.APIURL, "/")
	if as.Mode == upstream.Local {
		return "local"
	}
	if address == backend.ManagedCloud {
		return "cloud"
	}
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return address
}

func (s *Server) me(c *call) error     { return c.unscoped("/v1/me", nil) }
func (s *Server) models(c *call) error { return c.unscoped("/v1/models", nil) }

func (s *Server) projects(c *call) error {
	org := c.URL.Query().Get("orgSlug")
	if org == "" {
		return fail(http.StatusBadRequest, "invalid_request", "orgSlug is missing")
	}
	return c.unscoped("/v1/projects", url.Values{"orgSlug": {org}})
}

// unscoped passes on a GET that is about no project.
func (c *call) unscoped(path string, query url.Values) error {
	ctx, cancel := context.WithTimeout(c.Context(), requestTimeout)
	defer cancel()
	as, err := c.server.upstream.Identity(ctx)
	if err != nil {
		return err
	}
	return c.pass(ctx, as, upstream.Request{Method: http.MethodGet, Path: path, Query: query})
}

// chooseProject makes a project that exists the one of this folder. What the
// folder belongs to already is never replaced.
func (s *Server) chooseProject(c *call) error {
	var body struct{ OrgSlug, ProjectSlug string }
	if err := c.object(&body, false); err != nil {
		return err
	}
	if body.OrgSlug == "" || body.ProjectSlug == "" {
		return fail(http.StatusBadRequest, "invalid_request", "orgSlug and projectSlug are needed")
	}
	ctx, cancel := context.WithTimeout(c.Context(), requestTimeout)
	defer cancel()
	as, err := s.upstream.Identity(ctx)
	if err != nil {
		return err
	}
	if as.Mode == upstream.Local || as.Mode == upstream.Anonymous {
		return fail(http.StatusConflict, "scope_automatic", "the project of this folder is made by the first training; there is none to choose")
	}
	known, err := s.upstream.Client(as).Projects(ctx, body.OrgSlug)
	if err != nil {
		return err
	}
	for _, p := range known {
		if p.Slug != body.ProjectSlug {
			continue
		}
		scope := project.Scope{OrgSlug: body.OrgSlug, ProjectSlug: p.Slug, ProjectID: p.ID}
		if err := project.Bind(ctx, s.env.Dir, scope); err != nil {
			return fail(http.StatusConflict, "scope_exists", "%s", err)
		}
		return c.json(http.StatusOK, map[string]any{"project": scope})
	}
	return fail(http.StatusNotFound, "project_not_found", "there is no project %q in %q", body.ProjectSlug, body.OrgSlug)
}
