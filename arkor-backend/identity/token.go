package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

// person is whom a token is about.
type person struct {
	subject string
	email   *string
}

// refusedError is why a token that the provider did sign is not good here.
type refusedError struct{ reason string }

func (e *refusedError) Error() string { return e.reason }

// Longer ones are not what a provider sends.
const (
	maxSubject = 1 << 10
	maxEmail   = 320
)

// algorithms are those of public keys. Access tokens need not have the one that
// the provider announces, which is that of its ID tokens.
func algorithms() []string {
	return []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}
}

// verify returns the person whom an access token is about. Errors: ErrUnknown,
// a *refusedError, an *UnreachableError.
func (v *verifier) verify(ctx context.Context, token string) (person, error) {
	if !compact(token) {
		return person{}, ErrUnknown
	}
	keys := &attempt{KeySet: v.keys}
	config := &oidc.Config{ClientID: v.Audience, SupportedSigningAlgs: algorithms()}
	checked, err := oidc.NewVerifier(v.Issuer, keys, config).Verify(ctx, token)
	var unreachable *UnreachableError
	var expired *oidc.TokenExpiredError
	switch {
	case errors.As(keys.err, &unreachable):
		return person{}, unreachable
	case !keys.signed || errors.As(err, &expired): // anybody's, or everyday
		return person{}, ErrUnknown
	case err != nil:
		return person{}, &refusedError{err.Error()}
	}
	var claims map[string]json.RawMessage
	if err := checked.Claims(&claims); err != nil {
		return person{}, &refusedError{err.Error()}
	}
	if why := idToken(claims); why != "" {
		return person{}, &refusedError{why}
	}
	if v.Require != (Claim{}) && !v.Require.in(claims) {
		return person{}, &refusedError{fmt.Sprintf("it does not say %s", v.Require)}
	}
	if checked.Subject == "" || len(checked.Subject) > maxSubject {
		return person{}, &refusedError{"it has no subject, or one that is too long"}
	}
	p := person{subject: checked.Subject}
	var email string
	if json.Unmarshal(claims["email"], &email) == nil && email != "" && len(email) <= maxEmail {
		p.email = &email
	}
	return p, nil
}

// idToken says what shows that a token tells a client who somebody is, and gives
// no access: such tokens lie about in more places. "" for an access token.
func idToken(claims map[string]json.RawMessage) string {
	for _, name := range []string{"at_hash", "c_hash", "nonce"} {
		if _, ok := claims[name]; ok {
			return "it is an ID token: it holds " + name
		}
	}
	if string(claims["typ"]) == `"ID"` {
		return "it is an ID token"
	}
	return ""
}

// attempt notes how checking one signature went, which the verifier's own error
// does not tell.
type attempt struct {
	oidc.KeySet
	signed bool
	err    error
}

func (a *attempt) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := a.KeySet.VerifySignature(ctx, token)
	a.signed, a.err = err == nil, err
	return payload, err
}

// compact reports whether a token has the form header.payload.signature, each
// part base64url. The library behind knows other forms, which nobody sends.
func compact(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	for _, part := range parts {
		if part == "" || strings.Trim(part, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}
