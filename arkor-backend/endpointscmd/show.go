package endpointscmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/jobname"
	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

type show struct{ common }

func newShow(env cli.Env) *ff.Command {
	c := &show{common{options.Common{Env: env}}}
	flags := ff.NewFlagSet("show")
	c.AddTo(flags)
	return &ff.Command{
		Name: "show", Usage: "arkor endpoints show <slug> [--json] [--backend BACKEND]",
		ShortHelp: "show an endpoint, its keys, and how to call it",
		LongHelp:  "Example: arkor endpoints show support-bot --json | jq -r .endpoint.url",
		Flags:     flags, Exec: c.run,
	}
}

func (c *show) run(ctx context.Context, args []string) error {
	if err := arguments(args, "an endpoint"); err != nil {
		return err
	}
	p, e, err := c.openEndpoint(ctx, args[0])
	if err != nil {
		return err
	}
	return p.show(ctx, e, time.Now())
}

// shown is an endpoint with what belongs to it. It is what --json prints.
type shown struct {
	Endpoint  cloud.Endpoint      `json:"endpoint"`
	Keys      []cloud.EndpointKey `json:"keys"`
	LatestRun *cloud.EndpointRun  `json:"latestRun"` // nil where there is none, or none was kept
}

func (p *project) show(ctx context.Context, e cloud.Endpoint, now time.Time) error {
	s := shown{Endpoint: e}
	var err error
	if s.Keys, err = p.session.Client.EndpointKeys(ctx, p.session.Scope, e.ID); err != nil {
		return err
	}
	runs, err := p.session.Client.EndpointRuns(ctx, p.session.Scope, e.ID, 1)
	var status *cloud.StatusError
	if err != nil && !(errors.As(err, &status) && status.NotOffered()) {
		return err
	}
	if len(runs) > 0 {
		s.LatestRun = &runs[0]
	}
	if p.json {
		return screen.PrintJSON(p.env.Stdout, s)
	}
	out := screen.New(p.env)
	out.Live = false
	if err := out.Draw(append(describe(s, p.answers(ctx, e.Target), now), keyTable(s.Keys, now)...)); err != nil {
		return err
	}
	if e.Enabled && address(e) != "" {
		if _, err := fmt.Fprint(p.env.Stdout, "\n", curl(e, "  ")); err != nil {
			return err
		}
	}
	p.noteWithoutKey(e, s.Keys)
	return nil
}

// describe says what an endpoint is, in lines of a name and what it is.
func describe(s shown, answers string, now time.Time) []screen.Line {
	e := s.Endpoint
	lines := []screen.Line{{{Text: screen.Pad(cli.OneLine(e.Slug), 24) + "  "}, {Text: state(e), Colour: colourOf(e.Enabled)}}}
	add := func(name, text string) {
		if text != "" {
			lines = append(lines, screen.Entry(name, text, ""))
		}
	}
	add("id", cli.OneLine(e.ID))
	add("answers with", answers)
	add("address", address(e))
	add("callers", callers(e))
	add("chats", kept(e))
	if run := s.LatestRun; run != nil {
		add("latest chat", jobname.Ago(run.CreatedAt, now)+", "+cli.OneLine(run.Status))
	}
	add("created", jobname.Ago(e.CreatedAt, now))
	return lines
}

// keyTable lists keys below what they are the keys of.
func keyTable(keys []cloud.EndpointKey, now time.Time) []screen.Line {
	if len(keys) == 0 {
		return nil
	}
	rows := [][]string{{"  KEY", "LABEL", "CREATED", "LAST USED"}}
	for _, k := range keys {
		used := "never"
		if k.LastUsedAt != nil {
			used = jobname.Ago(*k.LastUsedAt, now)
		}
		if !k.Enabled {
			used = "revoked"
		}
		rows = append(rows, []string{"  " + cli.OneLine(k.Prefix), screen.Cut(cli.OneLine(k.Label), 32), jobname.Ago(k.CreatedAt, now), used})
	}
	table := screen.Table(rows, func(row, _ int) string {
		if keys[row].Enabled {
			return ""
		}
		return screen.Dim
	})
	return append([]screen.Line{{}}, table...)
}
