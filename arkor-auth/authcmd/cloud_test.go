package authcmd

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/arkorlab/arkor-go/shared/openidtest"
)

// cloud is an API with a provider at which its people sign in.
type cloud struct {
	*httptest.Server
	provider *openidtest.Provider

	mu       sync.Mutex
	ports    []int
	projects []string // slugs, of the organisation acme
	requests []string
}

func newCloud(t *testing.T) *cloud {
	c := &cloud{provider: openidtest.Start(), ports: []int{0}, projects: []string{"alpha", "beta"}}
	t.Cleanup(c.provider.Close)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/auth/cli/config", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"auth0Domain": c.provider.Issuer(), "clientId": openidtest.ClientID, "audience": openidtest.Audience, "callbackPorts": c.ports,
		})
	})
	mux.HandleFunc("POST /v1/auth/anonymous", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"token": "anon_t0k", "anonymousId": "an_1", "kind": "cli",
			"personalOrg": map[string]string{"id": "o", "slug": "anon-1f2e", "name": "anon"},
		})
	})
	mux.HandleFunc("GET /v1/me", c.signedIn(func(*http.Request) any {
		return map[string]any{"user": map[string]string{"id": "user-1"}, "orgs": []any{map[string]string{"id": "o_1", "slug": "acme"}}}
	}))
	mux.HandleFunc("GET /v1/projects", c.signedIn(func(*http.Request) any {
		list := []any{}
		for _, slug := range c.projects {
			list = append(list, map[string]string{"id": "p_" + slug, "slug": slug, "name": slug, "orgId": "o_1"})
		}
		return map[string]any{"projects": list}
	}))
	mux.HandleFunc("POST /v1/projects", c.signedIn(func(r *http.Request) any {
		var body struct{ Name, Slug string }
		if json.NewDecoder(r.Body).Decode(&body) != nil || r.FormValue("orgSlug") != "acme" {
			return nil
		}
		c.projects = append(c.projects, body.Slug)
		return map[string]any{"project": map[string]string{"id": "p_new", "slug": body.Slug, "name": body.Name, "orgId": "o_1"}}
	}))
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.requests = append(c.requests, r.Method+" "+r.URL.Path)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(c.Close)
	return c
}

// signedIn lets those in who come with a token of the provider.
func (c *cloud) signedIn(handle func(*http.Request) any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var token string
		fmt.Sscanf(r.Header.Get("Authorization"), "Bearer %s", &token)
		if !slices.Contains(c.provider.Secrets(), token) {
			http.Error(w, `{"error":"unauthorized"}`, http.StatusUnauthorized)
			return
		}
		answer(w, handle(r))
	}
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

// asked are the requests so far.
func (c *cloud) asked() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.requests)
}
