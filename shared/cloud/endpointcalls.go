package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
)

// EndpointFields are what an endpoint is made of and what may change of it; nil
// leaves a field as it is. A new one needs Slug, Target and AuthMode, an existing
// one has no other Slug.
type EndpointFields struct {
	Slug             string          `json:"slug,omitempty"`
	Target           *EndpointTarget `json:"target,omitempty"`
	AuthMode         string          `json:"authMode,omitempty"`
	Enabled          *bool           `json:"enabled,omitempty"`
	RunRetentionMode string          `json:"runRetentionMode,omitempty"`
	RunRetentionDays int64           `json:"runRetentionDays,omitempty"` // of RetainDays only
}

func endpointPath(parts ...string) string {
	path := "/v1/endpoints"
	for _, part := range parts {
		path += "/" + url.PathEscape(part)
	}
	return path
}

// Endpoints returns all endpoints of a project. A backend without endpoints
// answers with a *StatusError that is NotOffered.
func (c *Client) Endpoints(ctx context.Context, scope Scope) ([]Endpoint, error) {
	var out struct{ Deployments []json.RawMessage }
	path := endpointPath()
	if err := c.call(ctx, http.MethodGet, path, scope.query(), nil, &out); err != nil {
		return nil, err
	}
	if out.Deployments == nil {
		return nil, &decodeError{"GET " + path, errors.New("deployments is not a list")}
	}
	all := make([]Endpoint, len(out.Deployments))
	for i, raw := range out.Deployments {
		var err error
		if all[i], err = readEndpoint(raw); err != nil {
			return nil, &decodeError{"GET " + path, err}
		}
	}
	return all, nil
}

// CreateEndpoint publishes something. A slug that is taken is a *StatusError of 409.
func (c *Client) CreateEndpoint(ctx context.Context, scope Scope, fields EndpointFields) (Endpoint, error) {
	return c.endpoint(ctx, http.MethodPost, endpointPath(), scope, fields)
}

// ChangeEndpoint changes what fields name. Keys outlive a change of AuthMode.
func (c *Client) ChangeEndpoint(ctx context.Context, scope Scope, id string, fields EndpointFields) (Endpoint, error) {
	return c.endpoint(ctx, http.MethodPatch, endpointPath(id), scope, fields)
}

// DeleteEndpoint removes an endpoint with its keys and its runs.
func (c *Client) DeleteEndpoint(ctx context.Context, scope Scope, id string) error {
	return c.call(ctx, http.MethodDelete, endpointPath(id), scope.query(), nil, nil)
}

func (c *Client) endpoint(ctx context.Context, method, path string, scope Scope, body any) (Endpoint, error) {
	var out struct{ Deployment json.RawMessage }
	if err := c.call(ctx, method, path, scope.query(), body, &out); err != nil {
		return Endpoint{}, err
	}
	e, err := readEndpoint(out.Deployment)
	if err != nil {
		return Endpoint{}, &decodeError{method + " " + path, err}
	}
	return e, nil
}

// EndpointKeys returns the keys of an endpoint, revoked ones included.
func (c *Client) EndpointKeys(ctx context.Context, scope Scope, id string) ([]EndpointKey, error) {
	var out struct{ Keys []json.RawMessage }
	path := endpointPath(id, "keys")
	if err := c.call(ctx, http.MethodGet, path, scope.query(), nil, &out); err != nil {
		return nil, err
	}
	if out.Keys == nil {
		return nil, &decodeError{"GET " + path, errors.New("keys is not a list")}
	}
	keys := make([]EndpointKey, len(out.Keys))
	for i, raw := range out.Keys {
		var err error
		if keys[i], err = readEndpointKey(raw); err != nil {
			return nil, &decodeError{"GET " + path, err}
		}
	}
	return keys, nil
}

// CreateEndpointKey makes a key. Its answer is the only place where the key's
// Plaintext ever is.
func (c *Client) CreateEndpointKey(ctx context.Context, scope Scope, id, label string) (NewEndpointKey, error) {
	var out struct{ Key NewEndpointKey }
	path := endpointPath(id, "keys")
	if err := c.call(ctx, http.MethodPost, path, scope.query(), map[string]string{"label": label}, &out); err != nil {
		return NewEndpointKey{}, err
	}
	k := out.Key
	err := required("key", field{"id", k.ID}, field{"label", k.Label}, field{"plaintext", k.Plaintext}, field{"prefix", k.Prefix}, field{"createdAt", k.CreatedAt})
	if err != nil {
		return NewEndpointKey{}, &decodeError{"POST " + path, err}
	}
	return k, nil
}

// RevokeEndpointKey makes a key void. It stays listed; to revoke it twice is no
// error.
func (c *Client) RevokeEndpointKey(ctx context.Context, scope Scope, id, keyID string) error {
	return c.call(ctx, http.MethodDelete, endpointPath(id, "keys", keyID), scope.query(), nil, nil)
}

// EndpointRun is a chat with an endpoint, without what was said.
type EndpointRun struct {
	ID        string `json:"id"`
	CreatedAt string `json:"createdAt"`
	Status    string `json:"status"` // "completed", "failed" or "cancelled"
}

// EndpointRuns returns the latest runs that were kept, newest first. A backend
// without the route answers with a *StatusError that is NotOffered.
func (c *Client) EndpointRuns(ctx context.Context, scope Scope, id string, limit int) ([]EndpointRun, error) {
	var out struct{ Runs []EndpointRun }
	query := scope.query()
	query.Set("limit", strconv.Itoa(limit))
	err := c.call(ctx, http.MethodGet, endpointPath(id, "runs"), query, nil, &out)
	return out.Runs, err
}
