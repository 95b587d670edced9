package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/upstream"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/project"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// Limits of request bodies.
const (
	maxBody = 1 << 20
	maxChat = 16 << 20
)

// call is one request.
type call struct {
	*http.Request
	w      http.ResponseWriter
	server *Server
	sent   int // the status, 0 before
}

// failure is an error with an answer.
type failure struct {
	status  int
	Message string `json:"error"`
	Code    string `json:"code,omitempty"`
	Hint    string `json:"hint,omitempty"`

	Diagnostics json.RawMessage `json:"diagnostics,omitempty"` // where a project's mistakes are
}

func (f *failure) Error() string { return f.Message }

func fail(status int, code, format string, args ...any) *failure {
	return &failure{status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// errInternal is all that a page learns of a mistake of ours.
var errInternal = fail(http.StatusInternalServerError, "internal", "Studio backend error")

func (c *call) json(status int, body any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	c.status(status)
	_, _ = c.w.Write(data) // the client is gone
	return nil
}

func (c *call) status(status int) {
	c.sent = status
	c.w.WriteHeader(status)
}

// fail answers with an error, unless an answer was begun.
func (c *call) fail(err error) {
	if c.sent != 0 {
		return
	}
	f := c.server.failure(c.Context(), c.URL.Path, err)
	_ = c.json(f.status, f)
}

// failure says what a page learns of an error that a request for path met.
func (s *Server) failure(ctx context.Context, path string, err error) *failure {
	var (
		known       *failure
		identity    *upstream.IdentityError
		missing     *sibling.NotFoundError
		unreachable *cloud.UnreachableError
		refused     *cloud.StatusError
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &missing):
		return &failure{status: http.StatusServiceUnavailable, Message: missing.Error(), Code: "missing_component", Hint: cli.HintOf(err)}
	case errors.As(err, &identity):
		return ofIdentity(identity)
	case errors.As(err, &unreachable):
		return ofUnreachable(unreachable)
	case errors.As(err, &refused):
		return &failure{status: refused.Status, Message: refused.Error(), Code: refused.Code}
	case errors.Is(err, upstream.ErrStale):
		return fail(http.StatusConflict, "stale_scope", "%s", upstream.ErrStale)
	case errors.Is(err, project.ErrNoState):
		return fail(http.StatusInternalServerError, "no_scope", "%s", project.ErrNoState)
	case s.leaving.Err() != nil && errors.Is(err, context.Canceled):
		return fail(http.StatusServiceUnavailable, "stopping", "Studio is being stopped")
	case errors.Is(err, context.DeadlineExceeded):
		return fail(http.StatusBadGateway, "upstream_unreachable", "The backend took longer than %v", requestTimeout)
	case ctx.Err() != nil:
		return errInternal // nobody reads it
	}
	s.log.Error("request", "path", path, "error", err)
	return errInternal
}

func ofIdentity(e *upstream.IdentityError) *failure {
	status := http.StatusUnauthorized
	switch e.Code {
	case "missing_component", "backend_unavailable", "no_runtime":
		status = http.StatusServiceUnavailable
	case "upstream_unreachable":
		status = http.StatusBadGateway
	}
	return &failure{status: status, Message: e.Message, Code: e.Code, Hint: e.Hint}
}

func ofUnreachable(e *cloud.UnreachableError) *failure {
	cause := "no answer in time"
	if !e.Timeout {
		cause = e.Err.Error()
	}
	host := e.Origin
	if u, err := url.Parse(e.Origin); err == nil {
		host = u.Host
	}
	return fail(http.StatusBadGateway, "upstream_unreachable", "Could not reach %s: %s", host, cause)
}

// body reads the request's body whole.
func (c *call) body(limit int64) ([]byte, error) {
	data, err := io.ReadAll(http.MaxBytesReader(c.w, c.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, fail(http.StatusRequestEntityTooLarge, "body_too_large", "Request body too large")
	case err != nil:
		return nil, fail(http.StatusBadRequest, "invalid_request", "The request's body did not arrive")
	}
	_ = http.NewResponseController(c.w).SetReadDeadline(time.Time{}) // the answer may take longer
	return data, nil
}

// errNotJSON is the answer to a body that is no JSON at all.
var errNotJSON = fail(http.StatusBadRequest, "invalid_json", "Invalid JSON body")

// object reads a body that must be a JSON object. An empty one counts as an
// empty object when that is allowed.
func (c *call) object(out any, mayBeEmpty bool) error {
	data, err := c.body(maxBody)
	if err != nil {
		return err
	}
	data = bytes.TrimSpace(data)
	if len(data) == 0 && mayBeEmpty {
		return nil
	}
	if len(data) == 0 || data[0] != '{' || !json.Valid(data) {
		return errNotJSON
	}
	if err := json.Unmarshal(data, out); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return fail(http.StatusBadRequest, "invalid_request", "%s must not be a %s", wrong.Field, wrong.Value)
		}
		return errNotJSON
	}
	return nil
}

// until returns a context for a stream, which ends with the request or with
// the server.
func (c *call) until() (context.Context, func()) {
	ctx, cancel := context.WithCancel(c.Context())
	stop := context.AfterFunc(c.server.leaving, cancel)
	return ctx, func() { stop(); cancel() }
}
