// Package openidtest is an OpenID provider on loopback for tests: the code flow
// with PKCE, refresh with rotation, the device flow and revocation, at the
// paths that Auth0 has them. It knows one public client and asks nobody for a
// password. It can be told to misbehave.
package openidtest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"
)

// The client that the provider knows, and the API that its tokens are for
// unless a client asks for tokens for itself.
const (
	ClientID = "arkor-cli"
	Audience = "https://api.arkor.test"
)

// Behaviour is what a test can change. The zero value is a provider that does
// what it should.
type Behaviour struct {
	Deny            string // the error that /authorize sends back, and that ends a device sign-in
	DenyDescription string
	WrongState      bool // /authorize sends back a state that nobody asked with

	// Token is how the token endpoint answers: "" as it should, "html" with a
	// page and status 200, "500", "not-json" with status 200, and "silent" not
	// at all until the client leaves.
	Token          string
	BeforeToken    func() // called by the token endpoint before it answers
	NoRefreshToken bool
	NoExpiresIn    bool
	NoRotation     bool          // refreshing leaves the refresh token as it is
	RefuseRefresh  bool          // refreshing is answered with invalid_grant
	ExpiresIn      time.Duration // of access tokens, an hour where it is 0
	ClockOffset    time.Duration // of the provider's clock: Date, iat, exp

	DeviceUnsupported bool
	DeviceInterval    int           // seconds between polls, 1 where it is 0
	DeviceExpiresIn   time.Duration // of a device code, ten minutes where it is 0
	DeviceErrors      []string      // answers to the next polls, one each

	RevokeStatus int  // answer of /oauth/revoke, which then revokes nothing
	IssuerSlash  bool // the issuer's name ends in a slash, as Auth0's does

	Subject string         // who signs in, "user-1" where it is ""
	Claims  map[string]any // of access tokens, beside and before the usual ones
}

// Request is one that the provider got. Params are those of the query and of
// the body, form or JSON.
type Request struct {
	Method string
	Path   string
	Params map[string]string
	Header http.Header
}

// Provider is a running provider. Its methods may be called at any time.
type Provider struct {
	server  *httptest.Server
	key     *rsa.PrivateKey
	foreign *rsa.PrivateKey
	closed  chan struct{}
	close   sync.Once

	mu        sync.Mutex
	behaviour Behaviour
	requests  []Request
	secrets   []string
	codes     map[string]*code
	refresh   map[string]*grant // by refresh token, spent ones included
	devices   map[string]*device
}

// Start starts a provider on a free port. Close ends it.
func Start() *Provider {
	p := &Provider{
		key: newKey(), foreign: newKey(), closed: make(chan struct{}),
		codes: map[string]*code{}, refresh: map[string]*grant{}, devices: map[string]*device{},
	}
	p.server = httptest.NewServer(p.handler())
	return p
}

// Close stops the provider and gives up requests that it has not answered. It
// may be called more than once.
func (p *Provider) Close() {
	p.close.Do(func() {
		close(p.closed)
		p.server.Close()
	})
}

// Issuer is the address of the provider and its name in tokens.
func (p *Provider) Issuer() string {
	if p.now().IssuerSlash {
		return p.server.URL + "/"
	}
	return p.server.URL
}

// Behave changes the behaviour, between two requests.
func (p *Provider) Behave(change func(*Behaviour)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.behaviour)
}

// now is the behaviour at this moment.
func (p *Provider) now() Behaviour {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.behaviour
	b.Claims = maps.Clone(b.Claims)
	return b
}

// Requests are all requests so far, oldest first.
func (p *Provider) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// Count is how often the token endpoint was asked with a grant type,
// successful or not. "device_code" stands for the long name of that grant.
func (p *Provider) Count(grantType string) int {
	if grantType == "device_code" {
		grantType = deviceGrant
	}
	n := 0
	for _, r := range p.Requests() {
		if r.Path == "/oauth/token" && r.Params["grant_type"] == grantType {
			n++
		}
	}
	return n
}

// Secrets are all tokens and codes that the provider ever gave out: what must
// not show up in anybody's output.
func (p *Provider) Secrets() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.secrets)
}

// secret returns a new secret. The caller holds the lock.
func (p *Provider) secret(prefix string) string {
	secret := prefix + random()
	p.secrets = append(p.secrets, secret)
	return secret
}

func random() string {
	data := make([]byte, 32)
	rand.Read(data) // never fails
	return base64.RawURLEncoding.EncodeToString(data)
}

// clock is the provider's time.
func (b Behaviour) clock() time.Time { return time.Now().Add(b.ClockOffset) }

func (b Behaviour) subject() string {
	if b.Subject == "" {
		return "user-1"
	}
	return b.Subject
}
