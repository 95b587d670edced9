// Package logincmd implements "arkor login".
package logincmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-auth/identity"
	"github.com/arkorlab/arkor-go/arkor-auth/oauthflow"
	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/credentials"
	"github.com/arkorlab/arkor-go/shared/project"
	"github.com/arkorlab/arkor-go/shared/prompt"
)

type command struct {
	env       cli.Env
	oauth     bool
	anonymous bool
	device    bool
	withToken bool
	noBrowser bool
	project   string
	backend   string

	patience time.Duration // how long a person has to sign in in the browser

	choice    backend.Choice
	store     credentials.Store
	client    *cloud.Client
	mentioned sync.Once // that a callback was ignored
}

func newCommand(env cli.Env) *command { return &command{env: env, patience: 5 * time.Minute} }

// New returns the command, bound to env. It does no work.
func New(env cli.Env) *ff.Command {
	c := newCommand(env)
	flags := ff.NewFlagSet("arkor login")
	for _, f := range []struct {
		name  string
		value *bool
		usage string
	}{
		{"oauth", &c.oauth, "sign in to an account in the browser"},
		{"anonymous", &c.anonymous, "make a new anonymous identity"},
		{"device", &c.device, "sign in to an account with a code that is typed on another device"},
		{"with-token", &c.withToken, "read an access token of an account from standard input"},
		{"no-browser", &c.noBrowser, "print the address to visit and open nothing"},
	} {
		flags.AddFlag(ff.FlagConfig{LongName: f.name, Value: ffval.NewValue(f.value), NoDefault: true, Usage: f.usage})
	}
	flags.AddFlag(ff.FlagConfig{
		LongName: "project", Value: ffval.NewValue(&c.project), NoDefault: true,
		Placeholder: "ORG/PROJECT", Usage: "the project of an account that this directory belongs to",
	})
	flags.AddFlag(ff.FlagConfig{
		LongName: "backend", Value: ffval.NewValue(&c.backend), NoDefault: true,
		Placeholder: "BACKEND", Usage: "cloud or an address; outranks every other setting",
	})
	return &ff.Command{
		Name:      "login",
		Usage:     "arkor login [--oauth | --anonymous | --device | --with-token] [options]",
		ShortHelp: "Sign in to arkor (OAuth Authorization Code + PKCE on loopback)",
		LongHelp: "Without a flag you are asked how; where nobody can answer, the identity is\n" +
			"anonymous. What keeps you signed in is ~/.arkor/credentials.json.\n\n" +
			"Examples:\n" +
			"  arkor login\n" +
			"  arkor login --oauth --project acme/support-bot\n" +
			"  arkor login --device        # over SSH, in a container\n" +
			"  arkor login --anonymous     # in CI",
		Flags: flags,
		Exec:  c.run,
	}
}

func (c *command) run(ctx context.Context, args []string) error {
	if err := c.check(args); err != nil {
		return err
	}
	c.env = project.Enter(c.env, "arkor login")
	choice, err := backend.Choose(ctx, c.env, c.backend)
	if err != nil {
		return err
	}
	if choice.Local {
		err := fmt.Errorf("trainings run on this machine (by %s), where nobody has to sign in", choice.From)
		return cli.Hint(err, "sign in to the managed cloud with `arkor login --backend cloud`")
	}
	if c.store, err = credentials.Open(c.env); err != nil {
		return err
	}
	// Better known before somebody has signed in than after.
	if err := c.storable(ctx); err != nil {
		return err
	}
	if strings.TrimSpace(c.env.Getenv("ARKOR_TOKEN")) != "" {
		fmt.Fprintln(c.env.Stderr, "arkor: warning: ARKOR_TOKEN is set and outranks every sign-in; unset it to use this one")
	}
	c.client, c.choice = cloud.For(c.env, choice.URL, ""), choice
	if decidedByFile(choice) {
		fmt.Fprintf(c.env.Stderr, "Signing in to %s (by %s)\n", choice.URL, choice.From)
	}
	if err := c.signIn(ctx); err != nil {
		return err
	}
	c.sayWhatIsUsed(ctx)
	return nil
}

