package identity

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/openidtest"
)

func TestIssuers(t *testing.T) {
	t.Parallel()
	for issuer, ok := range map[string]bool{
		"https://login.test": true, "https://login.test/": true, "https://login.test:8443/realms/a": true,
		"http://127.0.0.1:9": true, "http://localhost:9/": true, "http://[::1]:9": true,
		"http://login.test": false, "http://127.0.0.1.login.test": false, "http://10.0.0.1": false, "login.test": false, "": false,
		"https://": false, "https://:80": false, "file:///etc": false, "https://a@login.test": false,
		"https://login.test?a": false, "https://login.test#a": false,
	} {
		if err := CheckIssuer(issuer); (err == nil) != ok {
			t.Errorf("%q: %v", issuer, err)
		}
	}
}

// Auth0's name ends in a slash, and people leave it out.
func TestSlashOfTheIssuer(t *testing.T) {
	t.Parallel()
	p, described := provider(t)
	p.Behave(func(b *openidtest.Behaviour) { b.IssuerSlash = true })
	v, err := discover(t.Context(), *described)
	if err != nil {
		t.Fatal(err)
	}
	if v.Issuer != described.Issuer+"/" || v.config().Endpoints != nil {
		t.Errorf("issuer %s, endpoints %+v", v.Issuer, v.config().Endpoints)
	}
	if _, err := v.verify(t.Context(), p.Issue(nil)); err != nil {
		t.Error(err)
	}
}

func TestConfigs(t *testing.T) {
	t.Parallel()
	auth0 := func(base string) cloud.AuthEndpoints {
		return cloud.AuthEndpoints{Authorization: base + "/authorize", Token: base + "/oauth/token",
			DeviceAuthorization: base + "/oauth/device/code", Revocation: base + "/oauth/revoke"}
	}
	without := auth0("https://a.test")
	without.DeviceAuthorization = ""
	const rest = `,"clientId":"c","audience":"a","callbackPorts":[1,2]`
	for _, tc := range []struct {
		issuer    string
		endpoints cloud.AuthEndpoints
		want      string
	}{
		{"https://a.test/", auth0("https://a.test"), `{"auth0Domain":"a.test"` + rest + `}`},
		{"https://a.test:8443", auth0("https://a.test:8443"), `{"auth0Domain":"a.test:8443"` + rest + `}`},
		{"http://127.0.0.1:1", auth0("http://127.0.0.1:1"), `{"auth0Domain":"http://127.0.0.1:1"` + rest + `}`},
		{"https://a.test/realms/b", auth0("https://a.test/realms/b"), `{"auth0Domain":"https://a.test/realms/b"` + rest + `}`},
		{"https://a.test", without, `{"auth0Domain":"a.test"` + rest +
			`,"endpoints":{"authorization":"https://a.test/authorize","token":"https://a.test/oauth/token","revocation":"https://a.test/oauth/revoke"}}`},
	} {
		v := &verifier{Provider: Provider{Issuer: tc.issuer, ClientID: "c", Audience: "a", CallbackPorts: []int{1, 2}}, endpoints: tc.endpoints}
		got, err := json.Marshal(v.config())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tc.want, string(got)); diff != "" {
			t.Errorf("%s: %s", tc.issuer, diff)
		}
	}
}

// A provider that cannot be used is told apart at the start.
func TestDiscoveryFails(t *testing.T) {
	t.Parallel()
	p, _ := provider(t)
	for name, tc := range map[string]struct {
		document func(issuer string) map[string]any
		want     string
	}{
		"another name": {func(string) map[string]any {
			return map[string]any{"issuer": "https://login.test"}
		}, `calls itself "https://login.test"`},
		"plain http": {func(issuer string) map[string]any {
			return map[string]any{"issuer": issuer, "authorization_endpoint": issuer + "/a", "token_endpoint": "http://login.test/t", "jwks_uri": issuer + "/k"}
		}, `its token_endpoint "http://login.test/t" must begin with https://`},
		"no endpoints": {func(issuer string) map[string]any {
			return map[string]any{"issuer": issuer}
		}, `its authorization_endpoint "" is not an absolute URL`},
		"no keys": {func(issuer string) map[string]any {
			return map[string]any{"issuer": issuer, "authorization_endpoint": issuer + "/a", "token_endpoint": issuer + "/t", "jwks_uri": issuer + "/k"}
		}, "its keys: "},
		"keys of another host": {func(issuer string) map[string]any {
			return map[string]any{"issuer": issuer, "authorization_endpoint": issuer + "/a", "token_endpoint": issuer + "/t", "jwks_uri": issuer + "/elsewhere"}
		}, "answered 302 Found"},
		"no document": {nil, "404 Not Found"},
	} {
		mux := http.NewServeMux()
		server := httptest.NewServer(mux)
		t.Cleanup(server.Close)
		mux.Handle("/elsewhere", http.RedirectHandler(p.Issuer()+"/.well-known/jwks.json", http.StatusFound))
		if tc.document != nil {
			mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_ = json.NewEncoder(w).Encode(tc.document(server.URL))
			})
		}
		_, err := discover(t.Context(), Provider{Issuer: server.URL, ClientID: "c"})
		if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), server.URL) {
			t.Errorf("%s: %v", name, err)
		}
		if tc.document == nil && !strings.Contains(cli.HintOf(err), server.URL+"/.well-known/openid-configuration") {
			t.Errorf("%s: hint %q", name, cli.HintOf(err))
		}
	}
}
