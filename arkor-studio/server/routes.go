package server

import (
	"maps"
	"net/http"
	"path"
	"runtime/debug"
	"slices"
	"strings"
)

// handler answers a request; its error becomes the answer when nothing was
// written yet.
type handler func(*call) error

// methods are the handlers of one path. GET serves HEAD too.
type methods map[string]handler

func (s *Server) routes() map[string]methods {
	return map[string]methods{
		"/api/credentials": {"GET": s.credentials},
		"/api/me":          {"GET": s.me},
		"/api/projects":    {"GET": s.projects},
		"/api/project":     {"POST": s.chooseProject},
		"/api/models":      {"GET": s.models},
		"/api/signin":      {"GET": s.getSignIn, "POST": s.startSignIn, "DELETE": s.cancelSignIn},
		"/api/signout":     {"POST": s.signOut},

		"/api/manifest": {"GET": s.readManifest},
		"/api/entry":    {"POST": s.chooseEntry},
		"/api/preview":  {"GET": s.readPreview},
		"/api/stream":   {"GET": s.stream},

		"/api/runs":          {"GET": s.listRuns, "POST": s.startRun},
		"/api/runs/{id}":     {"GET": s.getRun, "DELETE": s.stopRun},
		"/api/runs/{id}/log": {"GET": s.runLog},
		"/api/train":         {"POST": s.train},

		"/api/jobs":                           {"GET": s.listJobs, "POST": s.createJob},
		"/api/jobs/{id}":                      {"GET": s.job(""), "DELETE": s.deleteJob},
		"/api/jobs/{id}/note":                 {"PUT": s.setNote},
		"/api/jobs/{id}/source":               {"GET": s.source},
		"/api/jobs/{id}/cancel":               {"POST": s.job("/cancel")},
		"/api/jobs/{id}/resume":               {"POST": s.job("/resume")},
		"/api/jobs/{id}/metrics":              {"GET": s.job("/metrics", "points")},
		"/api/jobs/{id}/events":               {"GET": s.events},
		"/api/jobs/{id}/artifacts":            {"GET": s.job("/artifacts")},
		"/api/jobs/{id}/evals":                {"GET": s.evals},
		"/api/jobs/{id}/artifacts/{artifact}": {"GET": s.download},
		"/api/notes":                          {"GET": s.listNotes},
		"/api/datasets/{id}":                  {"GET": s.dataset},

		"/api/inference/chat": {"POST": s.chat},

		"/api/deployments":                   {"GET": s.listDeployments, "POST": s.createDeployment},
		"/api/deployments/{id}":              {"GET": s.getDeployment, "PATCH": s.updateDeployment, "DELETE": s.deleteDeployment},
		"/api/deployments/{id}/keys":         {"GET": s.listKeys, "POST": s.createKey},
		"/api/deployments/{id}/keys/{keyId}": {"DELETE": s.deleteKey},
	}
}

// api returns the routes behind the guard.
func (s *Server) api() http.Handler {
	mux := http.NewServeMux()
	for path, m := range s.routes() {
		mux.Handle(path, s.dispatch(m))
	}
	unknown := s.dispatch(nil)
	mux.Handle("/", unknown)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The mux would answer these with a redirect.
		if sent := r.URL.EscapedPath(); path.Clean(sent) != sent {
			unknown.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// dispatch answers with the handler of the method and turns its error into an
// answer.
func (s *Server) dispatch(m methods) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{Request: r, w: w, server: s}
		defer func() {
			if reason := recover(); reason != nil {
				if reason == http.ErrAbortHandler {
					panic(reason)
				}
				s.log.Error("panic", "path", r.URL.Path, "reason", reason, "stack", string(debug.Stack()))
				c.fail(errInternal)
			}
		}()
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		serve := m[method]
		switch {
		case m == nil:
			c.fail(fail(http.StatusNotFound, "not_found", "Not found"))
		case serve == nil:
			allowed := slices.Sorted(maps.Keys(m))
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			c.fail(fail(http.StatusMethodNotAllowed, "method_not_allowed", "Method not allowed"))
		default:
			if err := serve(c); err != nil {
				c.fail(err)
			}
		}
	})
}

// id returns a parameter of the path. Dots alone would climb in the backend's
// paths.
func (c *call) id(name string) (string, error) {
	id := c.PathValue(name)
	if !isID(id) {
		return "", fail(http.StatusNotFound, "not_found", "Not found")
	}
	return id, nil
}

func isID(text string) bool {
	return text != "" && text != "." && text != ".." && len(text) <= maxID
}

const maxID = 256
