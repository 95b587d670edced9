package identity

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/credentials"
)

// A1, A3: what is asked, stored and said.
func TestBootstrap(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m := newMachine(t)
	var body, client, authorization string
	make := a.anonymous
	a.anonymous = func(w http.ResponseWriter, r *http.Request) {
		data := [64]byte{}
		n, _ := r.Body.Read(data[:])
		body, client, authorization = string(data[:n]), r.Header.Get("X-Arkor-Client"), r.Header.Get("Authorization")
		make(w, r)
	}
	who, err := m.Resolve(t.Context(), a.choice())
	if want := (Identity{Mode: credentials.Anonymous, Token: "anon_t1", APIURL: a.URL, OrgSlug: "anon-1"}); err != nil || who != want {
		t.Errorf("%v, %v", who, err)
	}
	if body != `{"kind":"cli"}` || client != "arkor/"+cli.Version() || authorization != "" {
		t.Errorf("sent %q, %q, %q", body, client, authorization)
	}
	want := "{\n  \"mode\": \"anon\",\n  \"token\": \"anon_t1\",\n  \"anonymousId\": \"an_1\",\n  \"arkorCloudApiUrl\": \"" + a.URL + "\",\n  \"orgSlug\": \"anon-1\"\n}"
	if m.file() != want {
		t.Errorf("stored %s", m.file())
	}
	if got := m.stderr.String(); got != "arkor: not signed in: using a new anonymous identity at "+a.URL+", kept in "+m.store().Path()+"\n" {
		t.Errorf("said %s", got)
	}
	// The second command makes none, and asks nothing.
	again, err := m.Resolve(t.Context(), a.choice())
	if err != nil || again != who || !slices.Equal(a.asked(), []string{"GET /v1/auth/cli/config", "POST /v1/auth/anonymous"}) {
		t.Errorf("again: %v, asked %v", err, a.asked())
	}
}

// A3: whoami and logout make none.
func TestWithoutBootstrap(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m := newMachine(t)
	m.Bootstrap = false
	if _, err := m.Resolve(t.Context(), a.choice()); !errors.Is(err, credentials.ErrSignedOut) || len(a.asked()) != 0 || m.file() != "" {
		t.Errorf("%v, asked %v", err, a.asked())
	}
}

// A4: twenty first runs are one person.
func TestTwentyFirstRunsMakeOneIdentity(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m := newMachine(t)
	got, err := together(20, func() (Identity, error) { return m.another().Resolve(t.Context(), a.choice()) })
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range got {
		if who != got[0] {
			t.Errorf("%v is not %v", who, got[0])
		}
	}
	if a.made != 1 {
		t.Errorf("%d identities", a.made)
	}
}

// A1, A2, A3, N4, App. B7: a refusal leaves no file.
func TestBootstrapIsRefused(t *testing.T) {
	t.Parallel()
	const (
		refused = "anonymous sign-in may not be offered there: try `arkor login --oauth`"
		upgrade = "Arkor SDK is no longer supported by the cloud API. Run `npm install -g arkor@latest`."
		wrong   = "the answer to POST /v1/auth/anonymous is not what the cloud API promises: "
	)
	for _, test := range []struct {
		name              string
		config, anonymous http.HandlerFunc
		err, hint         string
		status            int // of a RefusedError
	}{
		{"forbidden", nil, answers(403, "no\n"), "Failed to acquire anonymous token (403): no", refused, 403},
		{"a long word", nil, answers(400, strings.Repeat("é", 600)), "Failed to acquire anonymous token (400): " + strings.Repeat("é", 500), refused, 400},
		{"half a character", nil, answers(500, "a\xe2\x82"), "Failed to acquire anonymous token (500): a\uFFFD", "", 500},
		{"a failure", nil, answers(503, ""), "Failed to acquire anonymous token (503): ", "", 503},
		{"a page of the network", nil, answers(200, "<p>Welcome</p>"), wrong + "invalid character '<' looking for beginning of value", "", 0},
		{"no organisation", nil, answers(200, `{"token":"t0k","anonymousId":"an_1"}`), wrong + "token, anonymousId or personalOrg.slug is missing", "", 0},
		{"null for a token", nil, answers(200, `{"token":null,"anonymousId":"an_1","personalOrg":{"slug":"s"}}`), wrong + "token, anonymousId or personalOrg.slug is missing", "", 0},
		{"too old", nil, answers(426, ""), upgrade, "", 0},
		{"too old to be told how", answers(426, ""), nil, upgrade, "", 0},
		{"a page for a config", answers(200, "<p>Welcome</p>"), nil, "the answer to GET /v1/auth/cli/config is not what the cloud API promises: invalid character '<' looking for beginning of value", "", 0},
		{"none are offered", answers(200, `{"anonymous":false}`), nil, "URL offers no anonymous identities", "ask whoever runs it for a token, and set ARKOR_TOKEN to it", 0},
		{"only accounts", answers(200, `{"anonymous":false,"auth0Domain":"login.test","clientId":"c","audience":"a"}`), nil, "URL offers no anonymous identities", "sign in with `arkor login --oauth`", 0},
	} {
		a := newAPI(t)
		if test.config != nil {
			a.config = test.config
		}
		if test.anonymous != nil {
			a.anonymous = test.anonymous
		}
		m := newMachine(t)
		_, err := m.Resolve(t.Context(), a.choice())
		fails(t, test.name, err, strings.Replace(test.err, "URL", a.URL, 1), test.hint)
		var refusal *RefusedError
		if errors.As(err, &refusal) != (test.status != 0) || refusal != nil && refusal.Status != test.status { // App. B11
			t.Errorf("%s: %+v", test.name, refusal)
		}
		if m.file() != "" || m.stderr.Len() > 0 || a.made != 0 {
			t.Errorf("%s: stored %s, said %s, %d made", test.name, m.file(), m.stderr, a.made)
		}
	}
}

