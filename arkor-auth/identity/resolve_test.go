package identity

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/credentials"
)

// T2: a token that holds is used as it is, and one that does not is renewed.
func TestWhenATokenIsRenewed(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m, server := account(t, a)
	for _, test := range []struct {
		name     string
		left     time.Duration
		rejected string // "this", or a hash
		renewed  bool
	}{
		{"an hour", time.Hour, "", false},
		{"two minutes", 2 * time.Minute, "", false},
		{"within a minute", 50 * time.Second, "", true},
		{"expired", -time.Hour, "", true},
		{"refused", time.Hour, "this", true},
		{"another was refused", time.Hour, Hash("another"), false},
	} {
		m.left(test.left)
		before := m.stored()
		r := m.another()
		if r.Rejected = test.rejected; r.Rejected == "this" {
			r.Rejected = strings.ToUpper(Hash(before.Token))
		}
		asked := server.Count("refresh_token")
		who, err := r.Resolve(t.Context(), a.choice())
		if err != nil || who.Mode != credentials.OAuth || who.APIURL != a.URL || who.OrgSlug != "" {
			t.Errorf("%s: %v, %v", test.name, who, err)
		}
		requests := server.Count("refresh_token") - asked
		after := m.stored()
		if (requests == 1) != test.renewed || requests > 1 || (who.Token != before.Token) != test.renewed || who.Token != after.Token {
			t.Errorf("%s: %d requests", test.name, requests)
		}
		if (after.RefreshToken != before.RefreshToken) != test.renewed || *after.ExpiresAt != *who.ExpiresAt {
			t.Errorf("%s: stored %v, %d", test.name, after, *after.ExpiresAt)
		}
	}
	if got := a.asked(); len(got) != 0 || m.stderr.Len() > 0 {
		t.Errorf("asked %v, said %s", got, m.stderr)
	}
}

// App. B9, T2: an unknown expiry is no reason to renew; a refusal is.
func TestUnknownExpiry(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m, server := account(t, a)
	c := m.stored()
	c.ExpiresAt = nil
	m.keeps(c)
	who, err := m.Resolve(t.Context(), a.choice())
	if err != nil || who.Token != c.Token || who.ExpiresAt != nil || server.Count("refresh_token") != 0 {
		t.Errorf("%v, %v", who.ExpiresAt, err)
	}
	m.Rejected = Hash(c.Token)
	if who, err = m.Resolve(t.Context(), a.choice()); err != nil || who.Token == c.Token || server.Count("refresh_token") != 1 {
		t.Errorf("refused: %v", err)
	}
}

// A token that was got elsewhere cannot be renewed (login --with-token).
func TestNoRefreshToken(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m := newMachine(t)
	m.keeps(credentials.Credentials{Mode: credentials.OAuth, Token: "t0k", APIURL: &a.URL})
	if who, err := m.Resolve(t.Context(), a.choice()); err != nil || who.Token != "t0k" {
		t.Error(err)
	}
	m.Rejected = Hash("t0k")
	_, err := m.Resolve(t.Context(), a.choice())
	fails(t, "refused", err, "the access token was refused, and came without a refresh token", "sign in again with `arkor login --oauth`")
}

// U2: a token is sent to the address that it was issued for, and both are named.
func TestATokenForAnotherAddress(t *testing.T) {
	t.Parallel()
	a, other := newAPI(t), newAPI(t)
	m, server := account(t, other)
	m.left(-time.Hour)
	before, requests := m.file(), len(server.Requests())
	for _, test := range []struct {
		from, login string
	}{{"ARKOR_CLOUD_API_URL", "arkor login"}, {"--backend", "arkor login --backend " + a.URL}} {
		_, err := m.Resolve(t.Context(), backend.Choice{URL: a.URL, From: test.from})
		fails(t, test.from, err,
			"you are signed in to "+other.URL+", but the backend in use is "+a.URL+" (by "+test.from+")",
			"sign in there with `"+test.login+"`, or use the other with --backend "+other.URL)
	}
	// A file without an address belongs to production.
	const old = `{"mode":"anon","token":"t0k","anonymousId":"an_1","orgSlug":"o"}`
	m.writes(old)
	_, err := m.Resolve(t.Context(), a.choice())
	fails(t, "an older file", err, "you are signed in to https://api.arkor.ai, but the backend in use is "+a.URL+" (by ARKOR_CLOUD_API_URL)",
		"sign in there with `arkor login`, or use the other with --backend https://api.arkor.ai")
	if m.file() != old {
		t.Error("the file was changed")
	}
	m.writes(before)
	if len(a.asked())+len(other.asked()) != 0 || len(server.Requests()) != requests {
		t.Errorf("asked %v, %v", a.asked(), other.asked())
	}
	if who, err := m.Resolve(t.Context(), other.choice()); err != nil || who.APIURL != other.URL {
		t.Errorf("where it is for: %v", err)
	}
}

// U3: it outranks the file, is never written, and needs no home.
func TestTheTokenInTheEnvironment(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m := newMachine(t, "ARKOR_TOKEN= env_t0k\n")
	m.writes("{half")
	who, err := m.Resolve(t.Context(), a.choice())
	if err != nil || who != (Identity{Mode: Token, Token: "env_t0k", APIURL: a.URL}) {
		t.Errorf("%v, %v", who, err)
	}
	if m.file() != "{half" || m.stderr.Len() > 0 || len(a.asked()) != 0 {
		t.Errorf("file %q, said %s, asked %v", m.file(), m.stderr, a.asked())
	}
	m.Env.Environ = []string{"ARKOR_TOKEN=env_t0k"}
	if _, err := m.Resolve(t.Context(), a.choice()); err != nil {
		t.Errorf("without a home: %v", err)
	}
	m.Rejected = Hash("env_t0k")
	_, err = m.Resolve(t.Context(), a.choice())
	fails(t, "refused", err, a.URL+" does not accept the token in ARKOR_TOKEN", "set ARKOR_TOKEN to a token that is valid there; it cannot be renewed from here")
	m.Env.Environ = []string{"ARKOR_TOKEN=env\tt0k"}
	_, err = m.Resolve(t.Context(), a.choice())
	fails(t, "a tab", err, "ARKOR_TOKEN holds a character that no token has", "set it again without blanks, quotes or line breaks")
}

// C3, App. B5, A3: what cannot be used is named and left alone; where nothing is
// to be made, nobody is signed in.
func TestNobodyIsSignedIn(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	for _, test := range []struct {
		text      string
		signedOut bool
	}{
		{"", true}, {"null", true}, {"{half", true}, {"{}", false}, {`{"mode":"passkey","token":"t0k"}`, false}, {`{"mode":"anon"}`, false}, {"[]", false},
	} {
		m := newMachine(t)
		if test.text != "" {
			m.writes(test.text)
		}
		m.Bootstrap = !test.signedOut // what is unusable is not replaced either
		_, err := m.Resolve(t.Context(), a.choice())
		want := credentials.ErrUnusable
		if test.signedOut {
			want = credentials.ErrSignedOut
		}
		if !errors.Is(err, want) || m.file() != test.text {
			t.Errorf("%q: %v, file %q", test.text, err, m.file())
		}
	}
	if got := a.asked(); len(got) != 0 {
		t.Errorf("asked %v", got)
	}
}
