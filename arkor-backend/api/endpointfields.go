package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

const (
	minEndpointSlug  = 2
	maxEndpointSlug  = 50
	defaultRetention = 7 // days
)

var endpointSlug = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*[a-z0-9]$`)

// reservedSlug reports whether a host with this name would be taken for one of
// the service itself.
func reservedSlug(slug string) bool {
	return slices.Contains([]string{
		"admin", "api", "app", "auth", "cdn", "docs", "mail", "static", "status", "studio", "www",
	}, slug)
}

// endpointFields is the body of a request on endpoints. Keys that it does not
// know are passed over.
type endpointFields map[string]json.RawMessage

func (c *call) endpointFields() (endpointFields, error) {
	raw, err := c.body(maxJSON)
	if err != nil {
		return nil, err
	}
	var fields endpointFields
	return fields, json.Unmarshal(raw, &fields)
}

func (f endpointFields) slug() (string, error) {
	var slug string
	if json.Unmarshal(f["slug"], &slug) != nil || len(slug) < minEndpointSlug || len(slug) > maxEndpointSlug || !endpointSlug.MatchString(slug) {
		return "", fail(http.StatusBadRequest, "invalid_slug",
			"slug must be %d to %d characters, a-z, 0-9 and -, and neither begin nor end with -", minEndpointSlug, maxEndpointSlug)
	}
	if reservedSlug(slug) {
		return "", fail(http.StatusBadRequest, "invalid_slug", "the slug %q is reserved", slug)
	}
	return slug, nil
}

// endpointChange checks everything but the slug and returns what it does to an
// endpoint, nil for nothing.
func (s *server) endpointChange(c *call, f endpointFields) (func(*cloud.Endpoint), error) {
	var changes []func(*cloud.Endpoint)
	if raw, ok := f["authMode"]; ok {
		var mode string
		if json.Unmarshal(raw, &mode) != nil || mode != cloud.AuthNone && mode != cloud.AuthAPIKey {
			return nil, fail(http.StatusBadRequest, "invalid_request", "authMode must be %q or %q", cloud.AuthNone, cloud.AuthAPIKey)
		}
		changes = append(changes, func(e *cloud.Endpoint) { e.AuthMode = mode })
	}
	if raw, ok := f["enabled"]; ok {
		if problem := boolean(raw); problem != "" {
			return nil, fail(http.StatusBadRequest, "invalid_request", "enabled %s", problem)
		}
		changes = append(changes, func(e *cloud.Endpoint) { e.Enabled = string(raw) == "true" })
	}
	mode, days, err := f.retention()
	if err != nil {
		return nil, err
	}
	if mode != "" {
		changes = append(changes, func(e *cloud.Endpoint) { e.RunRetentionMode, e.RunRetentionDays = mode, days })
	}
	if raw, ok := f["target"]; ok {
		target, err := s.endpointTarget(c, raw)
		if err != nil {
			return nil, err
		}
		changes = append(changes, func(e *cloud.Endpoint) { e.Target = target })
	}
	if changes == nil {
		return nil, nil
	}
	return func(e *cloud.Endpoint) {
		for _, change := range changes {
			change(e)
		}
	}, nil
}

// retention returns how long the chats of an endpoint are kept, "" when the
// body says nothing about it.
func (f endpointFields) retention() (mode string, days int64, err error) {
	rawMode, modeGiven := f["runRetentionMode"]
	rawDays, daysGiven := f["runRetentionDays"]
	refuse := func(message string) (string, int64, error) {
		return "", 0, fail(http.StatusBadRequest, "invalid_request", "%s", message)
	}
	known := []string{cloud.RetainUnlimited, cloud.RetainDisabled, cloud.RetainDays}
	if modeGiven && (json.Unmarshal(rawMode, &mode) != nil || !slices.Contains(known, mode)) {
		return refuse(`runRetentionMode must be "unlimited", "disabled" or "days"`)
	}
	switch {
	case daysGiven && mode != cloud.RetainDays:
		return refuse(`runRetentionDays needs "runRetentionMode":"days"`)
	case mode != cloud.RetainDays:
		return mode, 0, nil
	case !daysGiven:
		return refuse(`"runRetentionMode":"days" needs runRetentionDays`)
	}
	if problem := whole(1, maxSteps)(rawDays); problem != "" {
		return refuse("runRetentionDays " + problem)
	}
	return mode, days, json.Unmarshal(rawDays, &days)
}

// endpointTarget refuses a target that could not answer: it has to be there
// when an endpoint is pointed at it.
func (s *server) endpointTarget(c *call, raw json.RawMessage) (cloud.EndpointTarget, error) {
	var t struct {
		Kind      string       `json:"kind"`
		Adapter   *chatAdapter `json:"adapter"`
		BaseModel *string      `json:"baseModel"`
	}
	wellFormed := json.Unmarshal(raw, &t) == nil
	switch {
	case wellFormed && t.Kind == cloud.TargetAdapter && t.Adapter != nil && t.BaseModel == nil:
		adapter, err := s.targetAdapter(c, *t.Adapter)
		return cloud.EndpointTarget{Kind: t.Kind, Adapter: &adapter}, err
	case wellFormed && t.Kind == cloud.TargetBaseModel && t.Adapter == nil && t.BaseModel != nil:
		_, err := s.findModel(c, "target.baseModel", *t.BaseModel)
		return cloud.EndpointTarget{Kind: t.Kind, BaseModel: *t.BaseModel}, err
	}
	return cloud.EndpointTarget{}, fail(http.StatusBadRequest, "invalid_target",
		`target must be {"kind":"adapter","adapter":{...}} or {"kind":"base_model","baseModel"}`)
}

func (s *server) targetAdapter(c *call, a chatAdapter) (cloud.Adapter, error) {
	step, ok := a.step()
	if !ok {
		return cloud.Adapter{}, fail(http.StatusBadRequest, "invalid_target", "target.adapter must be %s", adapterShapes)
	}
	_, _, err := s.trained(c, a.JobID, step)
	var f *failure
	if errors.As(err, &f) && f.status == http.StatusNotFound { // which would say that the endpoint is missing
		err = fail(http.StatusBadRequest, "invalid_target", "target.adapter cannot answer: %s", f.message)
	}
	return cloud.Adapter{Kind: a.Kind, JobID: a.JobID, Step: step}, err
}
