package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/arkorlab/arkor-go/arkor-auth/oauthflow"
	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/credentials"
)

// renew returns credentials whose token can be used. Any number of processes
// that come at once make one request: whoever gets the lock later finds the
// work done.
func (r Resolver) renew(ctx context.Context, store credentials.Store, choice backend.Choice, c credentials.Credentials) (credentials.Credentials, error) {
	locked, err := store.Lock(ctx)
	var unwritable *credentials.WriteError
	switch {
	case errors.As(err, &unwritable):
		return r.renewUnstored(ctx, choice, c, err)
	case err != nil:
		return credentials.Credentials{}, err
	}
	defer locked.Unlock()
	seen := c
	if c, err = locked.Load(); err == nil {
		err = issuedFor(c, choice)
	}
	if errors.Is(err, credentials.ErrSignedOut) {
		err = cli.Hint(errors.New("somebody signed out meanwhile"), "sign in with `%s`", loginCommand(choice))
	}
	if err != nil || r.usable(c) || c.Token != seen.Token && r.holds(c) {
		return c, err
	}
	fresh, renewed, err := r.refresh(ctx, choice, c)
	if err != nil || !renewed {
		return fresh, err
	}
	if err := locked.Save(fresh); err != nil {
		r.warnUnstored(err)
	}
	return fresh, nil
}

// renewUnstored is for a home that cannot be written: the token is good for
// this once.
func (r Resolver) renewUnstored(ctx context.Context, choice backend.Choice, c credentials.Credentials, why error) (credentials.Credentials, error) {
	fresh, renewed, err := r.refresh(ctx, choice, c)
	if renewed {
		r.warnUnstored(why)
	}
	return fresh, err
}

func (r Resolver) warnUnstored(err error) {
	fmt.Fprintf(r.Env.Stderr, "arkor: warning: the access token was renewed but not stored: %v\n", err)
	fmt.Fprintf(r.Env.Stderr, "arkor: warning: %s; if the next command is refused, run `arkor login --oauth`\n", cli.HintOf(err))
}

// refresh asks the provider for a new token. Where it cannot be reached, a
// token that still holds is good enough.
func (r Resolver) refresh(ctx context.Context, choice backend.Choice, c credentials.Credentials) (fresh credentials.Credentials, renewed bool, err error) {
	if c.Mode == credentials.Anonymous {
		err := fmt.Errorf("%s no longer accepts your anonymous identity %s", c.Address(), cli.OneLine(c.AnonymousID))
		return c, false, cli.Hint(err, "`%s` makes a new one, which has no part in the old one's projects", loginCommand(choice, "--anonymous"))
	}
	again := "sign in again with `" + loginCommand(choice, "--oauth") + "`"
	if c.RefreshToken == "" {
		what := "has expired"
		if r.isRejected(c.Token) {
			what = "was refused"
		}
		return c, false, cli.Hint(fmt.Errorf("the access token %s, and came without a refresh token", what), "%s", again)
	}
	provider, unusable := oauthflow.FromCredentials(c, cloud.Patient())
	var tokens oauthflow.Tokens
	if err = unusable; err == nil {
		tokens, err = refreshAnyway(ctx, provider, c.RefreshToken)
	}
	switch {
	case err == nil:
		return tokens.Into(c), true, nil
	case ctx.Err() != nil:
		return c, false, context.Cause(ctx)
	case errors.Is(err, oauthflow.ErrRevoked):
		return c, false, cli.Hint(err, "%s", again)
	case r.holds(c):
		return c, false, nil
	case unusable != nil:
		return c, false, cli.Hint(err, "%s", again)
	case r.isRejected(c.Token):
		return c, false, cli.Hint(fmt.Errorf("the access token was refused and cannot be renewed: %w", err), "try again, or %s", again)
	}
	return c, false, cli.Hint(fmt.Errorf("the access token has expired and cannot be renewed: %w", err), "try again when %s can be reached", provider.Domain)
}

// farewell is how long a refresh may go on when its command was interrupted.
const farewell = 2 * time.Second

// refreshAnyway finishes what it began when ctx ends: a provider that rotates
// refresh tokens has thrown the old one away by then.
func refreshAnyway(ctx context.Context, provider oauthflow.Provider, token string) (oauthflow.Tokens, error) {
	ctx, done := cli.Linger(ctx, farewell)
	defer done()
	return provider.Refresh(ctx, token)
}

// holds reports whether a token is known to be good for a moment.
func (r Resolver) holds(c credentials.Credentials) bool {
	return !r.isRejected(c.Token) && c.ExpiresAt != nil && r.left(c) > 0
}
