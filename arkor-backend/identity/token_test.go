package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/openidtest"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	p, described := provider(t)
	v, err := discover(t.Context(), *described)
	if err != nil {
		t.Fatal(err)
	}
	with := func(name string, value any) string { return p.Issue(map[string]any{name: value}) }
	good := p.Issue(nil)
	for name, tc := range map[string]struct{ token, want string }{
		"good":                {good, "user-1"},
		"one audience":        {with("aud", openidtest.Audience), "user-1"},
		"several audiences":   {with("aud", []string{"x", openidtest.Audience}), "user-1"},
		"wrong audience":      {with("aud", "https://elsewhere.test"), "refused"},
		"the client's own":    {with("aud", openidtest.ClientID), "refused"},
		"an ID token":         {with("at_hash", "x"), "refused"},
		"one with a nonce":    {with("nonce", "x"), "refused"},
		"one that says so":    {with("typ", "ID"), "refused"},
		"no audience":         {with("aud", nil), "refused"},
		"wrong issuer":        {with("iss", "https://elsewhere.test"), "refused"},
		"issuer with a slash": {with("iss", p.Issuer()+"/"), "refused"},
		"no issuer":           {with("iss", nil), "refused"},
		"expired":             {with("exp", time.Now().Add(-time.Second).Unix()), "unknown"},
		"no expiry":           {with("exp", nil), "unknown"},
		"not valid yet":       {with("nbf", time.Now().Add(time.Hour).Unix()), "refused"},
		"no subject":          {with("sub", nil), "refused"},
		"long subject":        {with("sub", strings.Repeat("x", 2000)), "refused"},
		"another key":         {p.IssueForged(nil), "unknown"},
		"no signature":        {p.IssueUnsigned(nil), "unknown"},
		"a public secret":     {symmetric(t, p), "unknown"},
		"cut":                 {good[:len(good)-20], "unknown"},
		"another payload":     {swapPayload(good, with("sub", "admin")), "unknown"},
		"JSON form":           {jsonForm(t, good), "unknown"},
		"padded":              {good + "=", "unknown"},
		"four parts":          {good + ".x", "unknown"},
		"garbage":             {"not a token", "unknown"},
		"dots":                {"..", "unknown"},
	} {
		person, err := v.verify(t.Context(), tc.token)
		var refused *refusedError
		got := person.subject
		switch {
		case errors.As(err, &refused):
			got = "refused"
		case errors.Is(err, ErrUnknown):
			got = "unknown"
		case err != nil:
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s: got %s (%v), want %s", name, got, err, tc.want)
		}
	}
}

func TestRequiredClaim(t *testing.T) {
	t.Parallel()
	p, described := provider(t)
	for _, tc := range []struct {
		require string
		value   any
		ok      bool
	}{
		{"groups=ml", "ml", true},
		{"groups=ml", []string{"web", "ml"}, true},
		{"groups=ml", []any{7, nil, []string{"ml"}}, false},
		{"groups=ml", []string{"ml2", "ML"}, false},
		{"groups=ml", nil, false},
		{"groups=ml", map[string]string{"ml": "ml"}, false},
		{"https://acme.test/role=a=b", "a=b", true},
		{"verified=true", true, true},
		{"verified=true", "true", true},
		{"verified=true", false, false},
		{"level=3", 3, true},
	} {
		var ok bool
		if described.Require, ok = ParseClaim(tc.require); !ok || described.Require.String() != tc.require {
			t.Fatalf("%s: %+v", tc.require, described.Require)
		}
		v, err := discover(t.Context(), *described)
		if err != nil {
			t.Fatal(err)
		}
		_, err = v.verify(t.Context(), p.Issue(map[string]any{described.Require.Name: tc.value}))
		if (err == nil) != tc.ok {
			t.Errorf("%s with %v: %v", tc.require, tc.value, err)
		}
	}
	for _, text := range []string{"", "groups", "groups=", "=ml"} {
		if c, ok := ParseClaim(text); ok {
			t.Errorf("%q: %+v", text, c)
		}
	}
}

// symmetric is a token signed with the provider's public key as a secret, which
// a careless verifier takes.
func symmetric(t *testing.T, p *openidtest.Provider) string {
	t.Helper()
	res, err := http.Get(p.Issuer() + "/.well-known/jwks.json")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	secret, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	payload := strings.Split(p.Issue(nil), ".")[1]
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","kid":"key-1"}`)) + "." + payload
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func swapPayload(token, from string) string {
	parts, other := strings.Split(token, "."), strings.Split(from, ".")
	return parts[0] + "." + other[1] + "." + parts[2]
}

// jsonForm is the same token as RFC 7515 writes it in JSON.
func jsonForm(t *testing.T, token string) string {
	t.Helper()
	parts := strings.Split(token, ".")
	data, err := json.Marshal(map[string]string{"protected": parts[0], "payload": parts[1], "signature": parts[2]})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
