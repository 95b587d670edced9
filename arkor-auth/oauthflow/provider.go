// Package oauthflow signs a person in at an OpenID provider: authorization code
// with PKCE on a loopback address, or the device flow; and keeps the session
// alive. It stores nothing.
package oauthflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
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
		p.Endpoints = cloud.Auth0Endpoints(issuer(p.Domain))
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
		p.Endpoints = cloud.Auth0Endpoints(issuer(c.Domain))
	}
	return p, p.check()
}

// issuer returns the address of a domain, which may carry a scheme.
func issuer(domain string) string {
	base := strings.TrimRight(domain, "/")
	if !strings.Contains(base, "://") {
		base = "https://" + base
	}
	return base
}

// isAuth0 reports whether the endpoints need not be remembered: they follow
// from the domain.
func (p Provider) isAuth0() bool {
	return p.Endpoints.Token == cloud.Auth0Endpoints(issuer(p.Domain)).Token
}

// check refuses addresses to which secrets would travel in the clear.
func (p Provider) check() error {
	e := p.Endpoints
	for _, address := range []string{e.Authorization, e.Token, e.DeviceAuthorization, e.Revocation} {
		if address == "" {
			continue
		}
		// A query is part of some providers' addresses.
		bare, _, _ := strings.Cut(address, "?")
		if _, err := backend.Address(bare); err != nil {
			return fmt.Errorf("the sign-in provider: %w", err)
		}
	}
	return nil
}

// maxDiscovery bounds a provider's description of itself.
const maxDiscovery = 1 << 20

// Verify makes sure that the provider's secrets go to the provider. A deployment
// that advertises somebody else's could otherwise have the code of a sign-in
// there, or a refresh token, sent to itself. Endpoints on the origin of the page
// where the person signs in are the provider's own; for others it is asked.
func (p Provider) Verify(ctx context.Context) error {
	authority := origin(p.Endpoints.Authorization)
	if origin(issuer(p.Domain)) != authority {
		return fmt.Errorf("the sign-in provider: its page %s is not part of %s", authority, cli.OneLine(p.Domain))
	}
	e := p.Endpoints
	strangers := map[string]string{}
	for name, address := range map[string]string{
		"token_endpoint": e.Token, "device_authorization_endpoint": e.DeviceAuthorization, "revocation_endpoint": e.Revocation,
	} {
		if address != "" && origin(address) != authority {
			strangers[name] = address
		}
	}
	if len(strangers) == 0 {
		return nil
	}
	own, err := p.discover(ctx)
	if err != nil {
		return err
	}
	for name, address := range strangers {
		if own[name] != address {
			return fmt.Errorf("the sign-in provider: %s is not an address of %s", origin(address), cli.OneLine(p.Domain))
		}
	}
	return nil
}

// discover asks the provider which endpoints it has.
func (p Provider) discover(ctx context.Context) (map[string]any, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, issuer(p.Domain)+"/.well-known/openid-configuration", nil)
	if err != nil {
		return nil, err
	}
	res, err := p.HTTP.Do(req)
	if err != nil {
		return nil, cloud.Unreachable(req, err)
	}
	defer res.Body.Close()
	var own map[string]any
	if res.StatusCode != http.StatusOK || json.NewDecoder(io.LimitReader(res.Body, maxDiscovery)).Decode(&own) != nil {
		return nil, fmt.Errorf("the sign-in provider: %s does not say which endpoints it has", req.URL)
	}
	return own, nil
}

// origin returns scheme, host and port of an address.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
