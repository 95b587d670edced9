package oauthflow

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// answering is a provider whose token endpoint answers with handle.
func answering(t *testing.T, handle http.HandlerFunc) Provider {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return Provider{Domain: server.URL, ClientID: "c1", Endpoints: cloud.Auth0Endpoints(server.URL), HTTP: cloud.Patient()}
}

// App. B9: what does not say how long it holds, holds for an unknown time.
func TestLifetimes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		expiresIn string
		seconds   int64 // -1 for unknown
	}{
		{`,"expires_in":3600`, 3600},
		{`,"expires_in":"3600"`, 3600}, // as some send it
		{`,"expires_in":59.9`, 59},
		{`,"expires_in":0`, 0},
		{``, -1},
		{`,"expires_in":null`, -1},
		{`,"expires_in":-5`, -1},
		{`,"expires_in":1e300`, -1},
		{`,"expires_in":"soon"`, -1},
		{`,"expires_in":{}`, -1},
	} {
		p := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"access_token":"a","refresh_token":"r"` + test.expiresIn + `}`))
		})
		before := time.Now().Unix()
		tokens, err := p.Exchange(t.Context(), NewRequest(), "c", redirectURI)
		after := time.Now().Unix()
		if err != nil || tokens.Access != "a" || tokens.Refresh != "r" {
			t.Errorf("%q: %v", test.expiresIn, err)
			continue
		}
		if at := tokens.ExpiresAt; (at == nil) != (test.seconds < 0) || at != nil && (*at < before+test.seconds || *at > after+test.seconds) {
			t.Errorf("%q: holds until %v", test.expiresIn, at)
		}
	}
}

// O8: an answer is repeated in part, without what looks like a token, and cut
// between two characters.
func TestWhatErrorsRepeat(t *testing.T) {
	t.Parallel()
	token := strings.Repeat("aB3-_.~+/=", 4)
	for _, test := range []struct{ body, shown string }{
		{"", ""},
		{"  a\n\tb\r\n ", "a b"},
		{"a\x1b[31mb\x00\u009bc\u202ed", "a [31mb c d"},
		{"token " + token + ", " + token[:19], "token [removed], " + token[:19]},
		{`{"refresh_token":"` + token + `"}`, `{"refresh_token":"[removed]"}`},
		{strings.Repeat("x y ", 200), strings.Repeat("x y ", 125)},
		{"a" + strings.Repeat("é", 300), "a" + strings.Repeat("é", 249)},
		{"ab" + strings.Repeat("😀", 200), "ab" + strings.Repeat("😀", 124)},
		{strings.Repeat("é ", 166) + token, strings.Repeat("é ", 166) + "[r"}, // redacted, then cut
		{"\xff\xfe", "\uFFFD"},
	} {
		p := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			_, _ = w.Write([]byte(test.body))
		})
		_, err := p.Exchange(t.Context(), NewRequest(), "c", redirectURI)
		if want := "Auth0 token exchange failed (418): " + test.shown; message(err) != want {
			t.Errorf("%q: %q", test.body, message(err))
		}
	}
}

// A token that could break out of its header is none.
func TestTokensWithOddCharacters(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"access_token":"a\r\nX-Evil: 1","refresh_token":"r"}`, `{"access_token":"a","refresh_token":"r r"}`, `{"access_token":"é","refresh_token":"r"}`,
	} {
		p := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body))
		})
		if tokens, err := p.Exchange(t.Context(), NewRequest(), "c", redirectURI); message(err) != "the provider's answer holds a token with a character that no token has" || tokens != (Tokens{}) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// J6: neither the code nor a refresh token follows a redirect to another origin;
// on the same one they may.
func TestRedirects(t *testing.T) {
	t.Parallel()
	var strayed atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strayed.Add(1) }))
	defer elsewhere.Close()
	for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		p := answering(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, status)
		})
		_, err := p.Exchange(t.Context(), NewRequest(), "c", redirectURI)
		if err == nil || !strings.HasPrefix(err.Error(), "Auth0 token exchange failed (30") {
			t.Errorf("%d, exchange: %v", status, err)
		}
		if _, err := p.Refresh(t.Context(), "r"); err == nil || errors.Is(err, ErrRevoked) {
			t.Errorf("%d, refresh: %v", status, err)
		}
	}
	if got := strayed.Load(); got != 0 {
		t.Errorf("%d requests strayed", got)
	}
	p := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/token" {
			http.Redirect(w, r, "/moved", http.StatusTemporaryRedirect)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"` + r.FormValue("code") + `","refresh_token":"r"}`))
	})
	if tokens, err := p.Exchange(t.Context(), NewRequest(), "c", redirectURI); err != nil || tokens.Access != "c" {
		t.Errorf("on the same origin: %v", err)
	}
}
