package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

func (s *server) listEndpoints(c *call) error {
	endpoints, err := s.Store.Endpoints(c.Context(), c.project.ID)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"deployments": s.shownEndpoints(c, endpoints...)})
}

func (s *server) createEndpoint(c *call) error {
	fields, err := c.endpointFields()
	if err != nil {
		return err
	}
	slug, err := fields.slug()
	if err != nil {
		return err
	}
	now := cloud.Timestamp(time.Now())
	e := cloud.Endpoint{
		ID: uuid.NewString(), ProjectID: c.project.ID, Slug: slug, Enabled: true, CreatedAt: now, UpdatedAt: now,
		RunRetentionMode: cloud.RetainDays, RunRetentionDays: defaultRetention,
	}
	delete(fields, "enabled") // an endpoint begins enabled
	for _, required := range []string{"target", "authMode"} {
		if _, ok := fields[required]; !ok {
			return fail(http.StatusBadRequest, "invalid_request", "%s is missing", required)
		}
	}
	change, err := s.endpointChange(c, fields)
	if err != nil {
		return err
	}
	change(&e)
	made, err := s.Store.CreateEndpoint(c.Context(), e)
	if err != nil {
		return endpointFailure(err)
	}
	return c.json(http.StatusCreated, map[string]any{"deployment": s.shownEndpoints(c, made)[0]})
}

func (s *server) getEndpoint(c *call) error {
	e, err := s.findEndpoint(c)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"deployment": s.shownEndpoints(c, e)[0]})
}

func (s *server) changeEndpoint(c *call) error {
	e, err := s.findEndpoint(c)
	if err != nil {
		return err
	}
	fields, err := c.endpointFields()
	if err != nil {
		return err
	}
	if _, ok := fields["slug"]; ok {
		return fail(http.StatusBadRequest, "invalid_request", "the slug of an endpoint cannot change; create another endpoint")
	}
	change, err := s.endpointChange(c, fields)
	if err != nil {
		return err
	}
	before := e
	if change != nil {
		e, err = s.Store.ChangeEndpoint(c.Context(), c.project.ID, e.ID, time.Now(), change)
	}
	if err != nil {
		return endpointFailure(err)
	}
	if e.RunRetentionMode != before.RunRetentionMode || e.RunRetentionDays < before.RunRetentionDays {
		s.Usage.Sweep(c.Context())
	}
	return c.json(http.StatusOK, map[string]any{"deployment": s.shownEndpoints(c, e)[0]})
}

func (s *server) deleteEndpoint(c *call) error {
	if err := s.Store.DeleteEndpoint(c.Context(), c.project.ID, c.PathValue("id")); err != nil {
		return endpointFailure(err)
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// shownEndpoints returns endpoints as clients see them: with their address.
func (s *server) shownEndpoints(c *call, endpoints ...cloud.Endpoint) []cloud.Endpoint {
	for i := range endpoints {
		endpoints[i].URL = s.Address.of(endpoints[i].Slug, c.Request)
	}
	return endpoints
}

// findEndpoint returns the endpoint of the path, in this project.
func (s *server) findEndpoint(c *call) (cloud.Endpoint, error) {
	e, err := s.Store.Endpoint(c.Context(), c.project.ID, c.PathValue("id"))
	return e, endpointFailure(err)
}

// endpointFailure gives an error of the store its answer.
func endpointFailure(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fail(http.StatusNotFound, "endpoint_not_found", "there is no such endpoint in this project")
	case errors.Is(err, store.ErrExists):
		return fail(http.StatusConflict, "slug_taken", "Slug already taken")
	case errors.Is(err, store.ErrTargetGone):
		return fail(http.StatusBadRequest, "invalid_target", "target.adapter cannot answer: %v", err)
	}
	return err
}
