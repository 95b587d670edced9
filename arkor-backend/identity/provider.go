package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Provider is an OpenID provider as the operator describes it.
type Provider struct {
	Issuer        string // its address, see CheckIssuer
	ClientID      string // of the command line, a public client
	Audience      string // whom access tokens are for
	Require       Claim  // what an access token must say, zero for nothing more
	CallbackPorts []int  // loopback ports that the command line tries in order
}

// Claim is a statement in a token.
type Claim struct{ Name, Value string }

// ParseClaim reads NAME=VALUE.
func ParseClaim(text string) (Claim, bool) {
	name, value, ok := strings.Cut(text, "=")
	return Claim{name, value}, ok && name != "" && value != ""
}

func (c Claim) String() string { return c.Name + "=" + c.Value }

// in reports whether claims hold the value, or a list with the value in it.
func (c Claim) in(claims map[string]json.RawMessage) bool {
	var list []json.RawMessage
	if json.Unmarshal(claims[c.Name], &list) != nil {
		list = []json.RawMessage{claims[c.Name]}
	}
	for _, one := range list {
		var text string
		if json.Unmarshal(one, &text) != nil {
			text = string(one) // true, or a number
		}
		if text == c.Value {
			return true
		}
	}
	return false
}

// CheckIssuer says what is wrong with the address of a provider. Keys and codes
// that came over plain http could be anybody's.
func CheckIssuer(text string) error {
	if strings.ContainsAny(text, "?#") {
		return errors.New("must not have a query or a fragment")
	}
	return checkAddress(text)
}

func checkAddress(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "":
		return errors.New("is not an absolute URL")
	case u.User != nil:
		return errors.New("must not hold a user name or password")
	case u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	}
	return errors.New("must begin with https:// (or http:// on this machine)")
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

const (
	// askTimeout bounds one question to the provider.
	askTimeout = 5 * time.Second
	// discoverTimeout bounds the start.
	discoverTimeout = 10 * time.Second
)

// verifier checks the tokens of a provider.
type verifier struct {
	Provider  // Issuer is as tokens have it
	endpoints cloud.AuthEndpoints
	keys      *keySet
}

// discover asks a provider for its endpoints and keys.
func discover(ctx context.Context, p Provider) (*verifier, error) {
	ctx, cancel := context.WithTimeout(ctx, discoverTimeout)
	defer cancel()
	client := &http.Client{Timeout: askTimeout, CheckRedirect: cloud.SameOrigin}
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, client), p.Issuer)
	var mismatch *oidc.IssuerMismatchError
	if errors.As(err, &mismatch) && strings.TrimRight(mismatch.Discovered, "/") == strings.TrimRight(p.Issuer, "/") {
		p.Issuer = mismatch.Discovered // Auth0's name ends in a slash, which people leave out
		found, err = oidc.NewProvider(oidc.ClientContext(ctx, client), p.Issuer)
	}
	if errors.As(err, &mismatch) {
		err = fmt.Errorf("sign-in provider %s calls itself %q", p.Issuer, mismatch.Discovered)
		return nil, cli.Hint(err, "name it in --oidc-issuer as it calls itself")
	}
	if err != nil {
		err = fmt.Errorf("sign-in provider %s: %w", p.Issuer, err)
		return nil, cli.Hint(err, "this machine must be able to read %s/.well-known/openid-configuration", strings.TrimRight(p.Issuer, "/"))
	}
	var more struct {
		Keys       string `json:"jwks_uri"`
		Revocation string `json:"revocation_endpoint"`
	}
	if err := found.Claims(&more); err != nil {
		return nil, err
	}
	at := found.Endpoint()
	v := &verifier{
		Provider:  p,
		endpoints: cloud.AuthEndpoints{Authorization: at.AuthURL, Token: at.TokenURL, DeviceAuthorization: at.DeviceAuthURL, Revocation: more.Revocation},
		keys:      &keySet{issuer: p.Issuer, url: more.Keys, client: client, pause: keyPause},
	}
	for _, endpoint := range []struct{ name, url string }{
		{"authorization_endpoint", at.AuthURL}, {"token_endpoint", at.TokenURL}, {"jwks_uri", more.Keys},
		{"device_authorization_endpoint", at.DeviceAuthURL}, {"revocation_endpoint", more.Revocation},
	} {
		optional := endpoint.name == "device_authorization_endpoint" || endpoint.name == "revocation_endpoint"
		if err := checkAddress(endpoint.url); err != nil && (endpoint.url != "" || !optional) {
			return nil, fmt.Errorf("sign-in provider %s: its %s %q %w", p.Issuer, endpoint.name, endpoint.url, err)
		}
	}
	keys, err := v.keys.fetch(ctx)
	if err != nil {
		return nil, fmt.Errorf("sign-in provider %s: its keys: %w", p.Issuer, err)
	}
	v.keys.current.Store(&fetched{keys, time.Now()})
	return v, nil
}

// config is what the command line needs for signing in.
func (v *verifier) config() cloud.AuthConfig {
	base := strings.TrimRight(v.Issuer, "/")
	domain := v.Issuer
	if host, ok := strings.CutPrefix(base, "https://"); ok && !strings.Contains(host, "/") {
		domain = host // what existing clients expect
	}
	config := cloud.AuthConfig{Auth0Domain: &domain, ClientID: &v.ClientID, Audience: &v.Audience, CallbackPorts: v.CallbackPorts}
	if v.endpoints != cloud.Auth0Endpoints(base) {
		config.Endpoints = &v.endpoints
	}
	return config
}
