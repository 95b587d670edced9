package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/identity"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Limits of request bodies.
const (
	maxJSON = 1 << 20
	maxChat = 8 << 20
)

// call is one request with what was found out about it.
type call struct {
	*http.Request
	w       http.ResponseWriter
	caller  identity.Caller
	org     cloud.Org
	project cloud.Project
	openAI  bool // errors in OpenAI's form: for callers of endpoints
	write   time.Duration
}

func (s *server) call(w http.ResponseWriter, r *http.Request) *call {
	return &call{Request: r, w: w, write: s.Write}
}

// failure is an error with an answer.
type failure struct {
	status  int
	message string
	code    string
	details any
}

func (f *failure) Error() string { return f.message }

func fail(status int, code, format string, args ...any) *failure {
	return &failure{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

func (c *call) json(status int, body any) error {
	data, err := encode(body)
	if err != nil {
		return err
	}
	c.bytes(status, data)
	return nil
}

func encode(body any) ([]byte, error) {
	data, err := json.Marshal(body)
	return append(data, '\n'), err
}

// bytes answers with what encode made. A client that does not take it in time
// is given up.
func (c *call) bytes(status int, data []byte) {
	h := c.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	h.Set("Cache-Control", "no-store")
	control := http.NewResponseController(c.w)
	_ = control.SetWriteDeadline(time.Now().Add(c.write))
	c.w.WriteHeader(status)
	_, _ = c.w.Write(data) // a client that is gone needs no answer
	_ = control.Flush()    // before the deadline is lifted for the next request
	_ = control.SetWriteDeadline(time.Time{})
}

func (c *call) fail(f *failure) {
	if h := c.w.Header(); h.Get("Retry-After") == "" {
		switch f.status {
		case http.StatusServiceUnavailable:
			h.Set("Retry-After", "5")
		case http.StatusTooManyRequests:
			h.Set("Retry-After", "1")
		}
	}
	if c.openAI {
		_ = c.json(f.status, f.openAI())
		return
	}
	body := map[string]any{"error": f.message}
	if f.code != "" {
		body["code"] = f.code
	}
	if f.details != nil {
		body["details"] = f.details
	}
	_ = c.json(f.status, body)
}

// body reads a JSON body, which must be an object.
func (c *call) body(limit int64) (json.RawMessage, error) {
	data, err := io.ReadAll(http.MaxBytesReader(c.w, c.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, fail(http.StatusRequestEntityTooLarge, "body_too_large", "the body is longer than %d bytes", limit)
	case err != nil:
		return nil, fail(http.StatusBadRequest, "invalid_request", "the body broke off")
	}
	_ = http.NewResponseController(c.w).SetReadDeadline(time.Time{}) // the answer may take longer
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil || object == nil {
		return nil, fail(http.StatusBadRequest, "invalid_request", "the body is not a JSON object")
	}
	return data, nil
}

func (c *call) decode(limit int64, into any) error {
	data, err := c.body(limit)
	if err != nil {
		return err
	}
	return decodeFields(data, into)
}

// decodeFields unmarshals an object; a value of the wrong type is reported by
// the name of its field.
func decodeFields(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fail(http.StatusBadRequest, "invalid_request", "%s must be %s, not %s", wrong.Field, kind(wrong.Type.Kind()), wrong.Value)
	}
	if err != nil {
		return fail(http.StatusBadRequest, "invalid_request", "the body is not JSON: %v", err)
	}
	return nil
}

// kind names a Go kind the way JSON does.
func kind(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	}
	return "a number"
}

// dispatch serves the requests for one path.
func (s *server) dispatch(m methods) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.serve(s.call(w, r), m.handle)
	})
}

// handle picks the handler by method.
func (m methods) handle(c *call) error {
	if m == nil {
		return fail(http.StatusNotFound, "", "Not found")
	}
	method := c.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	handle, ok := m[method]
	if !ok {
		c.w.Header().Set("Allow", allow(m))
		return fail(http.StatusMethodNotAllowed, "", "Method not allowed")
	}
	return handle(c)
}

// serve answers with what went wrong, if anything did.
func (s *server) serve(c *call, handle handler) {
	err := handle(c)
	var f *failure
	switch {
	case err == nil:
	case errors.As(err, &f):
		c.fail(f)
	case errors.Is(err, store.ErrNotFound):
		c.fail(fail(http.StatusNotFound, "not_found", "Not found"))
	case c.Context().Err() != nil: // nobody is listening
	case store.Full(err):
		s.Log.Error("the disk is full", "path", c.URL.Path, "error", err)
		c.fail(fail(http.StatusInsufficientStorage, "disk_full", "the disk of the backend is full: make room, then try again"))
	default:
		s.Log.Error("request failed", "method", c.Method, "path", c.URL.Path, "error", err)
		c.fail(fail(http.StatusInternalServerError, "internal", "the backend could not do this; its log says why"))
	}
}

func allow(m methods) string {
	var names []string
	for name := range m {
		names = append(names, name)
		if name == http.MethodGet {
			names = append(names, http.MethodHead)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
