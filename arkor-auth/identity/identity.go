// Package identity decides who is asking: which token goes to the backend that
// is in use. It keeps OAuth sessions alive and makes anonymous identities.
package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/credentials"
)

// Token is the mode of an identity that comes from ARKOR_TOKEN.
const Token credentials.Mode = "token"

// Identity is a token together with the one address that it may be sent to.
type Identity struct {
	Mode      credentials.Mode
	Token     string
	APIURL    string
	OrgSlug   string // of an anonymous identity; "" when unknown
	ExpiresAt *int64 // Unix seconds by this machine's clock; nil when unknown
}

// String and GoString keep the token out of messages.
func (i Identity) String() string   { return string(i.Mode) + " identity at " + i.APIURL }
func (i Identity) GoString() string { return i.String() }

// Resolver finds the identity for a backend.
type Resolver struct {
	Env cli.Env
	Now func() time.Time
	// Bootstrap makes an anonymous identity where there is none.
	Bootstrap bool
	// Rejected is the SHA-256, in hexadecimal, of a token that the backend
	// refused, or "". If it is the one in use, it is renewed.
	Rejected string
}

// early is how long before its end a token is renewed.
const early = 60 * time.Second

// Resolve returns the identity for a backend that is not the local one. It is
// credentials.ErrSignedOut when there is none and none is to be made.
func (r Resolver) Resolve(ctx context.Context, choice backend.Choice) (Identity, error) {
	token, err := fromEnvironment(r.Env)
	if err != nil {
		return Identity{}, err
	}
	if token != "" {
		if r.isRejected(token) {
			err := fmt.Errorf("%s does not accept the token in ARKOR_TOKEN", choice)
			return Identity{}, cli.Hint(err, "set ARKOR_TOKEN to a token that is valid there; it cannot be renewed from here")
		}
		return Identity{Mode: Token, Token: token, APIURL: choice.URL}, nil
	}
	store, err := credentials.Open(r.Env)
	if err != nil {
		return Identity{}, err
	}
	c, err := store.Load()
	switch {
	case errors.Is(err, credentials.ErrSignedOut):
		if !r.Bootstrap {
			return Identity{}, err
		}
		c, err = r.bootstrap(ctx, store, choice)
	case err == nil:
		err = issuedFor(c, choice)
	}
	if err == nil && !r.usable(c) {
		c, err = r.renew(ctx, store, choice, c)
	}
	if err != nil {
		return Identity{}, err
	}
	return identityOf(c), nil
}

// fromEnvironment returns ARKOR_TOKEN, or "" when it is not set. Its error does
// not show it.
func fromEnvironment(env cli.Env) (string, error) {
	token := strings.TrimSpace(env.Getenv("ARKOR_TOKEN"))
	if token != "" && !credentials.ValidToken(token) {
		return "", cli.Hint(errors.New("ARKOR_TOKEN holds a character that no token has"),
			"set it again without blanks, quotes or line breaks")
	}
	return token, nil
}

// issuedFor keeps a token from going to an address that it is not for.
func issuedFor(c credentials.Credentials, choice backend.Choice) error {
	if c.Address() == choice.URL {
		return nil
	}
	err := fmt.Errorf("you are signed in to %s, but the backend in use is %s (by %s)", c.Address(), choice.URL, choice.From)
	return cli.Hint(err, "sign in there with `%s`, or use the other with --backend %s", loginCommand(choice), c.Address())
}

// loginCommand is what a person types to sign in to a backend.
func loginCommand(choice backend.Choice, flags ...string) string {
	words := append([]string{"arkor login"}, flags...)
	if choice.From == "--backend" {
		words = append(words, "--backend", choice.URL)
	}
	return strings.Join(words, " ")
}

func identityOf(c credentials.Credentials) Identity {
	i := Identity{Mode: c.Mode, Token: c.Token, APIURL: c.Address(), OrgSlug: c.OrgSlug}
	if c.ExpiresAt != nil {
		at := *c.ExpiresAt - c.ClockOffset
		i.ExpiresAt = &at
	}
	return i
}

// usable reports whether a token may be handed out as it is.
func (r Resolver) usable(c credentials.Credentials) bool {
	return !r.isRejected(c.Token) && (c.ExpiresAt == nil || r.left(c) > early)
}

// left is how long the access token still holds, by the provider's clock.
func (r Resolver) left(c credentials.Credentials) time.Duration {
	now := r.Now().Add(time.Duration(c.ClockOffset) * time.Second)
	return time.Unix(*c.ExpiresAt, 0).Sub(now)
}

func (r Resolver) isRejected(token string) bool { return strings.EqualFold(r.Rejected, Hash(token)) }

// Hash is how a token is named without being shown.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// client returns the client for requests without a token.
func (r Resolver) client(choice backend.Choice) *cloud.Client {
	return cloud.For(r.Env, choice.URL, "")
}
