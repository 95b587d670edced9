package server

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// B22: arkor-auth signs in, and the page learns where the person has to go and
// how it ended, and nothing else.
func TestSignIn(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	state := func() signInState {
		t.Helper()
		return decode[signInState](t, s.do("GET", "/api/signin", "").body)
	}
	s.do("GET", "/api/signin", "").expect(t, "before", 200, `{"state":"none"}`)
	s.write("fake/login-waits", "")
	s.write("fake/login", "Browser: https://sign.in/authorize?state=1\nWaiting for browser callback\n")
	s.do("POST", "/api/signin", "").expect(t, "begin", 202, `{"state":"running"}`)
	eventually(t, "the address", func() bool { return state().URL == "https://sign.in/authorize?state=1" })
	if got := s.do("POST", "/api/signin", `{"device":true}`); got.status != 202 || decode[signInState](t, got.body).URL == "" {
		t.Errorf("a second one began: %+v", got)
	}
	must(t, os.Remove(filepath.Join(s.fake, "login-waits")))
	eventually(t, "the end", func() bool { return state().State == signInDone })
	s.do("GET", "/api/signin", "").expect(t, "after", 200, `{"state":"done"}`)
	if n := s.called("auth login --oauth --no-browser"); n != 1 || s.called("auth login") != 1 {
		t.Errorf("%q", s.calls())
	}

	s.write("fake/login", "Visit https://sign.in/device and enter the code ABCD-EFGH\nor visit https://sign.in/device?code=ABCD-EFGH\n")
	s.write("fake/login-waits", "")
	s.do("POST", "/api/signin", `{"device":true}`)
	eventually(t, "the code", func() bool {
		return state().URL == "https://sign.in/device?code=ABCD-EFGH" && state().Code == "ABCD-EFGH"
	})
	news, stop := s.news.subscribe(0)
	defer stop()
	<-news.wake // what there is already
	s.news.take(news)
	s.do("DELETE", "/api/signin", "").expect(t, "cancelled", 200, `{"state":"none"}`)
	<-news.wake // it has ended, and every page is told to look
	if what, _ := s.news.take(news); s.called("login interrupted") != 1 || !what.state {
		t.Errorf("%q", s.calls())
	}
	s.do("GET", "/api/signin", "").expect(t, "what was cancelled has no more to say", 200, `{"state":"none"}`)
	must(t, os.Remove(filepath.Join(s.fake, "login-waits")))

	s.write("fake/login", "arkor-auth login: OAuth is not configured\nhint: ask for it\n")
	s.write("fake/login-fails", "")
	s.do("POST", "/api/signin", "{}")
	eventually(t, "the failure", func() bool { return state().State == signInFailed })
	s.do("GET", "/api/signin", "").expect(t, "failed", 200, `{"state":"failed","error":"OAuth is not configured","hint":"ask for it"}`)
	s.do("POST", "/api/signin", `[]`).expect(t, "body", 400, `{"error":"Invalid JSON body","code":"invalid_json"}`)
}

// X2: a sign-in ends with the server.
func TestSignInEndsWithTheServer(t *testing.T) {
	t.Parallel()
	s := start(t, oauthMode, "")
	s.write("fake/login-waits", "")
	s.do("POST", "/api/signin", "")
	s.waitFor("login begins")
	s.stop()
	if s.called("login interrupted") != 1 {
		t.Errorf("%q", s.calls())
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.do("POST", "/api/signout", "").expect(t, "out", 200, `{}`)
	if s.called("auth logout --force") != 1 {
		t.Errorf("%q", s.calls())
	}
	s.write("fake/logout-error", "arkor-auth logout: remove: denied\nhint: look at it\n")
	s.do("POST", "/api/signout", "").expect(t, "refused", http.StatusBadGateway, `{"error":"remove: denied","code":"not_signed_out","hint":"look at it"}`)
	for mode, code := range map[string]string{localMode: "local_backend", "token": "token_from_environment"} {
		s := start(t, mode, "")
		for _, path := range []string{"/api/signin", "/api/signout"} {
			if got := s.do("POST", path, ""); got.status != http.StatusConflict || !strings.Contains(got.body, code) {
				t.Errorf("%s: %+v", mode, got)
			}
		}
		if s.called("auth login")+s.called("auth logout") > 0 {
			t.Errorf("%q", s.calls())
		}
	}
	// Who is signed out can sign in.
	s.write("fake/auth-error", "arkor-auth token: not signed in\n")
	must(t, os.Remove(filepath.Join(s.fake, "identity")))
	s.write("home/.arkor/credentials.json", "changed")
	if got := s.do("POST", "/api/signin", ""); got.status != 202 {
		t.Errorf("%+v", got)
	}
}

// C5: what a backend offers is what it has told.
func TestFeatures(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	tell := func(want string) {
		t.Helper()
		eventually(t, want, func() bool { return strings.Contains(s.do("GET", "/api/credentials", "").body, want) })
	}
	tell(`"features":{"cancel":null,"checkpoints":null,"endpoints":null,"export":null,"estimate":null},"models":null`)
	s.do("GET", "/api/deployments", "") // 404
	s.do("POST", "/api/jobs/j/cancel", "")
	tell(`"cancel":null,"checkpoints":null,"endpoints":false`)
	s.cloud.say("GET /v1/endpoints", 200, `{"endpoints":[]}`)
	s.cloud.say("POST /v1/jobs/j/cancel", 405, `{}`)
	s.cloud.say("GET /v1/jobs/j/artifacts", 200, `{"artifacts":[]}`)
	s.do("GET", "/api/deployments", "")
	s.do("POST", "/api/jobs/j/cancel", "")
	s.do("GET", "/api/jobs/j/artifacts", "")
	tell(`"cancel":false,"checkpoints":null,"endpoints":true,"export":true,"estimate":null},"models":null`)

	// A list that could not be had is asked for again.
	s = start(t, anonymousMode, usableState)
	s.cloud.say("GET /v1/models", 503, `{}`)
	tell(`"models":null`)
	eventually(t, "a refusal", func() bool { return len(s.cloud.requests()) > 0 })
	s.cloud.say("GET /v1/models", 200, `{"models":[{"id":"b"}]}`)
	tell(`"models":[{"id":"b"}]`)

	s = start(t, anonymousMode, usableState)
	s.cloud.say("GET /v1/models", 200, `{"models":[{"id":"a"}]}`)
	tell(`"checkpoints":true,"endpoints":null,"export":null,"estimate":null},"models":[{"id":"a"}]}`)
	n := 0
	for _, r := range s.cloud.requests() {
		if r.URI == "/v1/models" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("asked %d times", n)
	}
	s.write("fake/manifest", described)
	s.write("fake/preview", `{"preview":null,"unavailable":"this backend makes no previews"}`)
	s.do("GET", "/api/preview", "")
	tell(`"estimate":false`)
}
