package backendcmd

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-backend/identity"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// defaultPorts are those of the managed cloud, so that a provider is set up the
// same way for both.
const defaultPorts = "52521,52522"

// signIn are the flags of serve that say who may use the backend beside its
// owner.
type signIn struct {
	anonymous bool
	issuer    string
	client    string
	audience  string
	require   string
	ports     string
}

func (s *signIn) addTo(flags *ff.FlagSet) {
	flags.AddFlag(ff.FlagConfig{LongName: "anonymous", Value: ffval.NewValue(&s.anonymous), NoDefault: true,
		Usage: "give an identity and a place of its own to anybody who asks"})
	for _, f := range []struct {
		value                    *string
		name, placeholder, usage string
	}{
		{&s.issuer, "oidc-issuer", "URL", "let people in who sign in at this OpenID provider"},
		{&s.client, "oidc-client", "ID", "the public client that the provider knows the command line as"},
		{&s.audience, "oidc-audience", "AUD", "whom access tokens must be for: the API as the provider knows it"},
		{&s.require, "oidc-require", "CLAIM=VALUE", "what access tokens must say, like groups=ml"},
		{&s.ports, "callback-ports", "PORTS", "where the browser comes back to after signing in; 0 is any, if the provider allows that (default: " + defaultPorts + ")"},
	} {
		flags.AddFlag(ff.FlagConfig{LongName: f.name, Value: ffval.NewValue(f.value), NoDefault: true, Placeholder: f.placeholder, Usage: f.usage})
	}
}

// provider returns the OpenID provider that the flags describe, or nil.
func (s *signIn) provider() (*identity.Provider, error) {
	if s.issuer == "" {
		for _, f := range []struct{ name, value string }{
			{"oidc-client", s.client}, {"oidc-audience", s.audience}, {"oidc-require", s.require}, {"callback-ports", s.ports},
		} {
			if f.value != "" {
				return nil, cli.Usagef("--%s needs --oidc-issuer", f.name)
			}
		}
		return nil, nil
	}
	if err := identity.CheckIssuer(s.issuer); err != nil {
		return nil, cli.Usagef("--oidc-issuer %s %v", s.issuer, err)
	}
	if s.client == "" {
		return nil, cli.Usagef("--oidc-issuer needs --oidc-client")
	}
	if s.audience == "" {
		return nil, cli.Usagef("--oidc-issuer needs --oidc-audience")
	}
	p := &identity.Provider{Issuer: s.issuer, ClientID: s.client, Audience: s.audience}
	var ok bool
	if p.Require, ok = identity.ParseClaim(s.require); !ok && s.require != "" {
		return nil, cli.Usagef("--oidc-require %s is not of the form CLAIM=VALUE, like groups=ml", s.require)
	}
	ports := s.ports
	if ports == "" {
		ports = defaultPorts
	}
	for text := range strings.SplitSeq(ports, ",") {
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return nil, cli.Usagef("--callback-ports %s is not a list of ports, like %s", ports, defaultPorts)
		}
		p.CallbackPorts = append(p.CallbackPorts, int(port))
	}
	return p, nil
}

// announce says who may use the backend, where that is not its owner alone.
func (s *signIn) announce(w io.Writer) {
	if s.issuer != "" {
		who := "everybody who has an account at " + s.issuer
		if s.require != "" {
			who += " and a token that says " + s.require
		}
		fmt.Fprintf(w, "%s may sign in; they share the organisation \"team\"\n", who)
	}
	if s.anonymous {
		fmt.Fprintln(w, "anybody who can reach this backend gets an anonymous identity, and may train and chat with it")
	}
}
