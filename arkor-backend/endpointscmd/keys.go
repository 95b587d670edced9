package endpointscmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

type createKey struct{ common }

func newCreateKey(env cli.Env) *ff.Command {
	c := &createKey{common{options.Common{Env: env}}}
	flags := ff.NewFlagSet("create-key")
	c.AddTo(flags)
	return &ff.Command{
		Name: "create-key", Usage: "arkor endpoints create-key <slug> <label> [--json] [--backend BACKEND]",
		ShortHelp: "make another key for an endpoint",
		LongHelp: "Prints the address as URL and the key as KEY, this once. The label tells people what a key is for.\n\n" +
			"Example: arkor endpoints create-key support-bot staging > .arkor/staging.env",
		Flags: flags, Exec: c.run,
	}
}

func (c *createKey) run(ctx context.Context, args []string) error {
	if err := arguments(args, "an endpoint", "the key"); err != nil {
		return err
	}
	p, e, err := c.openEndpoint(ctx, args[0])
	if err != nil {
		return err
	}
	return p.createKey(ctx, e, args[1])
}

func (p *project) createKey(ctx context.Context, e cloud.Endpoint, label string) error {
	ctx, done := cli.Linger(ctx, p.farewell)
	defer done()
	key, err := p.session.Client.CreateEndpointKey(ctx, p.session.Scope, e.ID, label)
	if err != nil {
		p.noteInterrupted(ctx, "a key that nobody knows", e.Slug)
		return err
	}
	return p.hand(e, &key, fmt.Sprintf("%s has a key %q", cli.OneLine(e.Slug), cli.OneLine(key.Label)))
}

type revokeKey struct{ common }

func newRevokeKey(env cli.Env) *ff.Command {
	c := &revokeKey{common{options.Common{Env: env}}}
	flags := ff.NewFlagSet("revoke-key")
	c.AddTo(flags)
	return &ff.Command{
		Name: "revoke-key", Usage: "arkor endpoints revoke-key <slug> <key> [--json] [--backend BACKEND]",
		ShortHelp: "make a key void, for good",
		LongHelp: "A key is named by its beginning, as `arkor endpoints show` has it, by its id, or by its label where one\n" +
			"key alone has it.\n\n" +
			"Example: arkor endpoints revoke-key support-bot ark_live_abcd1234",
		Flags: flags, Exec: c.run,
	}
}

func (c *revokeKey) run(ctx context.Context, args []string) error {
	if err := arguments(args, "an endpoint", "the key"); err != nil {
		return err
	}
	p, e, err := c.openEndpoint(ctx, args[0])
	if err != nil {
		return err
	}
	return p.revokeKey(ctx, e, args[1])
}

func (p *project) revokeKey(ctx context.Context, e cloud.Endpoint, named string) error {
	keys, err := p.session.Client.EndpointKeys(ctx, p.session.Scope, e.ID)
	if err != nil {
		return err
	}
	i, err := findKey(keys, e.Slug, named)
	if err != nil {
		return err
	}
	if !keys[i].Enabled {
		fmt.Fprintln(p.env.Stderr, "the key was revoked before")
	} else if err := p.session.Client.RevokeEndpointKey(ctx, p.session.Scope, e.ID, keys[i].ID); err != nil {
		return err
	}
	keys[i].Enabled = false
	if p.json {
		err = screen.PrintJSON(p.env.Stdout, map[string]any{"revoked": keys[i].ID})
	} else {
		_, err = fmt.Fprintf(p.env.Stdout, "revoked %s (%s)\n", cli.OneLine(keys[i].Prefix), cli.OneLine(keys[i].Label))
	}
	p.noteWithoutKey(e, keys)
	return err
}

// findKey returns the place of the key that somebody named. A whole key is its
// own beginning: who has found one somewhere holds nothing else in hands. What
// was named is not repeated, since it may be one.
func findKey(keys []cloud.EndpointKey, slug, named string) (int, error) {
	var found []int
	for i, k := range keys {
		if k.ID == named || k.Label == named || strings.HasPrefix(named, k.Prefix) {
			found = append(found, i)
		}
	}
	if good := slices.DeleteFunc(slices.Clone(found), func(i int) bool { return !keys[i].Enabled }); len(good) > 0 {
		found = good
	}
	if len(found) == 0 {
		return 0, cli.Hint(fmt.Errorf("%s has no such key", cli.OneLine(slug)), "`arkor endpoints show %s` shows them", word(slug))
	}
	if len(found) == 1 || !keys[found[0]].Enabled {
		return found[0], nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d keys of %s are called that:", len(found), cli.OneLine(slug))
	for _, i := range found {
		fmt.Fprintf(&b, "\n  %s  %s", cli.OneLine(keys[i].Prefix), cli.OneLine(keys[i].Label))
	}
	return 0, cli.Hint(errors.New(b.String()), "name one of them by its beginning")
}

// noteWithoutKey says so where callers need a key and there is none.
func (p *project) noteWithoutKey(e cloud.Endpoint, keys []cloud.EndpointKey) {
	if e.AuthMode != cloud.AuthNone && !slices.ContainsFunc(keys, func(k cloud.EndpointKey) bool { return k.Enabled }) {
		fmt.Fprintf(p.env.Stderr, "nobody can call %s: callers need a key, and there is none; `arkor endpoints create-key %s LABEL` makes one\n", cli.OneLine(e.Slug), word(e.Slug))
	}
}
