package api

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/identity"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
)

// guard refuses what no client of this API sends, before anything else looks
// at the request. A page in a browser can reach a port of this machine: by its
// own requests, which carry an Origin, or through a name that it makes point
// here, which then is in Host.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := s.call(w, r)
		defer func() {
			if p := recover(); p != nil {
				if p != http.ErrAbortHandler {
					s.Log.Error("panic", "path", r.URL.Path, "value", p)
				}
				panic(http.ErrAbortHandler)
			}
		}()
		if r.ContentLength != 0 { // net/http reads what is left of a body before it answers
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.Body))
		}
		slug, path, byHost, published := s.Address.published(r)
		c.openAI = published
		if s.Loopback && !byHost && !loopbackHost(r.Host) {
			c.fail(fail(http.StatusForbidden, "host_refused", "this backend answers requests to localhost only"))
			return
		}
		if _, ok := r.Header["Origin"]; ok {
			c.fail(fail(http.StatusForbidden, "browser_refused", "this backend answers no requests from browsers"))
			return
		}
		if published {
			s.publish(c, slug, path)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/v1/") {
			if body := gate(r.Header.Get("X-Arkor-Client"), s.MinClient); body != nil {
				_ = c.json(http.StatusUpgradeRequired, body)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

func loopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// signedIn finds out who the caller is.
func (s *server) signedIn(next handler) handler {
	return func(c *call) error {
		caller, err := s.Identity.Caller(c.Context(), c.Header.Get("Authorization"))
		var unreachable *identity.UnreachableError
		switch {
		case errors.Is(err, identity.ErrUnknown):
			c.w.Header().Set("WWW-Authenticate", "Bearer")
			return fail(http.StatusUnauthorized, "unauthorized", "%v", err)
		case errors.As(err, &unreachable):
			s.Log.Warn("check a token", "error", err)
			return fail(http.StatusServiceUnavailable, "provider_unreachable",
				"the token could not be checked: this backend cannot reach the sign-in provider now")
		case err != nil:
			return err
		}
		c.caller = caller
		return next(c)
	}
}

// byOwner lets only the owner of the backend through.
func (s *server) byOwner(next handler) handler {
	return s.signedIn(func(c *call) error {
		if !c.caller.Owner {
			return fail(http.StatusForbidden, "owner_only", "only the owner of this backend may do this")
		}
		return next(c)
	})
}

// inOrg finds the organisation of the request, which must be the caller's.
func (s *server) inOrg(next handler) handler {
	return s.signedIn(func(c *call) error {
		slug := c.URL.Query().Get("orgSlug")
		if slug == "" {
			return fail(http.StatusBadRequest, "missing_scope", "the query parameter orgSlug is missing")
		}
		org, err := s.Store.Org(c.Context(), slug)
		if errors.Is(err, store.ErrNotFound) {
			return fail(http.StatusNotFound, "org_not_found", "there is no organisation %q here", slug)
		}
		if err != nil {
			return err
		}
		if org.ID != c.caller.OrgID {
			return fail(http.StatusForbidden, "not_a_member", "you are not a member of the organisation %q", slug)
		}
		c.org = org
		return next(c)
	})
}

// inProject finds the project of the request.
func (s *server) inProject(next handler) handler {
	return s.inOrg(func(c *call) error {
		slug := c.URL.Query().Get("projectSlug")
		if slug == "" {
			return fail(http.StatusBadRequest, "missing_scope", "the query parameter projectSlug is missing")
		}
		project, err := s.Store.Project(c.Context(), c.org.ID, slug)
		if errors.Is(err, store.ErrNotFound) {
			return fail(http.StatusNotFound, "project_not_found", "there is no project %q in the organisation %q", slug, c.org.Slug)
		}
		if err != nil {
			return err
		}
		c.project = project
		return next(c)
	})
}
