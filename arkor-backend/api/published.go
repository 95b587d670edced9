package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/inference"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// maxInProgress is how many requests of one endpoint are served at a time.
const maxInProgress = 64

// Address is where endpoints are published. The zero value is below the
// backend's own address, as each client reaches it.
type Address struct {
	Public string // this backend's URL as the world reaches it, without a slash at the end
	Domain string // an endpoint is at its slug below this name as well
}

// of returns the base URL of an endpoint for OpenAI's clients, given the
// request that asks for it.
func (a Address) of(slug string, r *http.Request) string {
	scheme, host, found := strings.Cut(a.Public, "://")
	switch {
	case a.Domain == "" && found:
		return a.Public + "/e/" + slug + "/v1"
	case a.Domain == "":
		return "http://" + r.Host + "/e/" + slug + "/v1"
	case !found:
		return "https://" + slug + "." + a.Domain + "/v1"
	}
	host, _, _ = strings.Cut(host, "/")
	if _, port, err := net.SplitHostPort(host); err == nil {
		return scheme + "://" + slug + "." + a.Domain + ":" + port + "/v1"
	}
	return scheme + "://" + slug + "." + a.Domain + "/v1"
}

// published returns what a request asks an endpoint for: by its host, or below
// /e/. byHost says which of the two.
func (a Address) published(r *http.Request) (slug, path string, byHost, ok bool) {
	if a.Domain != "" {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		host = strings.ToLower(strings.TrimSuffix(host, "."))
		if slug, ok := strings.CutSuffix(host, "."+a.Domain); ok {
			return slug, r.URL.Path, true, true
		}
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/e/")
	slug, path, _ = strings.Cut(rest, "/")
	return slug, "/" + path, false, ok
}

// endpoint is an endpoint with the caller that it let in.
type endpoint struct {
	cloud.Endpoint
	key string // id of the key that was shown, "" where none was asked for
}

// publish answers the callers of an endpoint, in OpenAI's form.
func (s *server) publish(c *call, slug, path string) {
	s.serve(c, func(c *call) error {
		e, err := s.admit(c, slug)
		if err != nil {
			return err
		}
		done, err := s.busy.begin(e.ID)
		if err != nil {
			return err
		}
		defer done()
		m := s.publishedRoutes(e, path)
		if m == nil {
			return fail(http.StatusNotFound, "not_found", "there is nothing at this path; an endpoint has chat/completions, completions and models below /v1")
		}
		return m.handle(c)
	})
}

func (s *server) publishedRoutes(e endpoint, path string) methods {
	switch path {
	case "/v1/chat/completions":
		return methods{"POST": func(c *call) error { return s.publishedChat(c, e, false) }}
	case "/v1/completions":
		return methods{"POST": func(c *call) error { return s.publishedChat(c, e, true) }}
	case "/v1/models":
		return methods{"GET": func(c *call) error {
			return c.json(http.StatusOK, map[string]any{"object": "list", "data": []any{e.model()}})
		}}
	}
	if id, ok := strings.CutPrefix(path, "/v1/models/"); ok {
		return methods{"GET": func(c *call) error {
			if id != e.Slug {
				return fail(http.StatusNotFound, "model_not_found", "the one model of this endpoint is %q", e.Slug)
			}
			return c.json(http.StatusOK, e.model())
		}}
	}
	return nil
}

func (e endpoint) model() any {
	created, _ := time.Parse(time.RFC3339, e.CreatedAt)
	return map[string]any{"id": e.Slug, "object": "model", "created": created.Unix(), "owned_by": "arkor"}
}

// admit finds an endpoint and lets its callers in. It does the same work
// whether the endpoint is there or not: who has no key learns nothing about one
// that is disabled.
func (s *server) admit(c *call, slug string) (endpoint, error) {
	sum := sha256.Sum256([]byte(presentedKey(c.Request)))
	hash := hex.EncodeToString(sum[:])
	key, keyErr := s.Store.KeyByHash(c.Context(), hash)
	found, err := s.Store.EndpointBySlug(c.Context(), slug)
	for _, err := range []error{keyErr, err} {
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return endpoint{}, err
		}
	}
	right := subtle.ConstantTimeCompare([]byte(key.SHA256), []byte(hash)) &
		subtle.ConstantTimeCompare([]byte(key.EndpointID), []byte(found.ID))
	e := endpoint{Endpoint: found}
	if found.AuthMode == cloud.AuthNone {
		right = 1
	} else {
		e.key = key.ID
	}
	switch {
	case err == nil && found.Enabled && right == 1:
	case err == nil && right == 1:
		return e, fail(http.StatusNotFound, "endpoint_disabled", "this endpoint is disabled")
	case err == nil && found.Enabled:
		c.w.Header().Set("WWW-Authenticate", "Bearer")
		return e, fail(http.StatusUnauthorized, "invalid_api_key", "Incorrect API key provided")
	default:
		return e, fail(http.StatusNotFound, "endpoint_not_found", "there is no such endpoint")
	}
	if e.key != "" {
		s.Usage.Used(e.key, time.Now())
	}
	c.project.ID = e.ProjectID
	return e, nil
}

// presentedKey returns the key that a caller shows, "" without one. Who sends a
// key as x-api-key may need the other header for a proxy.
func presentedKey(r *http.Request) string {
	if key := r.Header.Get("X-Api-Key"); key != "" {
		return key
	}
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(key)
	}
	return ""
}

func (s *server) publishedChat(c *call, e endpoint, raw bool) error {
	fields, err := c.chatFields()
	if err != nil {
		return err
	}
	fields.snake = true
	read := func() (ask, error) { return fields.chat(false) }
	if raw {
		read = fields.completion
	}
	asked, err := read()
	if err != nil {
		return err
	}
	from, err := s.target(c, e)
	if err != nil {
		return err
	}
	asked.Caller = e.ID
	return s.answer(c, from, asked, func(a *answer, done inference.Done, err error) { s.keepRun(e, a, done, err) })
}

// target finds what an endpoint answers with.
func (s *server) target(c *call, e endpoint) (from source, err error) {
	if adapter := e.Target.Adapter; adapter != nil {
		named := chatAdapter{Kind: adapter.Kind, JobID: adapter.JobID}
		if adapter.Step != nil {
			step := float64(*adapter.Step)
			named.Step = &step
		}
		from, err = s.adapter(c, named)
	} else {
		from.model = e.Target.BaseModel
	}
	from.shown = e.Slug
	if err != nil && c.Context().Err() == nil {
		s.Log.Error("an endpoint has nothing to answer with", "slug", e.Slug, "error", err)
		err = fail(http.StatusServiceUnavailable, "target_unavailable", "what this endpoint answers with is not available; the log of the backend says why")
	}
	return from, err
}

// busy counts the requests in progress of each endpoint.
type busy struct {
	mu    sync.Mutex
	count map[string]int
}

// begin takes a place for a request until done is called.
func (b *busy) begin(id string) (done func(), err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.count[id] >= maxInProgress {
		return nil, fail(http.StatusTooManyRequests, "too_many_requests", "this endpoint is answering %d requests; try again in a moment", maxInProgress)
	}
	if b.count == nil {
		b.count = map[string]int{}
	}
	b.count[id]++
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.count[id]--; b.count[id] == 0 {
			delete(b.count, id)
		}
	}, nil
}
