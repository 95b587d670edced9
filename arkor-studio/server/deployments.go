package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-studio/upstream"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/project"
)

// errNoDeployments is what routes of single deployments answer without a project.
var errNoDeployments = fail(http.StatusNotFound, "no_scope", "No usable .arkor/state.json for this workspace (missing or invalid). Create your first deployment to bootstrap one (anonymous), restore the file by hand (OAuth), or regenerate it with the correct { orgSlug, projectSlug, projectId } if it's currently corrupt.")

// The envelopes of the answers, and what the page cannot do without in them.
var (
	deploymentFields = []string{"id", "slug", "orgId", "projectId", "target", "authMode", "urlFormat", "enabled", "createdAt", "updatedAt"}
	keyFields        = []string{"id", "label", "prefix", "createdAt"}
)

func (s *Server) listDeployments(c *call) error {
	as, query, err := c.server.scope(c.Context())
	switch {
	case errors.Is(err, upstream.ErrNoScope), errors.Is(err, upstream.ErrStale):
		return c.json(http.StatusOK, map[string]any{"deployments": []struct{}{}, "scopeMissing": true})
	case err != nil:
		return err
	}
	return c.managed(as, upstream.Request{Method: http.MethodGet, Path: "/v1/endpoints", Query: query}, "deployments", deploymentFields)
}

// createDeployment may make the project, so its body is checked before.
func (s *Server) createDeployment(c *call) error {
	body, err := c.body(maxBody)
	if err != nil {
		return err
	}
	if !json.Valid(body) {
		return errNotJSON
	}
	if reasons := checkDeployment(body); len(reasons) > 0 {
		return fail(http.StatusBadRequest, "invalid_request", "Invalid deployment create body: %s", strings.Join(reasons, "; "))
	}
	as, err := s.upstream.Identity(c.Context())
	if err != nil {
		return err
	}
	scope, err := s.upstream.Scope(as)
	if errors.Is(err, upstream.ErrNoScope) {
		scope, err = c.makeScope(as)
	}
	if errors.Is(err, project.ErrNoState) {
		return fail(http.StatusBadRequest, "no_scope", "%s", project.ErrNoState)
	}
	if err != nil {
		return err
	}
	return c.managed(as, jsonRequest(http.MethodPost, "/v1/endpoints", queryOf(scope), body), "deployment", deploymentFields)
}

// makeScope makes a project for this folder. What keeps it from that, and is no
// answer of the backend, is the folder's.
func (c *call) makeScope(as upstream.Identity) (project.Scope, error) {
	scope, err := c.server.upstream.EnsureScope(c.Context(), as, func(d cloud.Deprecation) { setNotice(c.w.Header(), d) })
	var refused *cloud.StatusError
	var unreachable *cloud.UnreachableError
	if err == nil || errors.As(err, &refused) || errors.As(err, &unreachable) ||
		errors.Is(err, project.ErrNoState) || errors.Is(err, upstream.ErrStale) {
		return scope, err
	}
	return scope, fail(http.StatusConflict, "scope_unusable", "%s", err)
}

func (s *Server) getDeployment(c *call) error {
	return c.onDeployment(http.MethodGet, "", nil, "deployment", deploymentFields)
}

func (s *Server) updateDeployment(c *call) error {
	body, err := c.body(maxBody)
	if err != nil {
		return err
	}
	if !json.Valid(body) {
		return errNotJSON
	}
	if bytes.TrimSpace(body)[0] != '{' {
		return fail(http.StatusBadRequest, "invalid_request", "Deployment update body must be a JSON object.")
	}
	return c.onDeployment(http.MethodPatch, "", body, "deployment", deploymentFields)
}

func (s *Server) deleteDeployment(c *call) error {
	return c.onDeployment(http.MethodDelete, "", nil, "", nil)
}

func (s *Server) listKeys(c *call) error {
	return c.onDeployment(http.MethodGet, "/keys", nil, "keys", keyFields)
}

