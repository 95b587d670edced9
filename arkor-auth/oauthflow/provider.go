// Package oauthflow signs a person in at an OpenID provider: authorization code
// with PKCE on a loopback address, or the device flow; and keeps the session
// alive. It stores nothing.
package oauthflow

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/credentials"
)

// scope is what a sign-in asks for; offline_access brings the refresh token.
const scope = "openid profile email offline_access"

// Provider is where a deployment has people sign in.
type Provider struct {
	Domain    string // a host, or an address with its scheme
	ClientID  string
	Audience  string
	Ports     []int // loopback ports that it sends the browser back to; 0 is any
	Endpoints cloud.AuthEndpoints
	HTTP      *http.Client
}

// FromConfig returns the provider that a deployment advertises. ok is false
// when it has no OAuth sign-in.
func FromConfig(config cloud.AuthConfig, client *http.Client) (p Provider, ok bool, err error) {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	p = Provider{
		Domain: text(config.Auth0Domain), ClientID: text(config.ClientID), Audience: text(config.Audience),
		Ports: config.CallbackPorts, HTTP: client,
	}
	if p.Domain == "" || p.ClientID == "" || p.Audience == "" {
		return Provider{}, false, nil
	}
	if config.Endpoints == nil {
		p.Endpoints = auth0(p.Domain)
	} else if p.Endpoints = *config.Endpoints; p.Endpoints.Authorization == "" || p.Endpoints.Token == "" {
		return p, true, errors.New("the sign-in provider: it has no authorization or no token endpoint")
	}
	return p, true, p.check()
}

// FromCredentials returns the provider that issued stored credentials.
func FromCredentials(c credentials.Credentials, client *http.Client) (Provider, error) {
	p := Provider{Domain: c.Domain, ClientID: c.ClientID, Audience: c.Audience, HTTP: client}
	if c.TokenEndpoint != "" {
		p.Endpoints = cloud.AuthEndpoints{Token: c.TokenEndpoint, Revocation: c.RevocationEndpoint}
	} else {
		p.Endpoints = auth0(c.Domain)
	}
	return p, p.check()
}

// auth0 returns the endpoints below a domain, which may carry a scheme.
func auth0(domain string) cloud.AuthEndpoints {
	base := strings.TrimRight(domain, "/")
	if !strings.Contains(base, "://") {
		base = "https://" + base
	}
	return cloud.AuthEndpoints{
		Authorization: base + "/authorize", Token: base + "/oauth/token",
		DeviceAuthorization: base + "/oauth/device/code", Revocation: base + "/oauth/revoke",
	}
}

// isAuth0 reports whether the endpoints need not be remembered: they follow
// from the domain.
func (p Provider) isAuth0() bool { return p.Endpoints.Token == auth0(p.Domain).Token }

// check refuses addresses to which secrets would travel in the clear.
func (p Provider) check() error {
	e := p.Endpoints
	for _, address := range []string{e.Authorization, e.Token, e.DeviceAuthorization, e.Revocation} {
		if address == "" {
			continue
		}
		if _, err := backend.Address(address); err != nil {
			return fmt.Errorf("the sign-in provider: %w", err)
		}
	}
	return nil
}