// sayWhatIsUsed tells who named the server with --backend that the folder's
// commands ask another one all the same.
func (c *command) sayWhatIsUsed(ctx context.Context) {
	if c.backend == "" {
		return
	}
	env := c.env
	env.Stderr = io.Discard // what is wrong with the settings says the command that needs them
	used, err := backend.Choose(ctx, env, "")
	if err != nil || !used.Local && used.URL == c.choice.URL {
		return
	}
	fmt.Fprintf(c.env.Stderr, "This folder still uses %s (by %s).\nhint: name %s there, or with --backend each time\n", used, used.From, c.choice.URL)
}

func (c *command) signIn(ctx context.Context) error {
	switch {
	case c.anonymous:
		return c.signInAnonymously(ctx, false)
	case c.withToken:
		return c.storeToken(ctx)
	}
	config, err := c.config(ctx)
	if err != nil {
		return err
	}
	provider, hasOAuth, err := oauthflow.FromConfig(config, cloud.Patient())
	if err != nil {
		return err
	}
	return c.choose(ctx, provider, hasOAuth, config.Anonymous == nil || *config.Anonymous)
}

// check refuses flags that exclude each other, before anything else happens.
func (c *command) check(args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	ways := 0
	for _, way := range []bool{c.oauth, c.anonymous, c.device, c.withToken} {
		if way {
			ways++
		}
	}
	switch {
	case c.oauth && c.anonymous && ways == 2:
		return cli.Usagef("Pick one of --oauth / --anonymous, not both.")
	case ways > 1:
		return cli.Usagef("Pick one of --oauth / --anonymous / --device / --with-token.")
	case c.project != "" && c.anonymous:
		return cli.Usagef("--project is for accounts; an anonymous identity gets a project of its own")
	case c.project != "":
		org, slug, ok := strings.Cut(c.project, "/")
		if !ok || org == "" || slug == "" || strings.Contains(slug, "/") {
			return cli.Usagef("--project takes an organisation and a project, like acme/support-bot")
		}
	}
	return nil
}

// choose signs in the way that the flags, the deployment and the person say.
func (c *command) choose(ctx context.Context, provider oauthflow.Provider, hasOAuth, hasAnonymous bool) error {
	inCI := c.env.Getenv("CI") != ""
	switch {
	case !hasOAuth && (c.oauth || c.device):
		err := errors.New("OAuth is not configured for this deployment. Re-run without --oauth or pass --anonymous.")
		if !hasAnonymous {
			err = cli.Hint(err, "%s offers no anonymous identities either; ask whoever runs it", c.client.BaseURL)
		}
		return err
	case c.oauth && inCI:
		err := errors.New("--oauth needs a browser callback that CI runners can't complete. Use --anonymous in CI.")
		if !hasAnonymous {
			err = cli.Hint(err, "%s offers no anonymous identities: set ARKOR_TOKEN there", c.client.BaseURL)
		}
		return err
	case c.device:
		return c.signInByDevice(ctx, provider)
	case c.oauth:
		return c.signInByBrowser(ctx, provider)
	case c.project != "" && (!hasOAuth || !c.env.Interactive()):
		return cli.Hint(cli.Usagef("--project is for accounts"), "say how to sign in to one: --oauth with a browser, --device without")
	case !hasOAuth && !hasAnonymous:
		err := fmt.Errorf("%s offers neither accounts nor anonymous identities", c.client.BaseURL)
		return cli.Hint(err, "ask whoever runs it for a token, and set ARKOR_TOKEN to it")
	case !hasOAuth:
		fmt.Fprintln(c.env.Stderr, "OAuth is not configured. Continuing with an anonymous session.")
		return c.signInAnonymously(ctx, false)
	}
	ways := []prompt.Option{{Label: "OAuth (browser)", Hint: "Sign in to " + c.choice.Account()}}
	if c.choice.URL == backend.ManagedCloud {
		ways[0].Hint = "Sign in to your account (requires an arkor.ai web account)"
	}
	if hasAnonymous && c.project == "" {
		ways = append(ways, prompt.Option{Label: "Anonymous", Hint: "Throwaway token, no account"})
	} else if !c.env.Interactive() {
		err := fmt.Errorf("%s offers no anonymous identities", c.client.BaseURL)
		return cli.Hint(err, "sign in to an account: --oauth with a browser, --device without; in CI set ARKOR_TOKEN")
	}
	way, err := prompt.Select(ctx, c.env, "How would you like to sign in?", ways, len(ways)-1)
	switch {
	case err != nil:
		return err
	case way == 0:
		return c.signInByBrowser(ctx, provider)
	}
	return c.signInAnonymously(ctx, true)
}

