package api

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/identity"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// A new route is behind an organisation or the owner token, or it is in one of
// the lists of this test.
func TestEveryRouteAsksWhoCalls(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "backend.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.CreateProject(t.Context(), cloud.Project{ID: "p", OrgID: "local", Slug: "demo"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	callers, err := identity.New(t.Context(), identity.Options{Store: db, OwnerToken: "owner", Anonymous: true, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	guest, err := callers.Mint(t.Context(), "cli")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Store: db, Identity: callers, Engine: offer{}, Log: log}
	handler := New(o)
	ask := func(method, path, token string) (status int, body string) {
		req := httptest.NewRequestWithContext(t.Context(), method, path+"?orgSlug=local&projectSlug=demo", strings.NewReader("{}"))
		req.Header.Set("X-Arkor-Client", "arkor/1.2.3")
		req.Header.Set("Authorization", token)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, req)
		return w.Code, w.Body.String()
	}
	open := []string{"GET /healthz", "GET /v1/auth/cli/config", "POST /v1/auth/anonymous"}
	unscoped := []string{"GET /v1/me", "GET /v1/models"} // for whoever has a token
	checked := 0
	for pattern, methods := range (&server{Options: o}).routes() {
		path := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(pattern, "x")
		for method := range methods {
			route := method + " " + pattern
			if slices.Contains(open, route) {
				continue
			}
			checked++
			for _, header := range []string{"", "Bearer x", "Bearer anon_x"} {
				if status, body := ask(method, path, header); status != http.StatusUnauthorized {
					t.Errorf("%s with %q: %d %s", route, header, status, body)
				}
			}
			if slices.Contains(unscoped, route) {
				continue
			}
			status, body := ask(method, path, "Bearer "+guest.Token)
			if status != http.StatusForbidden || !strings.Contains(body, `"not_a_member"`) && !strings.Contains(body, `"owner_only"`) {
				t.Errorf("%s by a stranger: %d %s", route, status, body)
			}
		}
	}
	if checked < 15 {
		t.Errorf("%d routes were checked", checked)
	}
}
