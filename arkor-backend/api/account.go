package api

import (
	"errors"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/arkorlab/arkor-go/arkor-backend/identity"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// authConfig says how people sign in here.
func (s *server) authConfig(c *call) error { return c.json(http.StatusOK, s.Identity.Config()) }

// anonymous gives out an identity to whoever asks, where the operator wants it.
func (s *server) anonymous(c *call) error {
	if !s.Identity.OffersAnonymous() {
		return fail(http.StatusForbidden, "anonymous_not_offered",
			"this backend has no anonymous accounts: it wants the token of somebody who may use it")
	}
	var body struct {
		Kind string `json:"kind"`
	}
	if err := c.decode(maxJSON, &body); err != nil {
		return err
	}
	if body.Kind != "cli" && body.Kind != "web" {
		return fail(http.StatusBadRequest, "invalid_request", `kind must be "cli" or "web"`)
	}
	made, err := s.Identity.Mint(c.Context(), body.Kind)
	var limit *identity.LimitError
	switch {
	case errors.As(err, &limit):
		c.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(limit.Wait.Seconds()))))
		return fail(http.StatusTooManyRequests, "too_many_identities", "%v", err)
	case err != nil:
		return err
	}
	return c.json(http.StatusCreated, made)
}

func (s *server) me(c *call) error {
	org, err := s.Store.OrgByID(c.Context(), c.caller.OrgID)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, cloud.Me{User: cloud.User{ID: c.caller.ID, Email: c.caller.Email}, Orgs: []cloud.Org{org}})
}

func (s *server) models(c *call) error {
	offered, err := s.capabilities(c)
	if err != nil {
		return err
	}
	jobs := int64(s.Queue.Running)
	return c.json(http.StatusOK, cloud.Models{
		Models: offered.Models, DatasetTypes: []string{"huggingface", "blob", "file"},
		Limits: cloud.BackendLimits{MaxDatasetBytes: &s.Uploads.MaxBytes, MaxConcurrentJobs: &jobs},
	})
}

func (s *server) listProjects(c *call) error {
	projects, err := s.Store.Projects(c.Context(), c.org.ID)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"org": c.org, "projects": projects})
}

const (
	maxProjectSlug = 64
	maxName        = 256
)

var projectSlug = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

func (s *server) createProject(c *call) error {
	var body struct {
		Name string `json:"name"`
		Slug string `json:"slug"`
	}
	if err := c.decode(maxJSON, &body); err != nil {
		return err
	}
	if err := checkName(body.Name); err != nil {
		return err
	}
	if len(body.Slug) > maxProjectSlug || !projectSlug.MatchString(body.Slug) {
		return fail(http.StatusBadRequest, "invalid_slug",
			"slug must be 1 to %d characters, a-z, 0-9 and -, and not begin with -", maxProjectSlug)
	}
	project := cloud.Project{ID: uuid.NewString(), Slug: body.Slug, Name: body.Name, OrgID: c.org.ID}
	err := s.Store.CreateProject(c.Context(), project, time.Now())
	if errors.Is(err, store.ErrExists) {
		return fail(http.StatusConflict, "slug_taken", "Slug already taken")
	}
	if err != nil {
		return err
	}
	return c.json(http.StatusCreated, map[string]any{"project": project})
}

func checkName(name string) error {
	if strings.TrimSpace(name) == "" || len(name) > maxName {
		return fail(http.StatusBadRequest, "invalid_request", "name must be a string of 1 to %d characters", maxName)
	}
	return nil
}
