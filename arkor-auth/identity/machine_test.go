package identity

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-auth/oauthflow"
	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/credentials"
	"github.com/arkorlab/arkor-go/shared/openidtest"
)

// api is a deployment. What it answers can be changed between two requests.
type api struct {
	*httptest.Server

	mu        sync.Mutex
	config    http.HandlerFunc
	anonymous http.HandlerFunc
	made      int // anonymous identities
	requests  []string
}

func newAPI(t *testing.T) *api {
	t.Helper()
	a := &api{config: answers(http.StatusOK, `{"auth0Domain":null,"clientId":null,"audience":null,"callbackPorts":[]}`)}
	a.anonymous = func(w http.ResponseWriter, _ *http.Request) {
		a.made++
		fmt.Fprintf(w, `{"token":"anon_t%d","anonymousId":"an_%d","kind":"cli","personalOrg":{"id":"o","slug":"anon-%d","name":"n"}}`, a.made, a.made, a.made)
	}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.requests = append(a.requests, r.Method+" "+r.URL.Path)
		switch r.Method + " " + r.URL.Path {
		case "GET /v1/auth/cli/config":
			a.config(w, r)
		case "POST /v1/auth/anonymous":
			a.anonymous(w, r)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(a.Close)
	return a
}

func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func (a *api) choice() backend.Choice {
	return backend.Choice{URL: a.URL, From: "ARKOR_CLOUD_API_URL"}
}

// asked are the requests so far.
func (a *api) asked() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.requests)
}

// machine is somebody's computer.
type machine struct {
	t      *testing.T
	home   string
	stderr *bytes.Buffer
	Resolver
}

func newMachine(t *testing.T, environ ...string) *machine {
	t.Helper()
	m := &machine{t: t, home: t.TempDir(), stderr: &bytes.Buffer{}}
	m.Resolver = Resolver{Now: time.Now, Bootstrap: true, Env: cli.Env{
		Environ: append([]string{"HOME=" + m.home}, environ...), Stderr: m.stderr,
	}}
	return m
}

// another is a command that runs beside the first one.
func (m *machine) another() Resolver {
	r := m.Resolver
	r.Env.Stderr = &bytes.Buffer{}
	return r
}

func (m *machine) store() credentials.Store {
	m.t.Helper()
	s, err := credentials.Open(m.Env)
	if err != nil {
		m.t.Fatal(err)
	}
	return s
}

// keeps stores credentials.
func (m *machine) keeps(c credentials.Credentials) {
	m.t.Helper()
	locked, err := m.store().Lock(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	defer locked.Unlock()
	if err := locked.Save(c); err != nil {
		m.t.Fatal(err)
	}
}

// writes makes text what is on file.
func (m *machine) writes(text string) {
	m.t.Helper()
	path := m.store().Path()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		m.t.Fatal(err)
	}
}

// file is what is on file, "" for nothing.
func (m *machine) file() string {
	m.t.Helper()
	data, err := os.ReadFile(m.store().Path())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		m.t.Fatal(err)
	}
	return string(data)
}

// stored are the credentials on file.
func (m *machine) stored() credentials.Credentials {
	m.t.Helper()
	c, err := m.store().Peek()
	if err != nil {
		m.t.Fatal(err)
	}
	return c
}

// account is a machine at which somebody has signed in at a provider.
func account(t *testing.T, a *api) (*machine, *openidtest.Provider) {
	t.Helper()
	server := openidtest.Start()
	t.Cleanup(server.Close)
	m := newMachine(t)
	m.keeps(signIn(t, server, a.URL))
	return m, server
}

// signIn returns the credentials of a new sign-in.
func signIn(t *testing.T, server *openidtest.Provider, apiURL string) credentials.Credentials {
	t.Helper()
	issuer, client, audience := server.Issuer(), openidtest.ClientID, openidtest.Audience
	p, _, err := oauthflow.FromConfig(cloud.AuthConfig{Auth0Domain: &issuer, ClientID: &client, Audience: &audience}, cloud.Patient())
	if err != nil {
		t.Fatal(err)
	}
	const redirectURI = "http://127.0.0.1:52521/callback"
	r := oauthflow.NewRequest()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.Get(p.AuthorizeURL(r, redirectURI))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	back, err := res.Location()
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := p.Exchange(t.Context(), r, back.Query().Get("code"), redirectURI)
	if err != nil {
		t.Fatal(err)
	}
	return p.Credentials(tokens, apiURL)
}

// left makes the access token on file hold for so long.
func (m *machine) left(d time.Duration) {
	m.t.Helper()
	c := m.stored()
	at := time.Now().Add(d).Unix() + c.ClockOffset
	c.ExpiresAt = &at
	m.keeps(c)
}

// fails checks an error and its hint.
func fails(t *testing.T, what string, err error, text, hint string) {
	t.Helper()
	if err == nil || err.Error() != text || cli.HintOf(err) != hint {
		t.Errorf("%s: %v\nhint: %s", what, err, cli.HintOf(err))
	}
}