// An older server has no config to ask for; that is no reason to give up.
func TestBootstrapWithoutAConfig(t *testing.T) {
	t.Parallel()
	for _, status := range []int{404, 500} {
		a := newAPI(t)
		a.config = answers(status, "")
		if who, err := newMachine(t).Resolve(t.Context(), a.choice()); err != nil || who.Token != "anon_t1" {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// C2, App. B6: what cannot be parsed is kept, and both lines say so.
func TestBootstrapOverACorruptFile(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m := newMachine(t)
	m.writes("{half")
	if _, err := m.Resolve(t.Context(), a.choice()); err != nil {
		t.Fatal(err)
	}
	path := m.store().Path()
	aside, err := filepath.Glob(path + ".corrupt-*")
	if err != nil || len(aside) != 1 {
		t.Fatalf("aside: %v, %v", aside, err)
	}
	if data, err := os.ReadFile(aside[0]); err != nil || string(data) != "{half" || m.stored().Token != "anon_t1" {
		t.Errorf("aside %q, %v; stored %s", data, err, m.file())
	}
	want := "arkor: warning: " + path + " could not be parsed; nobody counts as signed in\n" +
		"arkor: warning: " + path + " could not be parsed and is being replaced. Run `arkor login` to sign in again.\n" +
		"arkor: warning: its content is kept in " + aside[0] + "\n" +
		"arkor: not signed in: using a new anonymous identity at " + a.URL + ", kept in " + path + "\n"
	if got := m.stderr.String(); got != want {
		t.Errorf("said %s", got)
	}
}

// U2: somebody who signed in elsewhere while we waited for the lock stays so.
func TestBootstrapBesideASignIn(t *testing.T) {
	t.Parallel()
	a, other := newAPI(t), newAPI(t)
	m := newMachine(t)
	m.keeps(credentials.Credentials{Mode: credentials.Anonymous, Token: "t0k", AnonymousID: "an_9", OrgSlug: "o", APIURL: &other.URL})
	before := m.file()
	if _, err := m.bootstrap(t.Context(), m.store(), a.choice()); err == nil || !strings.Contains(err.Error(), other.URL) || m.file() != before {
		t.Errorf("got %v, file %s", err, m.file())
	}
	if a.made+len(other.asked()) != 0 {
		t.Error("somebody was asked for an identity")
	}
}

// App. B12: what a backend no longer accepts is not replaced behind the
// person's back, since it means another workspace.
func TestARefusedAnonymousIdentity(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m := newMachine(t)
	who, err := m.Resolve(t.Context(), a.choice())
	if err != nil {
		t.Fatal(err)
	}
	before := m.file()
	m.Rejected = Hash(who.Token)
	_, err = m.Resolve(t.Context(), a.choice())
	fails(t, "refused", err, a.URL+" no longer accepts your anonymous identity an_1",
		"`arkor login --anonymous` makes a new one, which has no part in the old one's projects")
	if m.file() != before || a.made != 1 {
		t.Errorf("file %s, %d made", m.file(), a.made)
	}
}

// J4, J5: nobody waits for ever, and nothing is stored.
func TestBootstrapThatComesToNothing(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.Close()
	m := newMachine(t)
	_, err := m.Resolve(t.Context(), a.choice())
	var unreachable *cloud.UnreachableError
	if !errors.As(err, &unreachable) || unreachable.Origin != a.URL || m.file() != "" {
		t.Errorf("nobody is there: %v", err)
	}
	cause := &cli.Interrupt{Signal: os.Interrupt}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := m.Resolve(ctx, newAPI(t).choice()); !errors.Is(err, cause) && !errors.Is(err, context.Canceled) || m.file() != "" {
		t.Errorf("interrupted: %v", err)
	}
}
