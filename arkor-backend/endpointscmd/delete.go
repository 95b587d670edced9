package endpointscmd

import (
	"context"
	"fmt"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

type remove struct {
	common
	deletion options.Deletion
}

func newDelete(env cli.Env) *ff.Command {
	c := &remove{common: common{options.Common{Env: env}}}
	flags := ff.NewFlagSet("delete")
	c.deletion.AddTo(flags)
	c.AddTo(flags)
	return &ff.Command{
		Name: "delete", Usage: "arkor endpoints delete <slug> [--yes] [--json] [--backend BACKEND]",
		ShortHelp: "remove an endpoint with its keys and the chats that were kept",
		LongHelp:  "What it answered with stays.\n\nExample: arkor endpoints delete support-bot --yes",
		Flags:     flags, Exec: c.run,
	}
}

func (c *remove) run(ctx context.Context, args []string) error {
	if err := arguments(args, "an endpoint"); err != nil {
		return err
	}
	if err := c.deletion.Check(c.Env); err != nil {
		return err
	}
	p, e, err := c.openEndpoint(ctx, args[0])
	if err != nil {
		return err
	}
	question := fmt.Sprintf("Delete %s (%s, answers with %s) with its keys and its chats?", cli.OneLine(e.Slug), state(e), p.answers(ctx, e.Target))
	if yes, err := c.deletion.Confirm(ctx, c.Env, question); err != nil || !yes {
		return err
	}
	return p.remove(ctx, e)
}

func (p *project) remove(ctx context.Context, e cloud.Endpoint) error {
	if err := p.session.Client.DeleteEndpoint(ctx, p.session.Scope, e.ID); err != nil {
		return err
	}
	if p.json {
		return screen.PrintJSON(p.env.Stdout, map[string]any{"deleted": e.ID})
	}
	_, err := fmt.Fprintf(p.env.Stdout, "deleted %s\n", cli.OneLine(e.Slug))
	return err
}
