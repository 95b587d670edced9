package devcmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/credentials"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// bootstrap makes an anonymous identity where a cloud backend is in use and
// nobody is signed in. Everywhere else it does nothing, and starts nothing: the
// page is to be there at once.
func (c *command) bootstrap(ctx context.Context) error {
	if strings.TrimSpace(c.env.Getenv("ARKOR_TOKEN")) != "" || c.saysLocal() {
		return nil
	}
	store, err := credentials.Open(c.env)
	if err != nil {
		return nil // the page will say it
	}
	if _, err := store.Peek(); !errors.Is(err, credentials.ErrSignedOut) && !errors.Is(err, credentials.ErrUnusable) {
		return nil
	}
	choice, err := backend.Choose(ctx, c.env, "")
	if err != nil || choice.Local {
		// A mistake in the settings is the project's, which the page shows while
		// it is mended.
		return interrupted(ctx)
	}
	config, configErr := cloud.For(c.env, choice.URL, "").AuthConfig(ctx)
	oauth := configErr == nil && filled(config.Auth0Domain) && filled(config.ClientID) && filled(config.Audience)
	if oauth {
		fmt.Fprintln(c.env.Stderr, "No credentials on file. Bootstrapping an anonymous session. Run `arkor login --oauth` to sign in to your account instead.")
	} else {
		fmt.Fprintln(c.env.Stderr, "No credentials on file. Requesting an anonymous token.")
	}
	message, hint, err := c.anonymous(ctx)
	var missing *sibling.NotFoundError
	switch {
	case errors.As(err, &missing):
		return nil // the page says what still works
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return err
	case message != "":
		return c.refused(message, hint, choice.URL, oauth, configErr == nil)
	}
	who, err := store.Peek()
	if err != nil {
		return err
	}
	fmt.Fprintf(c.env.Stderr, "Anonymous id: %s. %s uses this id to recognise this client across sessions. Keep `%s` to stay signed in as the same anonymous identity.\n", cli.OneLine(who.AnonymousID), choice.Service(), store.Path())
	if oauth {
		fmt.Fprintf(c.env.Stderr, "Anonymous sessions aren't guaranteed to persist. Sign in with `arkor login --oauth` to tie future work to %s.\n", choice.Account())
	}
	fmt.Fprintf(c.env.Stderr, "Signed in anonymously (%s).\n", cli.OneLine(who.OrgSlug))
	return nil
}

func filled(text *string) bool { return text != nil && *text != "" }

func interrupted(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// local matches a config file that names the local backend in so many words.
var local = regexp.MustCompile(`(?m)^[^/\n]*\bbackend\s*:\s*["']local["']`)

var configExtensions = [...]string{"ts", "mts", "js", "mjs"}

// saysLocal reports whether the local backend is in use as far as that can be
// seen without running the project's code. A wrong answer only moves the
// bootstrap: what asks the backend first makes up for it.
func (c *command) saysLocal() bool {
	if value := c.env.Getenv("ARKOR_BACKEND"); value != "" {
		return value == "local"
	}
	if _, ok := c.env.LookupEnv("ARKOR_CLOUD_API_URL"); ok {
		return false
	}
	for _, extension := range configExtensions {
		if text, err := os.ReadFile(filepath.Join(c.env.Dir, "arkor.config."+extension)); err == nil {
			return local.Match(text)
		}
	}
	return false
}

// anonymous has arkor-auth make and store the identity. What it refuses with is
// a message rather than an error.
func (c *command) anonymous(ctx context.Context) (message, hint string, err error) {
	env := c.env
	var said bytes.Buffer
	env.Stderr = &said
	var token struct{}
	err = sibling.JSON(ctx, env, &token, "arkor-auth", "token", "--json")
	var silent *cli.ExitError
	if !errors.As(err, &silent) {
		return "", "", err
	}
	message = strings.TrimSpace(said.String())
	if before, after, ok := strings.Cut(message, "\nhint: "); ok {
		message, hint = before, after
	}
	message = message[strings.LastIndex(message, "\n")+1:]
	return strings.TrimPrefix(message, "arkor-auth token: "), hint, nil
}

// refusal is how arkor-auth names an answer that is no identity.
var refusal = regexp.MustCompile(`^Failed to acquire anonymous token \((\d+)\): `)

// refused decides whether there is a page without an identity.
func (c *command) refused(message, hint, address string, oauth, reachable bool) error {
	status := refusal.FindStringSubmatch(message)
	transport := strings.HasPrefix(message, "cannot reach ") || strings.HasPrefix(message, "no answer from ")
	switch {
	case transport && reachable:
		fmt.Fprintf(c.env.Stderr, "Could not reach %s (fetch failed). Studio will keep running and retry on first /api/credentials hit.\nhint: %s\n", address, message)
		return nil
	case status != nil && status[1][0] == '4' && oauth:
		return fmt.Errorf("Failed to bootstrap an anonymous session (HTTP %s). This deployment may require sign-in. Run `arkor login --oauth` and try again.", status[1])
	}
	err := errors.New(message)
	if hint != "" {
		return cli.Hint(err, "%s", hint)
	}
	return err
}
