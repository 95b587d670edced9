package endpointscmd

import (
	"context"
	"fmt"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type list struct{ common }

func newList(env cli.Env) *ff.Command {
	c := &list{common{options.Common{Env: env}}}
	flags := ff.NewFlagSet("list")
	c.AddTo(flags)
	return &ff.Command{
		Name: "list", Usage: "arkor endpoints list [--json] [--backend BACKEND]",
		ShortHelp: "list the project's endpoints",
		Flags:     flags, Exec: c.run,
	}
}

func (c *list) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	p, err := c.open(ctx)
	if err != nil {
		return err
	}
	return p.list(ctx)
}

func (p *project) list(ctx context.Context) error {
	all, err := p.all(ctx)
	if err != nil {
		return err
	}
	if p.json {
		return screen.PrintJSON(p.env.Stdout, map[string]any{"endpoints": all})
	}
	if len(all) == 0 {
		fmt.Fprintln(p.env.Stderr, "no endpoints yet\nhint: `arkor endpoints create SLUG` makes one")
		return nil
	}
	if err := p.nameJobs(ctx, all); err != nil {
		return err
	}
	rows := [][]string{{"SLUG", "STATE", "AUTH", "ANSWERS WITH", "ADDRESS"}}
	for _, e := range all {
		rows = append(rows, []string{cli.OneLine(e.Slug), state(e), cli.OneLine(e.AuthMode), screen.Cut(p.answers(ctx, e.Target), 48), address(e)})
	}
	s := screen.New(p.env)
	s.Live = false
	return s.Draw(screen.Table(rows, func(row, column int) string {
		if column != 1 {
			return ""
		}
		return colourOf(all[row].Enabled)
	}))
}

func colourOf(enabled bool) string {
	if enabled {
		return screen.Green
	}
	return screen.Yellow
}