func (s *Server) createKey(c *call) error {
	raw, err := c.body(maxBody)
	if err != nil {
		return err
	}
	if !json.Valid(raw) {
		return errNotJSON
	}
	var body struct{ Label any }
	_ = json.Unmarshal(raw, &body) // anything but an object has no label
	label, _ := body.Label.(string)
	label = strings.TrimSpace(label)
	reason := ""
	switch n := len([]rune(label)); {
	case body.Label == nil:
		reason = "label: Required"
	case n == 0:
		reason = "label: must be a string that is not blank"
	case n > 80:
		reason = "label: must contain at most 80 characters"
	}
	if reason != "" {
		return fail(http.StatusBadRequest, "invalid_request", "Key create body must include a non-empty `label` string (1-80 chars): %s", reason)
	}
	sent, err := json.Marshal(map[string]string{"label": label})
	if err != nil {
		return err
	}
	return c.onDeployment(http.MethodPost, "/keys", sent, "key", append([]string{"plaintext"}, keyFields...))
}

func (s *Server) deleteKey(c *call) error {
	id, err := c.id("keyId")
	if err != nil {
		return err
	}
	return c.onDeployment(http.MethodDelete, "/keys/"+url.PathEscape(id), nil, "", nil)
}

// onDeployment asks about the deployment in the path, in the project there is.
func (c *call) onDeployment(method, rest string, body []byte, envelope string, fields []string) error {
	id, err := c.id("id")
	if err != nil {
		return err
	}
	as, query, err := c.server.scope(c.Context())
	if errors.Is(err, upstream.ErrNoScope) {
		return errNoDeployments
	}
	if err != nil {
		return err
	}
	return c.managed(as, jsonRequest(method, "/v1/endpoints/"+url.PathEscape(id)+rest, query, body), envelope, fields)
}

func jsonRequest(method, path string, query url.Values, body []byte) upstream.Request {
	r := upstream.Request{Method: method, Path: path, Query: query, Body: body, Header: http.Header{}}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// managed sends a request and answers with the one envelope of its answer, once
// what is in it has the fields that it must have. Without an envelope there is
// nothing to say but that it is done.
func (c *call) managed(as upstream.Identity, r upstream.Request, envelope string, fields []string) error {
	ctx, cancel := context.WithTimeout(c.Context(), requestTimeout)
	defer cancel()
	res, err := c.server.upstream.Send(ctx, as, r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	rebuildNotice(c.w.Header(), res.Header)
	if res.StatusCode/100 != 2 {
		return cloud.ReadError(res, cli.UpgradeCommand(c.server.env))
	}
	if envelope == "" {
		return c.json(http.StatusOK, struct{}{})
	}
	var answer map[string]json.RawMessage
	data, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err == nil {
		err = json.Unmarshal(data, &answer)
	}
	var inside json.RawMessage
	if err == nil {
		inside, err = checked(answer[envelope], fields, strings.HasSuffix(envelope, "s"))
	}
	if err != nil {
		return err // logged, and a fixed text for the page
	}
	return c.json(http.StatusOK, map[string]json.RawMessage{envelope: inside})
}

// maxAnswer bounds what is read of a list.
const maxAnswer = 16 << 20

// checked returns an object, or a list of them, whose fields are all there. A
// list shows no key's secret, whatever the backend sent.
func checked(raw json.RawMessage, fields []string, list bool) (json.RawMessage, error) {
	var objects []map[string]json.RawMessage
	if list {
		if err := json.Unmarshal(raw, &objects); err != nil || objects == nil {
			return nil, errors.New("the backend's answer holds no list")
		}
	} else {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(raw, &object); err != nil {
			return nil, errors.New("the backend's answer holds no object")
		}
		objects = append(objects, object)
	}
	for _, object := range objects {
		for _, field := range fields {
			if value, ok := object[field]; !ok || string(value) == "null" {
				return nil, errors.New("the backend's answer lacks " + field)
			}
		}
		if list {
			delete(object, "plaintext")
		}
	}
	if list {
		return json.Marshal(objects)
	}
	return raw, nil
}

// rebuildNotice is copyNotice with the text made safe for a header again.
func rebuildNotice(to, from http.Header) {
	if d, ok := cloud.ParseDeprecation(from, cli.Version()); ok {
		setNotice(to, d)
	}
}

func setNotice(to http.Header, d cloud.Deprecation) {
	to.Set("Deprecation", "true")
	to.Set("Warning", `299 - "`+quoted(d.Message)+`"`)
	if d.Sunset != "" {
		to.Set("Sunset", d.Sunset)
	}
}
