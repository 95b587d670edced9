package endpointscmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// firstKey is the label of the key that an endpoint begins with.
const firstKey = "first"

type create struct {
	common
	target   targetOptions
	settings settings
}

func newCreate(env cli.Env) *ff.Command {
	c := &create{common: common{options.Common{Env: env}}}
	flags := ff.NewFlagSet("create")
	c.target.addTo(flags)
	c.settings.addTo(flags, " (default: fixed_api_key)", " (default: 7)")
	c.AddTo(flags)
	return &ff.Command{
		Name: "create", Usage: "arkor endpoints create <slug> [--job JOB] [--checkpoint STEP] [--base MODEL] [options]",
		ShortHelp: "make an endpoint and a key for it",
		LongHelp: "Prints the address as URL and the key as KEY on stdout, in the form of a shell or of a file of\n" +
			"environment variables. The key is told this once. A slug is 2 to 50 of a-z, 0-9 and -.\n\n" +
			"Examples:\n" +
			"  arkor endpoints create support-bot > .arkor/support-bot.env\n" +
			"  arkor endpoints create support-bot --job triage-run --checkpoint 50\n" +
			"  arkor endpoints create plain --base arkor/tiny --auth none",
		Flags: flags, Exec: c.run,
	}
}

func (c *create) run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return cli.Usagef("name the endpoint: it becomes a part of its address, as support-bot does")
	}
	if err := arguments(args, "an endpoint"); err != nil {
		return err
	}
	step, err := c.target.check()
	if err != nil {
		return err
	}
	fields := cloud.EndpointFields{Slug: args[0]}
	if err := c.settings.into(&fields); err != nil {
		return err
	}
	if fields.AuthMode == "" {
		fields.AuthMode = cloud.AuthAPIKey
	}
	p, err := c.open(ctx)
	if err != nil {
		return err
	}
	if fields.Target, err = p.target(ctx, c.target, step); err != nil {
		return err
	}
	return p.create(ctx, fields)
}

// create makes an endpoint and, where callers need one, a key. Whoever interrupts
// gets both all the same: nobody can be told the key later.
func (p *project) create(ctx context.Context, fields cloud.EndpointFields) error {
	ctx, done := cli.Linger(ctx, p.farewell)
	defer done()
	e, err := p.session.Client.CreateEndpoint(ctx, p.session.Scope, fields)
	if err != nil {
		p.noteInterrupted(ctx, "the endpoint", fields.Slug)
		return p.notCreated(ctx, err, fields)
	}
	e = p.located(e)
	var key *cloud.NewEndpointKey
	if e.AuthMode != cloud.AuthNone {
		made, err := p.session.Client.CreateEndpointKey(ctx, p.session.Scope, e.ID, firstKey)
		if err != nil {
			p.noteInterrupted(ctx, "the endpoint, and a key that nobody knows,", e.Slug)
			err := fmt.Errorf("the endpoint %s is made, but no key: %w", cli.OneLine(e.Slug), err)
			return cli.Hint(err, "`arkor endpoints create-key %s %s` makes one", word(e.Slug), firstKey)
		}
		key = &made
	}
	return p.hand(e, key, cli.OneLine(e.Slug)+" answers with "+p.answers(ctx, e.Target))
}

// notCreated says why there is no endpoint, and what to do about it.
func (p *project) notCreated(ctx context.Context, err error, fields cloud.EndpointFields) error {
	var status *cloud.StatusError
	if !errors.As(err, &status) || status.Status != http.StatusConflict || status.Code != "" && status.Code != "slug_taken" {
		return refused(offered(err), fields.Target)
	}
	mine, listErr := p.all(ctx)
	if listErr != nil {
		return err
	}
	if slices.ContainsFunc(mine, func(e cloud.Endpoint) bool { return e.Slug == fields.Slug }) {
		return cli.Hint(fmt.Errorf("this project has an endpoint %q already", fields.Slug), "`arkor endpoints retarget %s` lets it answer with something else, `arkor endpoints create-key %s LABEL` makes another key", fields.Slug, fields.Slug)
	}
	return cli.Hint(fmt.Errorf("the slug %q is taken by another project", fields.Slug), "choose another one: addresses have to differ")
}
