package openidtest_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/openidtest"
)

func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.Behave(func(b *openidtest.Behaviour) { b.Deny, b.DenyDescription = "access_denied", "no & never" })
	if _, back := authorize(t, p, nil); back.Encode() != "error=access_denied&error_description=no+%26+never&state=st" {
		t.Errorf("denied: %v", back)
	}
	p.Behave(func(b *openidtest.Behaviour) { *b = openidtest.Behaviour{WrongState: true} })
	if _, back := authorize(t, p, nil); back.Get("state") == "st" || back.Get("state") == "" || back.Get("code") == "" {
		t.Errorf("wrong state: %v", back)
	}

	p.Behave(func(b *openidtest.Behaviour) { *b = openidtest.Behaviour{NoRefreshToken: true, NoExpiresIn: true} })
	tokens := signIn(t, p)
	if tokens["refresh_token"] != nil || tokens["expires_in"] != nil {
		t.Errorf("tokens: %v", tokens)
	}

	p.Behave(func(b *openidtest.Behaviour) {
		*b = openidtest.Behaviour{
			NoRotation: true, ClockOffset: -time.Hour, ExpiresIn: time.Minute, IssuerSlash: true,
			Subject: "ada", Claims: map[string]any{"org": "acme"},
		}
	})
	tokens = signIn(t, p)
	for range 2 {
		resp, again := post(t, p, "/oauth/token", refresh(tokens["refresh_token"]))
		if resp.StatusCode != http.StatusOK || again["refresh_token"] != nil {
			t.Errorf("refresh without rotation: %d %v", resp.StatusCode, again)
		}
		date, err := http.ParseTime(resp.Header.Get("Date"))
		if ago := time.Since(date); err != nil || ago < 59*time.Minute || ago > 61*time.Minute {
			t.Errorf("Date: %v, %v ago", err, ago)
		}
		claims, err := verify(t, p, again["access_token"])
		if err != nil {
			t.Fatal(err)
		}
		if claims["sub"] != "ada" || claims["org"] != "acme" || !strings.HasSuffix(claims["iss"].(string), "/") ||
			claims["exp"].(float64)-claims["iat"].(float64) != 60 || claims["exp"].(float64) > float64(date.Add(2*time.Minute).Unix()) {
			t.Errorf("claims: %v", claims)
		}
	}
	p.Behave(func(b *openidtest.Behaviour) { b.RefuseRefresh = true })
	resp, body := post(t, p, "/oauth/token", refresh(tokens["refresh_token"]))
	wantError(t, resp, body, http.StatusForbidden, "invalid_grant")

	for behaviour, want := range map[string]int{"html": 200, "not-json": 200, "500": 500} {
		p.Behave(func(b *openidtest.Behaviour) { b.Token = behaviour })
		resp, body := post(t, p, "/oauth/token", refresh(tokens["refresh_token"]))
		if resp.StatusCode != want || body != nil {
			t.Errorf("%s: %d %v", behaviour, resp.StatusCode, body)
		}
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.Behave(func(b *openidtest.Behaviour) { b.Token = "silent" })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Issuer()+"/oauth/token", strings.NewReader(refresh("x").Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	ended := make(chan error, 1)
	go func() {
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		ended <- err
	}()
	for p.Count("refresh_token") == 0 {
		time.Sleep(time.Millisecond)
	}
	select {
	case err := <-ended:
		t.Fatalf("answered: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestForgedTokens(t *testing.T) {
	t.Parallel()
	p := start(t)
	claims, err := verify(t, p, p.Issue(map[string]any{"aud": "elsewhere", "email": nil}))
	if _, ok := claims["email"]; err != nil || ok || claims["aud"] != "elsewhere" {
		t.Errorf("%v %v", claims, err)
	}
	if _, err := verify(t, p, p.IssueForged(nil)); err == nil {
		t.Error("the forged token is good")
	}
	token := p.IssueUnsigned(nil)
	header, _, _ := strings.Cut(token, ".")
	if data, _ := base64.RawURLEncoding.DecodeString(header); !strings.Contains(string(data), `"none"`) || !strings.HasSuffix(token, ".") {
		t.Errorf("header %s, token %s", data, token)
	}
	if _, err := verify(t, p, token); err == nil {
		t.Error("the unsigned token is good")
	}
}
