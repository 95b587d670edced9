package daemon_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/arkor-backend/identity"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/openidtest"
)

func anonymous(o *daemon.Options) { o.Anonymous = true }

// signIn lets the people of a provider in.
func signIn(p *openidtest.Provider, require ...identity.Claim) func(*daemon.Options) {
	return func(o *daemon.Options) {
		o.Provider = &identity.Provider{
			Issuer: p.Issuer(), ClientID: openidtest.ClientID, Audience: openidtest.Audience, CallbackPorts: []int{52521, 52522},
		}
		if len(require) > 0 {
			o.Provider.Require = require[0]
		}
	}
}

func startProvider(t *testing.T) *openidtest.Provider {
	t.Helper()
	p := openidtest.Start()
	t.Cleanup(p.Close)
	return p
}

// as is the same backend for somebody with another token.
func (b *backend) as(token string) *backend {
	client := *b.client
	client.Token = token
	other := *b
	other.client = &client
	return &other
}

// mint returns an anonymous identity, and the backend as it sees it.
func (b *backend) mint() (cloud.AnonymousIdentity, *backend) {
	b.t.Helper()
	made, err := b.client.Anonymous(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return made, b.as(made.Token)
}

func TestSignInIsOffered(t *testing.T) {
	t.Parallel()
	p := startProvider(t)
	issuer := p.Issuer()
	config := func(change ...func(*daemon.Options)) string {
		t.Helper()
		b := start(t, change...)
		return b.do("GET", "/v1/auth/cli/config", nil, "Authorization", "").text()
	}
	const nobody = `{"auth0Domain":null,"clientId":null,"audience":null,"callbackPorts":[],"anonymous":`
	check(t, nobody+`false}`, config())
	check(t, nobody+`true}`, config(anonymous))
	people := `{"auth0Domain":"` + issuer + `","clientId":"arkor-cli","audience":"https://api.arkor.test","callbackPorts":[52521,52522],"anonymous":`
	check(t, people+`false}`, config(signIn(p)))
	check(t, people+`true}`, config(signIn(p), anonymous))
	p.Behave(func(b *openidtest.Behaviour) { b.DeviceUnsupported = true })
	check(t, people+`false,"endpoints":{"authorization":"`+issuer+`/authorize","token":"`+issuer+`/oauth/token","revocation":"`+issuer+`/oauth/revoke"}}`,
		config(signIn(p)))
}

func TestAnonymousIdentity(t *testing.T) {
	t.Parallel()
	b := start(t, anonymous)
	post := func(body any) answer { return b.do("POST", "/v1/auth/anonymous", body, "Authorization", "") }
	for _, body := range []any{nil, "{}", `{"kind":"tv"}`, `{"kind":7}`, "[]"} {
		b.want(post(body), 400, "invalid_request")
	}
	a := post(`{"kind":"web"}`)
	b.want(a, 201, "")
	var made cloud.AnonymousIdentity
	if err := json.Unmarshal(a.body, &made); err != nil {
		t.Fatal(err)
	}
	want := `{"token":"` + made.Token + `","anonymousId":"` + made.AnonymousID + `","kind":"web","personalOrg":{"id":"` +
		made.PersonalOrg.ID + `","slug":"` + made.PersonalOrg.Slug + `","name":"Personal"}}`
	check(t, want, a.text())

	guest := b.as(made.Token)
	me, err := json.Marshal(cloud.Me{User: cloud.User{ID: made.AnonymousID}, Orgs: []cloud.Org{made.PersonalOrg}})
	if err != nil {
		t.Fatal(err)
	}
	check(t, string(me), guest.do("GET", "/v1/me", nil).text())
	if _, err := guest.client.CreateProject(t.Context(), made.PersonalOrg.Slug, "Mine", "mine"); err != nil {
		t.Error(err)
	}
	guest.want(guest.do("GET", "/v1/models", nil), 200, "")

	// The token is stored nowhere, and outlives a restart; without --anonymous
	// it is good for nothing.
	b.close()
	err = walkFiles(string(b.options.Home), func(path string) {
		if data, err := os.ReadFile(path); err != nil || bytes.Contains(data, []byte(made.Token)) {
			t.Errorf("%s has the token, or cannot be read: %v", path, err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	b.open()
	b.want(b.as(made.Token).do("GET", "/v1/me", nil), 200, "")
	b.close()
	b.options.Anonymous = false
	b.open()
	b.want(b.as(made.Token).do("GET", "/v1/me", nil), 401, "unauthorized")
	b.want(post(`{"kind":"cli"}`), 403, "anonymous_not_offered")
}

func TestAnonymousIdentitiesAreLimited(t *testing.T) {
	t.Parallel()
	b := start(t, anonymous)
	for range 30 {
		b.mint()
	}
	a := b.do("POST", "/v1/auth/anonymous", `{"kind":"cli"}`)
	b.want(a, http.StatusTooManyRequests, "too_many_identities")
	if wait, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 60 {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
}

func TestTeam(t *testing.T) {
	t.Parallel()
	p := startProvider(t)
	b := start(t, signIn(p, identity.Claim{Name: "groups", Value: "ml"}))
	groups := []string{"web", "ml"}
	ada := b.as(p.Issue(map[string]any{"sub": "ada", "email": "ada@example.test", "groups": groups}))
	bob := b.as(p.Issue(map[string]any{"sub": "bob", "email": nil, "groups": groups}))
	team := []cloud.Org{{ID: "team", Slug: "team", Name: "Team"}}
	adaIs, err := ada.client.Me(t.Context())
	if err != nil || adaIs.User.Email == nil {
		t.Fatal(adaIs, err)
	}
	check(t, "ada@example.test", *adaIs.User.Email)
	check(t, team, adaIs.Orgs)
	bobIs, err := bob.client.Me(t.Context())
	if err != nil || bobIs.User.ID == adaIs.User.ID || bobIs.User.Email != nil {
		t.Errorf("bob is %+v, %v", bobIs, err)
	}
	check(t, team, bobIs.Orgs)

	if _, err := ada.client.CreateProject(t.Context(), "team", "Demo", "demo"); err != nil {
		t.Fatal(err)
	}
	if projects, err := bob.client.Projects(t.Context(), "team"); err != nil || len(projects) != 1 {
		t.Errorf("bob sees %+v, %v", projects, err)
	}
	bob.want(bob.do("GET", inDemo("/v1/jobs"), nil), 403, "not_a_member")
	b.want(b.do("GET", "/v1/jobs?orgSlug=team&projectSlug=demo", nil), 403, "not_a_member") // the owner
	bob.want(bob.do("GET", "/v1/jobs?orgSlug=nobody&projectSlug=demo", nil), 404, "org_not_found")
	bob.want(bob.do("GET", "/v1/backend", nil), 403, "owner_only")
	bob.want(bob.do("POST", "/v1/backend/stop", "{}"), 403, "owner_only")
	b.want(b.do("GET", "/v1/backend", nil), 200, "")

	// Once somebody, always the same, also over a restart.
	b.close()
	b.open()
	if again, err := b.as(ada.client.Token).client.Me(t.Context()); err != nil || again.User.ID != adaIs.User.ID {
		t.Errorf("ada is %+v after a restart, %v", again, err)
	}
}

// All refusals look the same.
func TestTokensAreRefused(t *testing.T) {
	t.Parallel()
	p := startProvider(t)
	b := start(t, anonymous, signIn(p, identity.Claim{Name: "groups", Value: "ml"}))
	refused := b.do("GET", "/v1/me", nil, "Authorization", "")
	b.want(refused, 401, "unauthorized")
	with := func(name string, value any) string {
		claims := map[string]any{"groups": "ml"}
		claims[name] = value
		return p.Issue(claims)
	}
	b.want(b.as(with("sub", "ada")).do("GET", "/v1/me", nil), 200, "")
	for name, token := range map[string]string{
		"wrong audience": with("aud", "https://elsewhere.test"),
		"wrong issuer":   with("iss", "https://elsewhere.test"),
		"expired":        with("exp", time.Now().Add(-time.Minute).Unix()),
		"another group":  with("groups", "web"),
		"no group":       with("groups", nil),
		"another key":    p.IssueForged(map[string]any{"groups": "ml"}),
		"unsigned":       p.IssueUnsigned(map[string]any{"groups": "ml"}),
		"anonymous":      "anon_" + strings.Repeat("x", 43),
		"garbage":        "a.b.c",
		"oversized":      with("filler", strings.Repeat("x", 20<<10)),
	} {
		a := b.as(token).do("GET", "/v1/me", nil)
		if a.StatusCode != 401 || a.text() != refused.text() || a.Header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.text())
		}
	}
}

func TestProviderIsDown(t *testing.T) {
	t.Parallel()
	p := startProvider(t)
	b := start(t, signIn(p))
	known, unknown := p.Issue(nil), p.IssueForged(nil)
	p.Close()
	b.want(b.as(known).do("GET", "/v1/me", nil), 200, "")
	a := b.as(unknown).do("GET", "/v1/me", nil)
	b.want(a, http.StatusServiceUnavailable, "provider_unreachable")
	if a.Header.Get("Retry-After") == "" || a.Header.Get("WWW-Authenticate") != "" {
		t.Errorf("headers %v", a.Header)
	}
	b.want(b.do("GET", "/v1/me", nil), 200, "") // the owner needs no provider
	b.want(b.as("garbage").do("GET", "/v1/me", nil), 401, "unauthorized")

	b.close()
	if d, err := daemon.Open(t.Context(), b.options); err == nil {
		t.Errorf("started without its provider: %+v", d.Info())
	}
}
