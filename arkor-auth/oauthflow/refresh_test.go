package oauthflow

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/openidtest"
)

// T2: a rotated refresh token takes the place of the old one, else that stays.
func TestRefresh(t *testing.T) {
	t.Parallel()
	server, p := startProvider(t)
	tokens, err := signIn(t, p)
	if err != nil {
		t.Fatal(err)
	}
	asked := len(server.Requests())
	rotated, err := p.Refresh(t.Context(), tokens.Refresh)
	if err != nil || rotated.Access == tokens.Access || rotated.Refresh == tokens.Refresh || !slices.Contains(server.Secrets(), rotated.Refresh) || rotated.ExpiresAt == nil {
		t.Errorf("with rotation: %v", err)
	}
	want := map[string]string{"grant_type": "refresh_token", "refresh_token": tokens.Refresh, "client_id": openidtest.ClientID}
	if requests := server.Requests()[asked:]; len(requests) != 1 || !maps.Equal(requests[0].Params, want) {
		t.Errorf("asked %v", requests)
	}
	server.Behave(func(b *openidtest.Behaviour) { b.NoRotation = true })
	kept, err := p.Refresh(t.Context(), rotated.Refresh)
	if err != nil || kept.Access == rotated.Access || kept.Refresh != rotated.Refresh {
		t.Errorf("without rotation: %v", err)
	}
}

// T4: only what the provider says of the refresh token ends the session.
func TestRefreshIsRefused(t *testing.T) {
	t.Parallel()
	server, p := startProvider(t)
	impatient := p
	impatient.HTTP = &http.Client{Timeout: 20 * time.Millisecond}
	stranger := p
	stranger.ClientID = "somebody"
	away := p
	away.Endpoints.Token = "http://127.0.0.1:1/oauth/token"
	for _, test := range []struct {
		name    string
		p       Provider
		change  openidtest.Behaviour
		revoked bool
		err     string
	}{
		{"revoked", p, openidtest.Behaviour{RefuseRefresh: true}, true, "the sign-in has ended: the provider no longer accepts its refresh token"},
		{"another client", stranger, openidtest.Behaviour{}, false,
			`Auth0 token refresh failed (401): {"error":"invalid_client","error_description":"unknown client_id"}`},
		{"a page of the network", p, openidtest.Behaviour{Token: "html"}, false,
			`Auth0 token refresh failed (200): <!doctype html><title>Welcome</title><p>Please accept the terms of this network.</p>`},
		{"a failure", p, openidtest.Behaviour{Token: "500"}, false, "Auth0 token refresh failed (500): internal server error"},
		{"half an object", p, openidtest.Behaviour{Token: "not-json"}, false, `Auth0 token refresh failed (200): {"access_token":`},
		{"silence", impatient, openidtest.Behaviour{Token: "silent"}, false, "no answer from " + p.Domain + " (POST /oauth/token) in time"},
		{"nobody", away, openidtest.Behaviour{}, false,
			"cannot reach http://127.0.0.1:1 (POST /oauth/token): dial tcp 127.0.0.1:1: connect: connection refused"},
	} {
		server.Behave(func(b *openidtest.Behaviour) { *b = openidtest.Behaviour{} })
		tokens, err := signIn(t, p)
		if err != nil {
			t.Fatal(err)
		}
		server.Behave(func(b *openidtest.Behaviour) { *b = test.change })
		got, err := test.p.Refresh(t.Context(), tokens.Refresh)
		if message(err) != test.err || errors.Is(err, ErrRevoked) != test.revoked || got != (Tokens{}) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// A code that is refused is not a session that has ended.
func TestInvalidGrantOfACode(t *testing.T) {
	t.Parallel()
	_, p := startProvider(t)
	if _, err := p.Exchange(t.Context(), NewRequest(), "code_unknown", redirectURI); err == nil || errors.Is(err, ErrRevoked) {
		t.Errorf("got %v", err)
	}
}

// X5: best effort. A provider that does not offer it, or does not know the
// token, has no session to end; one that fails may have.
func TestRevoke(t *testing.T) {
	t.Parallel()
	server, p := startProvider(t)
	tokens, err := signIn(t, p)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		status int
		err    string
	}{
		{http.StatusNotFound, ""},
		{http.StatusForbidden, ""},
		{http.StatusInternalServerError, "revocation failed (500)"},
		{http.StatusServiceUnavailable, "revocation failed (503)"},
	} {
		server.Behave(func(b *openidtest.Behaviour) { b.RevokeStatus = test.status })
		if err := p.Revoke(t.Context(), tokens.Refresh); message(err) != test.err {
			t.Errorf("%d: %v", test.status, err)
		}
	}
	server.Behave(func(b *openidtest.Behaviour) { b.RevokeStatus = 0 })
	asked := len(server.Requests())
	if err := p.Revoke(t.Context(), tokens.Refresh); err != nil {
		t.Error(err)
	}
	want := map[string]string{"token": tokens.Refresh, "token_type_hint": "refresh_token", "client_id": openidtest.ClientID}
	if requests := server.Requests()[asked:]; len(requests) != 1 || requests[0].Path != "/oauth/revoke" || !maps.Equal(requests[0].Params, want) {
		t.Errorf("asked %v", requests)
	}
	if _, err := p.Refresh(t.Context(), tokens.Refresh); !errors.Is(err, ErrRevoked) {
		t.Errorf("the session goes on: %v", err)
	}
	if err := p.Revoke(t.Context(), "unknown"); err != nil {
		t.Errorf("an unknown token: %v", err)
	}
	empty := answering(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/json") })
	if err := empty.Revoke(t.Context(), "r"); err != nil {
		t.Errorf("an answer without a body: %v", err)
	}
	without := p
	without.Endpoints.Revocation, without.HTTP = "", nil
	if err := without.Revoke(t.Context(), tokens.Refresh); err != nil {
		t.Errorf("not offered: %v", err)
	}
	server.Close()
	if err := p.Revoke(t.Context(), tokens.Refresh); err == nil {
		t.Error("nobody was there")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Revoke(ctx, tokens.Refresh); !errors.Is(err, context.Canceled) {
		t.Errorf("the context has ended: %v", err)
	}
}
