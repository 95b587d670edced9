package openidtest_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/openidtest"
)

const redirectURI = "http://127.0.0.1:52521/callback"

func start(t *testing.T) *openidtest.Provider {
	t.Helper()
	p := openidtest.Start()
	t.Cleanup(p.Close)
	return p
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// authorize returns what the browser is sent back with.
func authorize(t *testing.T, p *openidtest.Provider, change url.Values) (status int, back url.Values) {
	t.Helper()
	query := url.Values{
		"response_type": {"code"}, "client_id": {openidtest.ClientID}, "redirect_uri": {redirectURI},
		"scope": {"openid profile email offline_access"}, "audience": {openidtest.Audience}, "state": {"st"},
		"code_challenge": {challenge("verifier")}, "code_challenge_method": {"S256"},
	}
	for key, value := range change {
		query[key] = value
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(strings.TrimSuffix(p.Issuer(), "/") + "/authorize?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		return resp.StatusCode, nil
	}
	location, err := resp.Location()
	if err != nil {
		t.Fatal(err)
	}
	if got, _, _ := strings.Cut(location.String(), "?"); got != redirectURI {
		t.Fatalf("sent to %s", location)
	}
	return resp.StatusCode, location.Query()
}

func post(t *testing.T, p *openidtest.Provider, path string, form url.Values) (*http.Response, map[string]any) {
	t.Helper()
	resp, err := http.PostForm(strings.TrimSuffix(p.Issuer(), "/")+path, form)
	if err != nil {
		t.Fatal(err)
	}
	return resp, read(t, resp)
}

func read(t *testing.T, resp *http.Response) map[string]any {
	t.Helper()
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	_ = json.Unmarshal(data, &body) // pages are tested by their status
	return body
}

func exchange(code, verifier string) url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier},
		"client_id": {openidtest.ClientID}, "redirect_uri": {redirectURI},
	}
}

func refresh(token any) url.Values {
	text, _ := token.(string)
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {text}, "client_id": {openidtest.ClientID}}
}

// signIn returns the tokens of a whole sign-in.
func signIn(t *testing.T, p *openidtest.Provider) map[string]any {
	t.Helper()
	_, back := authorize(t, p, nil)
	resp, body := post(t, p, "/oauth/token", exchange(back.Get("code"), "verifier"))
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("exchange: %d %v", resp.StatusCode, body)
	}
	return body
}

func wantError(t *testing.T, resp *http.Response, body map[string]any, status int, word string) {
	t.Helper()
	if resp.StatusCode != status || body["error"] != word {
		t.Errorf("got %d %v, want %d %s", resp.StatusCode, body, status, word)
	}
}

