package server

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// S14: headers must come soon and are short, and nothing ends a stream.
func TestLimits(t *testing.T) {
	t.Parallel()
	h := start(t, anonymousMode, "").http()
	if h.ReadHeaderTimeout != 10*time.Second || h.MaxHeaderBytes != 64<<10 || h.WriteTimeout != 0 || h.ReadTimeout != 0 {
		t.Errorf("%+v", h)
	}
}

// C3, A5: an identity that could not be made is asked for again by the next
// request.
func TestIdentityIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, "")
	s.write("fake/auth-error", "arkor-auth token: cannot reach https://a.example (POST /v1/auth/anonymous): no route to host\n")
	if got := s.do("GET", "/api/credentials", ""); got.status != 502 {
		t.Errorf("%+v", got)
	}
	must(t, os.Remove(filepath.Join(s.fake, "auth-error")))
	if got := s.do("GET", "/api/credentials", ""); got.status != 200 {
		t.Errorf("%+v", got)
	}
	if s.called("auth") != 2 {
		t.Errorf("%q", s.calls())
	}
}
