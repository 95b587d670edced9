package server

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// A4: a token is asked for again before it ends, and not while it is good.
func TestIdentityEnds(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]int{30 * time.Second: 3, time.Hour: 1} {
		s := start(t, oauthMode, usableState)
		s.cloud.say("GET /v1/jobs", 200, noJobs)
		s.write("fake/identity", fmt.Sprintf(`{"token":%q,"mode":"oauth","apiUrl":%q,"expiresAt":%d}`, cloudToken, s.cloud.URL, time.Now().Add(left).Unix()))
		for range 3 {
			s.do("GET", "/api/jobs", "").expect(t, left.String(), 200, noJobs)
		}
		if n := s.called("auth"); n != want {
			t.Errorf("%v: asked %d times", left, n)
		}
	}
}

// S16: the token goes to the backend's own address and nowhere else, and A2:
// answers come as they are sent.
func TestTheTokenStaysAtItsAddress(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked.Add(1) }))
	t.Cleanup(other.Close)
	s := start(t, anonymousMode, usableState)
	s.cloud.on("GET /v1/jobs", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/v1/jobs", http.StatusTemporaryRedirect)
	})
	if got := s.do("GET", "/api/jobs", ""); got.status == 200 || asked.Load() != 0 {
		t.Errorf("%+v, the other was asked %d times", got, asked.Load())
	}
	s.cloud.on("GET /v1/me", func(w http.ResponseWriter, r *http.Request) {
		if accepts := r.Header.Get("Accept-Encoding"); accepts != "" {
			t.Errorf("Accept-Encoding: %s", accepts)
		}
		io.WriteString(w, "{}")
	})
	s.do("GET", "/api/me", "").expect(t, "me", 200, "{}")
}

// Z1: a project of the local backend is one of its own organisation.
func TestLocalScope(t *testing.T) {
	t.Parallel()
	s := start(t, localMode, "")
	s.cloud.say("GET /v1/jobs", 200, `{"jobs":[1]}`)
	s.write("bot/.arkor/local.json", `{"orgSlug":"acme","projectSlug":"bot","projectId":"p"}`)
	s.do("GET", "/api/jobs", "").expect(t, "somebody's", 200, noJobs)
	s.write("bot/.arkor/local.json", `{"orgSlug":"local","projectSlug":"bot","projectId":"p"}`)
	s.do("GET", "/api/jobs", "").expect(t, "the local one", 200, `{"jobs":[1]}`)
}
