package server

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-studio/guard"
)

// concrete are the paths of all routes, with something in the place of each id.
func (s *studio) concrete() map[string]methods {
	s.t.Helper()
	paths := map[string]methods{}
	for pattern, m := range s.routes() {
		path := strings.NewReplacer("{id}", "a%2Fb", "{artifact}", "c", "{keyId}", "k").Replace(pattern)
		if strings.Contains(path, "{") {
			s.t.Fatalf("no test knows what stands in %s", pattern)
		}
		paths[path] = m
	}
	return paths
}

// S6, S7: whatever a route can do, without the token it does nothing: it starts
// nothing, asks nobody, and writes nothing.
func TestNoRouteWithoutToken(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("bot/src/arkor/other.ts", "")
	body := `{"entry":"src/arkor/other.ts","orgSlug":"anon-1f2e","projectSlug":"bot","name":"a","label":"a","messages":[1]}`
	for path, m := range s.concrete() {
		for method := range m {
			for name, value := range map[string]string{
				guard.Header: "wrong", "Authorization": "Bearer " + s.launch.Token, "Cookie": "token=" + s.launch.Token, "": "",
			} {
				for _, query := range []string{"", "?studioToken=" + s.launch.Token} { // S6: as the tool before took it
					req := s.request(method, path+query, body)
					req.Header.Del(guard.Header)
					if name != "" {
						req.Header.Set(name, value)
					}
					s.send(req).expect(t, method+" "+path+query+" "+name, 403, `{"error":"Missing or invalid studio token"}`)
				}
			}
		}
	}
	if calls, asked := s.calls(), s.cloud.requests(); len(calls) > 0 || len(asked) > 0 {
		t.Errorf("%q %v", calls, asked)
	}
	found, err := os.ReadDir(filepath.Join(s.dir, ".arkor"))
	must(t, err)
	if len(found) != 1 || found[0].Name() != "state.json" {
		t.Errorf("%v", found)
	}
}

// S14: no route reads more than it should, and A1: says so as it says everything.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	without := []string{"POST /api/signout"} // which reads nothing
	large := `{"name":"` + strings.Repeat("x", maxBody) + `"}`
	for path, m := range s.concrete() {
		for method := range m {
			route := method + " " + path
			if method == http.MethodGet || method == http.MethodDelete || path == "/api/inference/chat" || slices.Contains(without, route) {
				continue
			}
			s.do(method, path, large).expect(t, route, 413, `{"error":"Request body too large","code":"body_too_large"}`)
		}
	}
	// A conversation may be longer than anything else.
	s.cloud.say("POST /v1/inference/chat", 200, "hello")
	chat := `{"messages":["` + strings.Repeat("x", 2*maxBody) + `"]}`
	s.do("POST", "/api/inference/chat", chat).expect(t, "chat", 200, "hello")
	if calls := s.calls(); len(calls) != 1 { // who we are
		t.Errorf("%q", calls)
	}
}

// An id is passed on only where it could be one.
func TestIDs(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.cloud.say("GET /v1/jobs/"+strings.Repeat("j", maxID), 200, `{"job":{}}`)
	s.do("GET", "/api/jobs/"+strings.Repeat("j", maxID), "").expect(t, "the longest", 200, `{"job":{}}`)
	before := len(s.cloud.requests())
	for pattern, m := range s.routes() {
		if strings.HasPrefix(pattern, "/api/runs/") { // which are looked up here
			continue
		}
		for _, bad := range []string{strings.Repeat("j", maxID+1), ".", "..", "%2e%2e"} {
			for _, name := range []string{"{id}", "{artifact}", "{keyId}"} {
				if !strings.Contains(pattern, name) {
					continue
				}
				path := strings.NewReplacer("{id}", "a", "{artifact}", "a", "{keyId}", "a").Replace(strings.Replace(pattern, name, bad, 1))
				for method := range m {
					body := ""
					if method != http.MethodGet && method != http.MethodDelete {
						body = `{"label":"a"}`
					}
					if got := s.do(method, path, body); got.status != 404 || got.body != `{"error":"Not found","code":"not_found"}` {
						t.Errorf("%s %.60s: %d %s", method, path, got.status, got.body)
					}
				}
			}
		}
	}
	if asked := s.cloud.requests(); len(asked) != before {
		t.Errorf("%v", asked[before:])
	}
}