// verify checks a token against the published key and returns its claims.
func verify(t *testing.T, p *openidtest.Provider, token any) (claims map[string]any, err error) {
	t.Helper()
	resp, err := http.Get(strings.TrimSuffix(p.Issuer(), "/") + "/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	document := read(t, resp)
	if document["issuer"] != p.Issuer() {
		t.Errorf("the document says issuer %v, the provider %s", document["issuer"], p.Issuer())
	}
	if resp, err = http.Get(document["jwks_uri"].(string)); err != nil {
		t.Fatal(err)
	}
	key := read(t, resp)["keys"].([]any)[0].(map[string]any)
	number := func(name string) *big.Int {
		data, err := base64.RawURLEncoding.DecodeString(key[name].(string))
		if err != nil {
			t.Fatal(err)
		}
		return new(big.Int).SetBytes(data)
	}
	text, signature, _ := cutLast(token.(string), ".")
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		t.Fatal(err)
	}
	_, payload, _ := strings.Cut(text, ".")
	data, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &claims); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	return claims, rsa.VerifyPKCS1v15(&rsa.PublicKey{N: number("n"), E: int(number("e").Int64())}, crypto.SHA256, sum[:], raw)
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func TestSignInAndRefresh(t *testing.T) {
	t.Parallel()
	p := start(t)
	tokens := signIn(t, p)
	claims, err := verify(t, p, tokens["access_token"])
	if err != nil {
		t.Fatal(err)
	}
	if claims["iss"] != p.Issuer() || claims["sub"] != "user-1" || claims["email"] != "user-1@example.test" ||
		!slices.Equal(claims["aud"].([]any), []any{openidtest.Audience}) || claims["exp"].(float64)-claims["iat"].(float64) != 3600 {
		t.Errorf("claims: %v", claims)
	}
	if tokens["expires_in"] != 3600.0 || tokens["token_type"] != "Bearer" || tokens["id_token"] == nil {
		t.Errorf("tokens: %v", tokens)
	}

	// Refreshing, in JSON this time, replaces the refresh token. Using the old
	// one ends them all.
	data, err := json.Marshal(map[string]any{
		"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": openidtest.ClientID,
	})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(p.Issuer()+"/oauth/token", "application/json", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	second := read(t, resp)
	if resp.StatusCode != http.StatusOK || second["refresh_token"] == nil || second["refresh_token"] == tokens["refresh_token"] {
		t.Fatalf("refresh: %d %v", resp.StatusCode, second)
	}
	resp, body := post(t, p, "/oauth/token", refresh(tokens["refresh_token"]))
	wantError(t, resp, body, http.StatusForbidden, "invalid_grant")
	resp, body = post(t, p, "/oauth/token", refresh(second["refresh_token"]))
	wantError(t, resp, body, http.StatusForbidden, "invalid_grant")

	if got := p.Count("authorization_code"); got != 1 {
		t.Errorf("%d exchanges", got)
	}
	if got := p.Count("refresh_token"); got != 3 {
		t.Errorf("%d refreshes", got)
	}
	secrets := p.Secrets()
	for _, tokens := range []map[string]any{tokens, second} {
		for _, name := range []string{"access_token", "refresh_token", "id_token"} {
			if !slices.Contains(secrets, tokens[name].(string)) {
				t.Errorf("the %s is not among the secrets", name)
			}
		}
	}
}

func TestExchangeIsRefused(t *testing.T) {
	t.Parallel()
	p := start(t)
	code := func() string {
		_, back := authorize(t, p, nil)
		return back.Get("code")
	}
	otherPort := exchange(code(), "verifier")
	otherPort.Set("redirect_uri", "http://127.0.0.1:1/callback")
	otherClient := exchange(code(), "verifier")
	otherClient.Set("client_id", "somebody")
	for _, test := range []struct {
		name   string
		form   url.Values
		status int
		word   string
	}{
		{"wrong verifier", exchange(code(), "another"), http.StatusBadRequest, "invalid_grant"},
		{"another redirect_uri", otherPort, http.StatusBadRequest, "invalid_grant"},
		{"another client", otherClient, http.StatusUnauthorized, "invalid_client"},
		{"unknown code", exchange("code_x", "verifier"), http.StatusBadRequest, "invalid_grant"},
		{"no grant type", url.Values{"client_id": {openidtest.ClientID}}, http.StatusBadRequest, "unsupported_grant_type"},
	} {
		resp, body := post(t, p, "/oauth/token", test.form)
		t.Log(test.name)
		wantError(t, resp, body, test.status, test.word)
	}

	// A code that is used twice takes back what it gave the first time.
	replayed := code()
	resp, tokens := post(t, p, "/oauth/token", exchange(replayed, "verifier"))
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("exchange: %d %v", resp.StatusCode, tokens)
	}
	resp, body := post(t, p, "/oauth/token", exchange(replayed, "verifier"))
	wantError(t, resp, body, http.StatusBadRequest, "invalid_grant")
	resp, body = post(t, p, "/oauth/token", refresh(tokens["refresh_token"]))
	wantError(t, resp, body, http.StatusForbidden, "invalid_grant")
}

func TestAuthorizeIsRefused(t *testing.T) {
	t.Parallel()
	p := start(t)
	for _, test := range []struct {
		param, value string
		status       int
		word         string
	}{
		{"client_id", "somebody", http.StatusBadRequest, ""},
		{"state", "", http.StatusBadRequest, ""},
		{"redirect_uri", "http://127.0.0.1:52521/elsewhere", http.StatusBadRequest, ""},
		{"redirect_uri", "http://127.0.0.2:52521/callback", http.StatusBadRequest, ""},
		{"redirect_uri", "http://127.0.0.1/callback", http.StatusBadRequest, ""},
		{"redirect_uri", "https://127.0.0.1:52521/callback", http.StatusBadRequest, ""},
		{"redirect_uri", "http://localhost:52521/callback", http.StatusBadRequest, ""},
		{"redirect_uri", "http://user@127.0.0.1:52521/callback", http.StatusBadRequest, ""},
		{"response_type", "token", http.StatusFound, "unsupported_response_type"},
		{"code_challenge_method", "plain", http.StatusFound, "invalid_request"},
		{"code_challenge", "", http.StatusFound, "invalid_request"},
		{"audience", "https://elsewhere.test", http.StatusFound, "access_denied"},
	} {
		status, back := authorize(t, p, url.Values{test.param: {test.value}})
		if status != test.status || back.Get("error") != test.word || back.Get("code") != "" {
			t.Errorf("%s=%s: %d %v", test.param, test.value, status, back)
		}
	}
}
