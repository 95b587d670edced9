package oauthflow

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/credentials"
	"github.com/arkorlab/arkor-go/shared/openidtest"
)

// startProvider starts a provider, and returns it as a client knows it too.
func startProvider(t *testing.T) (*openidtest.Provider, Provider) {
	t.Helper()
	server := openidtest.Start()
	t.Cleanup(server.Close)
	issuer, client, audience := server.Issuer(), openidtest.ClientID, openidtest.Audience
	config := cloud.AuthConfig{Auth0Domain: &issuer, ClientID: &client, Audience: &audience, CallbackPorts: []int{0}}
	p, ok, err := FromConfig(config, cloud.Patient())
	if !ok || err != nil {
		t.Fatalf("no provider: %v", err)
	}
	return server, p
}

// L3: OAuth is there when all three are, and null and "" are the same (App. C5).
func TestFromConfig(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	domain, id, audience := text("login.test"), text("c1"), text("https://api.test")
	auth0 := cloud.AuthEndpoints{
		Authorization: "https://login.test/authorize", Token: "https://login.test/oauth/token",
		DeviceAuthorization: "https://login.test/oauth/device/code", Revocation: "https://login.test/oauth/revoke",
	}
	other := cloud.AuthEndpoints{Authorization: "https://id.test/auth", Token: "https://id.test/token"}
	for _, test := range []struct {
		name   string
		config cloud.AuthConfig
		want   Provider
		ok     bool
		err    string
	}{
		{"nothing", cloud.AuthConfig{}, Provider{}, false, ""},
		{"no domain", cloud.AuthConfig{ClientID: id, Audience: audience}, Provider{}, false, ""},
		{"no client", cloud.AuthConfig{Auth0Domain: domain, Audience: audience}, Provider{}, false, ""},
		{"no audience", cloud.AuthConfig{Auth0Domain: domain, ClientID: id}, Provider{}, false, ""},
		{"an empty audience", cloud.AuthConfig{Auth0Domain: domain, ClientID: id, Audience: text("")}, Provider{}, false, ""},
		{"a host", cloud.AuthConfig{Auth0Domain: domain, ClientID: id, Audience: audience, CallbackPorts: []int{1, 2}},
			Provider{Domain: "login.test", ClientID: "c1", Audience: "https://api.test", Ports: []int{1, 2}, Endpoints: auth0}, true, ""},
		{"an address", cloud.AuthConfig{Auth0Domain: text("https://login.test/"), ClientID: id, Audience: audience}, // O4
			Provider{Domain: "https://login.test/", ClientID: "c1", Audience: "https://api.test", Endpoints: auth0}, true, ""},
		{"other paths", cloud.AuthConfig{Auth0Domain: domain, ClientID: id, Audience: audience, Endpoints: &other},
			Provider{Domain: "login.test", ClientID: "c1", Audience: "https://api.test", Endpoints: other}, true, ""},
		{"http to another machine", cloud.AuthConfig{Auth0Domain: text("http://login.test"), ClientID: id, Audience: audience}, Provider{}, true,
			"the sign-in provider: http://login.test/authorize would send the token unencrypted; use https://"},
		{"a token endpoint in the clear", cloud.AuthConfig{Auth0Domain: domain, ClientID: id, Audience: audience, Endpoints: &cloud.AuthEndpoints{Authorization: "https://id.test/auth", Token: "http://id.test/token"}}, Provider{}, true,
			"the sign-in provider: http://id.test/token would send the token unencrypted; use https://"},
		{"no token endpoint", cloud.AuthConfig{Auth0Domain: domain, ClientID: id, Audience: audience, Endpoints: &cloud.AuthEndpoints{Authorization: "https://id.test/auth"}}, Provider{}, true,
			"the sign-in provider: it has no authorization or no token endpoint"},
	} {
		got, ok, err := FromConfig(test.config, nil)
		if ok != test.ok || message(err) != test.err || err == nil && !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, %t, %v", test.name, got, ok, err)
		}
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// What is stored is enough to renew a session, and says no more than it has to.
func TestCredentialsAndBack(t *testing.T) {
	t.Parallel()
	address, at := "https://api.test", int64(5)
	for _, test := range []struct {
		name      string
		endpoints cloud.AuthEndpoints
		stored    [2]string // the endpoints' addresses
		back      cloud.AuthEndpoints
	}{
		{"Auth0", cloud.Auth0Endpoints(issuer("login.test")), [2]string{}, cloud.Auth0Endpoints(issuer("login.test"))},
		{"another",
			cloud.AuthEndpoints{Authorization: "https://id.test/auth", Token: "https://id.test/token", DeviceAuthorization: "https://id.test/device", Revocation: "https://id.test/revoke"},
			[2]string{"https://id.test/token", "https://id.test/revoke"},
			cloud.AuthEndpoints{Token: "https://id.test/token", Revocation: "https://id.test/revoke"}},
	} {
		p := Provider{Domain: "login.test", ClientID: "c1", Audience: "aud", Endpoints: test.endpoints}
		c := p.Credentials(Tokens{"at", "rt", &at, 7}, address)
		want := credentials.Credentials{
			Mode: credentials.OAuth, Token: "at", APIURL: &address, RefreshToken: "rt", ExpiresAt: &at, ClockOffset: 7,
			Domain: "login.test", Audience: "aud", ClientID: "c1", TokenEndpoint: test.stored[0], RevocationEndpoint: test.stored[1],
		}
		if !reflect.DeepEqual(c, want) {
			t.Errorf("%s: stored %#v", test.name, c)
		}
		client := &http.Client{}
		back, err := FromCredentials(c, client)
		if want := (Provider{Domain: "login.test", ClientID: "c1", Audience: "aud", Endpoints: test.back, HTTP: client}); err != nil || !reflect.DeepEqual(back, want) {
			t.Errorf("%s: back %+v, %v", test.name, back, err)
		}
	}
	if _, err := FromCredentials(credentials.Credentials{Domain: "http://login.test"}, nil); err == nil {
		t.Error("a refresh token would be sent in the clear")
	}
}

// O1, O3, O4, App. C6, C7: order and encoding are what the reference sends. The
// challenge is the example of RFC 7636, appendix B.
func TestAuthorizeURL(t *testing.T) {
	t.Parallel()
	r := Request{Verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", State: "st-_1"}
	p := Provider{ClientID: "c 1&", Audience: "https://api.test/?a=b", Endpoints: cloud.Auth0Endpoints(issuer("http://127.0.0.1:8080"))}
	want := "http://127.0.0.1:8080/authorize?response_type=code&client_id=c+1%26" +
		"&redirect_uri=http%3A%2F%2F127.0.0.1%3A52521%2Fcallback&scope=openid+profile+email+offline_access" +
		"&audience=https%3A%2F%2Fapi.test%2F%3Fa%3Db&state=st-_1" +
		"&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
	if got := p.AuthorizeURL(r, "http://127.0.0.1:52521/callback"); got != want {
		t.Errorf("got %s", got)
	}
	p.Endpoints = cloud.Auth0Endpoints(issuer("login.test"))
	if got := p.AuthorizeURL(r, ""); !strings.HasPrefix(got, "https://login.test/authorize?response_type=code&") {
		t.Errorf("a host: %s", got)
	}
}

// O1, App. C6: fresh values each time, and the verifier stays here.
func TestRequestsAreFresh(t *testing.T) {
	t.Parallel()
	_, p := startProvider(t)
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	seen := map[string]bool{}
	for range 50 {
		r := NewRequest()
		if len(r.Verifier) != 43 || len(r.State) != 22 || strings.Trim(r.Verifier+r.State, alphabet) != "" {
			t.Fatalf("verifier %q, state %q", r.Verifier, r.State)
		}
		address := p.AuthorizeURL(r, "http://127.0.0.1:1/callback")
		u, err := url.Parse(address)
		if err != nil || u.Query().Get("state") != r.State || len(u.Query().Get("code_challenge")) != 43 {
			t.Fatalf("%s: %v", address, err)
		}
		if strings.Contains(address, r.Verifier) || strings.Contains(r.Verifier, r.State) {
			t.Fatal("the verifier shows")
		}
		for _, value := range []string{r.Verifier, r.State} {
			if seen[value] {
				t.Fatalf("%s came twice", value)
			}
			seen[value] = true
		}
	}
}
