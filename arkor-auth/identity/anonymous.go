package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/arkorlab/arkor-go/arkor-auth/oauthflow"
	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/credentials"
)

// bootstrap makes and stores an anonymous identity, unless another process has
// done so meanwhile.
func (r Resolver) bootstrap(ctx context.Context, store credentials.Store, choice backend.Choice) (credentials.Credentials, error) {
	// Before the lock: under it, others wait for the one request that counts.
	client := r.client(choice)
	config, err := client.AuthConfig(ctx)
	var status *cloud.StatusError
	if err != nil && (!errors.As(err, &status) || status.Status == http.StatusUpgradeRequired) {
		return credentials.Credentials{}, err
	}
	locked, err := store.Lock(ctx)
	if err != nil {
		return credentials.Credentials{}, err
	}
	defer locked.Unlock()
	c, err := locked.Load()
	if err == nil {
		return c, issuedFor(c, choice)
	}
	if !errors.Is(err, credentials.ErrSignedOut) {
		return c, err
	}
	if config.Anonymous != nil && !*config.Anonymous {
		err := fmt.Errorf("%s offers no anonymous identities", choice)
		if _, hasOAuth, _ := oauthflow.FromConfig(config, nil); !hasOAuth {
			return c, cli.Hint(err, "ask whoever runs it for a token, and set ARKOR_TOKEN to it")
		}
		return c, cli.Hint(err, "sign in with `%s`", loginCommand(choice, "--oauth"))
	}
	if c, err = NewAnonymous(ctx, client); err != nil {
		return c, err
	}
	if err := locked.Save(c); err != nil {
		return c, err
	}
	fmt.Fprintf(r.Env.Stderr, "arkor: not signed in: using a new anonymous identity at %s, kept in %s\n", choice, store.Path())
	return c, nil
}

// NewAnonymous makes an anonymous identity at the client's address. Nothing is
// stored.
func NewAnonymous(ctx context.Context, client *cloud.Client) (credentials.Credentials, error) {
	made, err := client.Anonymous(ctx)
	var status *cloud.StatusError
	if errors.As(err, &status) && status.Status != http.StatusUpgradeRequired {
		err = &RefusedError{Status: status.Status, Text: first(status.Body, 500)}
		if status.Status/100 == 4 {
			err = cli.Hint(err, "anonymous sign-in may not be offered there: try `arkor login --oauth`")
		}
	}
	if err != nil {
		return credentials.Credentials{}, err
	}
	if !credentials.ValidToken(made.Token) || made.AnonymousID != cli.OneLine(made.AnonymousID) || made.PersonalOrg.Slug != cli.OneLine(made.PersonalOrg.Slug) {
		return credentials.Credentials{}, fmt.Errorf("%s answered with a token or a name that holds control characters", client.BaseURL)
	}
	address := client.BaseURL
	return credentials.Credentials{
		Mode: credentials.Anonymous, Token: made.Token, AnonymousID: made.AnonymousID,
		OrgSlug: made.PersonalOrg.Slug, APIURL: &address,
	}, nil
}

// RefusedError is a deployment that makes no anonymous identity for us.
type RefusedError struct {
	Status int    // HTTP status
	Text   string // the beginning of its answer
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("Failed to acquire anonymous token (%d): %s", e.Status, e.Text)
}

// first returns the first n characters of a foreign text.
func first(text string, n int) string {
	runes := []rune(cli.OneLine(text))
	return string(runes[:min(len(runes), n)])
}