// decidedByFile reports whether nobody has named the server for this very run.
func decidedByFile(choice backend.Choice) bool {
	switch choice.From {
	case "--backend", "ARKOR_BACKEND", "ARKOR_CLOUD_API_URL":
		return false
	}
	return choice.URL != backend.ManagedCloud
}

// trusts reports whether secrets of an account may go to the backend. The config
// file may have come with somebody else's repository: then the person has to
// name the address, or to agree to it.
func (c *command) trusts(ctx context.Context, provider oauthflow.Provider) error {
	if provider.Audience != "" && strings.TrimRight(provider.Audience, "/") == backend.ManagedCloud && c.choice.URL != backend.ManagedCloud {
		return fmt.Errorf("%s asks for tokens of %s, which are not for it", c.choice.URL, backend.ManagedCloud)
	}
	if !decidedByFile(c.choice) {
		return nil
	}
	if stored, err := c.store.Peek(); err == nil && stored.Address() == c.choice.URL {
		return nil
	}
	question := fmt.Sprintf("%s names %s. Sign in to an account there?", c.choice.From, c.choice.URL)
	agreed, err := prompt.Confirm(ctx, c.env, question, false)
	if err == nil && !agreed {
		err = cli.Hint(fmt.Errorf("%s is named by %s alone", c.choice.URL, c.choice.From),
			"if you trust it with your account, say so: --backend %s", c.choice.URL)
	}
	return err
}

func (c *command) config(ctx context.Context) (cloud.AuthConfig, error) {
	config, err := c.client.AuthConfig(ctx)
	var status *cloud.StatusError
	if errors.As(err, &status) && status.Status != http.StatusUpgradeRequired {
		err = fmt.Errorf("Failed to fetch CLI config from %s (%d)", c.client.BaseURL, status.Status)
		err = cli.Hint(err, "is %s the address of an arkor server?", c.client.BaseURL)
	}
	return config, err
}

// storable reports what would keep a new identity from being stored.
func (c *command) storable(ctx context.Context) error {
	if _, err := c.store.Load(); err != nil && !errors.Is(err, credentials.ErrSignedOut) {
		return err
	}
	locked, err := c.store.Lock(ctx)
	if err == nil {
		locked.Unlock()
	}
	return err
}

// keep stores the new identity and says which one it takes the place of.
func (c *command) keep(ctx context.Context, fresh credentials.Credentials) error {
	locked, err := c.store.Lock(ctx)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	before, loadErr := locked.Load()
	if err := locked.Save(fresh); err != nil {
		return err
	}
	if loadErr == nil && before.Token != fresh.Token {
		fmt.Fprintf(c.env.Stderr, "This replaces the %s at %s.\n", before, before.Address())
	}
	return nil
}

// signInAnonymously always makes a new identity. hasOAuth: there is known to be
// something better.
func (c *command) signInAnonymously(ctx context.Context, hasOAuth bool) error {
	fmt.Fprintln(c.env.Stderr, "Requesting anonymous token")
	fresh, err := identity.NewAnonymous(ctx, c.client)
	if err == nil {
		err = c.keep(ctx, fresh)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.env.Stdout, "Anonymous id: %s\n", cli.OneLine(fresh.AnonymousID))
	fmt.Fprintf(c.env.Stderr, "This id is how %s recognises this client across sessions. Keep `%s` to stay signed in as the same anonymous identity.\n", c.choice.Service(), c.store.Path())
	if hasOAuth {
		fmt.Fprintf(c.env.Stderr, "arkor: warning: Anonymous sessions aren't guaranteed to persist. Sign in with `arkor login --oauth` to tie future work to %s.\n", c.choice.Account())
	}
	_, err = fmt.Fprintf(c.env.Stdout, "Signed in anonymously (personal org: %s).\n", cli.OneLine(fresh.OrgSlug))
	return err
}
