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

type retarget struct {
	common
	target targetOptions
}

func newRetarget(env cli.Env) *ff.Command {
	c := &retarget{common: common{options.Common{Env: env}}}
	flags := ff.NewFlagSet("retarget")
	c.target.addTo(flags)
	c.AddTo(flags)
	return &ff.Command{
		Name: "retarget", Usage: "arkor endpoints retarget <slug> [--job JOB] [--checkpoint STEP] [--base MODEL] [--json] [--backend BACKEND]",
		ShortHelp: "let an endpoint answer with something else, the latest training when nothing is named",
		LongHelp: "Its address and its keys stay: callers notice nothing but the answers.\n\n" +
			"Example: arkor start && arkor endpoints retarget support-bot",
		Flags: flags, Exec: c.run,
	}
}

func (c *retarget) run(ctx context.Context, args []string) error {
	if err := arguments(args, "an endpoint"); err != nil {
		return err
	}
	step, err := c.target.check()
	if err != nil {
		return err
	}
	p, e, err := c.openEndpoint(ctx, args[0])
	if err != nil {
		return err
	}
	target, err := p.target(ctx, c.target, step)
	if err != nil {
		return err
	}
	return p.retarget(ctx, e, target)
}

func (p *project) retarget(ctx context.Context, e cloud.Endpoint, target *cloud.EndpointTarget) error {
	e, err := p.change(ctx, e, cloud.EndpointFields{Target: target})
	if err != nil {
		return refused(err, target)
	}
	return p.changed(e, "answers with "+p.answers(ctx, e.Target))
}

type update struct {
	common
	settings settings
}

func newUpdate(env cli.Env) *ff.Command {
	c := &update{common: common{options.Common{Env: env}}}
	flags := ff.NewFlagSet("update")
	c.settings.addTo(flags, "", "; what is over is removed")
	c.AddTo(flags)
	return &ff.Command{
		Name: "update", Usage: "arkor endpoints update <slug> [--auth MODE] [--retention DAYS] [--json] [--backend BACKEND]",
		ShortHelp: "change who may call an endpoint, and how long its chats are kept",
		LongHelp:  "Example: arkor endpoints update support-bot --retention disabled",
		Flags:     flags, Exec: c.run,
	}
}

func (c *update) run(ctx context.Context, args []string) error {
	if err := arguments(args, "an endpoint"); err != nil {
		return err
	}
	var fields cloud.EndpointFields
	if err := c.settings.into(&fields); err != nil {
		return err
	}
	if fields == (cloud.EndpointFields{}) {
		return cli.Hint(cli.Usagef("say what to change: --auth or --retention"), "`arkor endpoints retarget` changes what it answers with")
	}
	p, e, err := c.openEndpoint(ctx, args[0])
	if err != nil {
		return err
	}
	return p.update(ctx, e, fields)
}

func (p *project) update(ctx context.Context, e cloud.Endpoint, fields cloud.EndpointFields) error {
	e, err := p.change(ctx, e, fields)
	if err != nil {
		return err
	}
	said := "callers " + callers(e)
	if text := kept(e); text != "" {
		said += ", chats are " + text
	}
	if err := p.changed(e, said); err != nil || fields.AuthMode != cloud.AuthAPIKey {
		return err
	}
	if keys, err := p.session.Client.EndpointKeys(ctx, p.session.Scope, e.ID); err == nil {
		p.noteWithoutKey(e, keys)
	}
	return nil
}

type switched struct {
	common
	on bool
}

func newSwitch(env cli.Env, on bool) *ff.Command {
	c := &switched{common: common{options.Common{Env: env}}, on: on}
	name, short := "disable", "let an endpoint answer nobody, until it is enabled again"
	if on {
		name, short = "enable", "let a disabled endpoint answer again"
	}
	flags := ff.NewFlagSet(name)
	c.AddTo(flags)
	return &ff.Command{
		Name: name, Usage: "arkor endpoints " + name + " <slug> [--json] [--backend BACKEND]",
		ShortHelp: short,
		LongHelp:  "Its address and its keys stay.\n\nExample: arkor endpoints " + name + " support-bot",
		Flags:     flags, Exec: c.run,
	}
}

func (c *switched) run(ctx context.Context, args []string) error {
	if err := arguments(args, "an endpoint"); err != nil {
		return err
	}
	p, e, err := c.openEndpoint(ctx, args[0])
	if err != nil {
		return err
	}
	if e, err = p.change(ctx, e, cloud.EndpointFields{Enabled: &c.on}); err != nil {
		return err
	}
	return p.changed(e, state(e))
}

func state(e cloud.Endpoint) string {
	if e.Enabled {
		return "enabled"
	}
	return "disabled"
}

// changed prints what an endpoint is now.
func (p *project) changed(e cloud.Endpoint, said string) error {
	if p.json {
		return screen.PrintJSON(p.env.Stdout, map[string]any{"endpoint": e})
	}
	_, err := fmt.Fprintf(p.env.Stdout, "%s  %s\n", cli.OneLine(e.Slug), said)
	return err
}
