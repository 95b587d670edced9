package oauthflow

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/openidtest"
)

const redirectURI = "http://127.0.0.1:52521/callback"

// authorize visits the provider and returns the code that comes back.
func authorize(t *testing.T, p Provider, r Request) string {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(p.AuthorizeURL(r, redirectURI))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	back, err := res.Location()
	if err != nil || back.Query().Get("state") != r.State {
		t.Fatalf("sent to %v, %v", back, err)
	}
	return back.Query().Get("code")
}

// signIn returns what a sign-in gives.
func signIn(t *testing.T, p Provider) (Tokens, error) {
	t.Helper()
	r := NewRequest()
	return p.Exchange(t.Context(), r, authorize(t, p, r), redirectURI)
}

// O8, App. C12: what is asked, and what is kept of the answer.
func TestExchange(t *testing.T) {
	t.Parallel()
	server, p := startProvider(t)
	r := NewRequest()
	code := authorize(t, p, r)
	before := time.Now().Unix()
	tokens, err := p.Exchange(t.Context(), r, code, redirectURI)
	if err != nil {
		t.Fatal(err)
	}
	if tokens.ExpiresAt == nil || *tokens.ExpiresAt < before+3600 || *tokens.ExpiresAt > time.Now().Unix()+3600 || tokens.ClockOffset != 0 {
		t.Errorf("holds until %v, clock %d", tokens.ExpiresAt, tokens.ClockOffset)
	}
	requests := server.Requests()
	last := requests[len(requests)-1]
	want := map[string]string{
		"grant_type": "authorization_code", "code": code, "code_verifier": r.Verifier, "client_id": openidtest.ClientID, "redirect_uri": redirectURI,
	}
	if last.Method != http.MethodPost || last.Path != "/oauth/token" || !maps.Equal(last.Params, want) {
		t.Errorf("asked %s %s %v", last.Method, last.Path, last.Params)
	}
	if last.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || last.Header.Get("X-Arkor-Client") != "" || last.Header.Get("Authorization") != "" {
		t.Errorf("headers %v", last.Header)
	}
	// The access token is the provider's, and so is the refresh token: it works.
	again, err := p.Refresh(t.Context(), tokens.Refresh)
	if err != nil || again.Access == tokens.Access || again.Refresh == tokens.Refresh || again.Refresh == "" {
		t.Errorf("refresh: %v", err)
	}
}

// O8: the provider's answer is in the error, the secrets are not. A code is
// tried once.
func TestExchangeIsRefused(t *testing.T) {
	t.Parallel()
	server, p := startProvider(t)
	impatient := p
	impatient.HTTP = &http.Client{Timeout: 20 * time.Millisecond}
	spent := NewRequest()
	spentCode := authorize(t, p, spent)
	if _, err := p.Exchange(t.Context(), spent, spentCode, redirectURI); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		p    Provider
		how  string
		code func(Request) string
		err  string
	}{
		{"another verifier", p, "", func(Request) string { return authorize(t, p, NewRequest()) },
			`Auth0 token exchange failed (400): {"error":"invalid_grant","error_description":"code_verifier does not match"}`},
		{"a code that was used", p, "", func(Request) string { return spentCode },
			`Auth0 token exchange failed (400): {"error":"invalid_grant","error_description":"the code was used before"}`},
		{"a page of the network", p, "html", nil,
			`Auth0 token exchange failed (200): <!doctype html><title>Welcome</title><p>Please accept the terms of this network.</p>`},
		{"a failure", p, "500", nil, `Auth0 token exchange failed (500): internal server error`},
		{"half an object", p, "not-json", nil, `Auth0 token exchange failed (200): {"access_token":`},
		{"silence", impatient, "silent", nil, "no answer from " + p.Domain + " (POST /oauth/token) in time"},
	} {
		r := NewRequest()
		code := ""
		if test.code != nil {
			code = test.code(r)
		} else {
			code = authorize(t, p, r)
		}
		server.Behave(func(b *openidtest.Behaviour) { b.Token = test.how })
		asked := server.Count("authorization_code")
		tokens, err := test.p.Exchange(t.Context(), r, code, redirectURI)
		if message(err) != test.err || tokens != (Tokens{}) {
			t.Errorf("%s: %v", test.name, err)
		}
		if got := server.Count("authorization_code") - asked; got > 1 {
			t.Errorf("%s: %d requests", test.name, got)
		}
		server.Behave(func(b *openidtest.Behaviour) { b.Token = "" })
	}
}

// O9, exact.
func TestExchangeWithoutARefreshToken(t *testing.T) {
	t.Parallel()
	server, p := startProvider(t)
	server.Behave(func(b *openidtest.Behaviour) { b.NoRefreshToken = true })
	tokens, err := signIn(t, p)
	if !errors.Is(err, ErrNoRefreshToken) || tokens != (Tokens{}) ||
		err.Error() != "Auth0 did not return a refresh token. Make sure the Application has 'offline_access' scope enabled." {
		t.Errorf("got %v", err)
	}
}

// T6: expiry is told by the provider's clock, and how far that is from ours is
// remembered where it matters.
func TestClocks(t *testing.T) {
	t.Parallel()
	server, p := startProvider(t)
	for _, test := range []struct {
		ahead time.Duration
		kept  bool
	}{{24 * time.Hour, true}, {-24 * time.Hour, true}, {6 * time.Minute, true}, {4 * time.Minute, false}, {-4 * time.Minute, false}} {
		server.Behave(func(b *openidtest.Behaviour) { b.ClockOffset = test.ahead })
		before := time.Now()
		tokens, err := signIn(t, p)
		after := time.Now()
		if err != nil {
			t.Fatal(err)
		}
		offset := int64(test.ahead / time.Second)
		if !test.kept {
			offset = 0
		}
		// A Date header has whole seconds, and time goes on meanwhile.
		slack := int64(after.Sub(before)/time.Second) + 2
		if off := tokens.ClockOffset - offset; off < -slack || off > slack || !test.kept && off != 0 {
			t.Errorf("%v: the clock is %d s ahead", test.ahead, tokens.ClockOffset)
		}
		if off := *tokens.ExpiresAt - (before.Unix() + offset + 3600); off < -slack || off > slack {
			t.Errorf("%v: off by %d s", test.ahead, off)
		}
	}
}

// J3: what is asked ends with the context.
func TestAnExchangeThatIsInterrupted(t *testing.T) {
	t.Parallel()
	server, p := startProvider(t)
	r := NewRequest()
	code := authorize(t, p, r)
	server.Behave(func(b *openidtest.Behaviour) { b.Token = "silent" })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := p.Exchange(ctx, r, code, redirectURI)
		ended <- err
	}()
	for server.Count("authorization_code") == 0 {
		select {
		case err := <-ended:
			t.Fatalf("ended with %v", err)
		default:
		}
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), url.QueryEscape(code)) {
		t.Errorf("got %v", err)
	}
}
