package jobscmd

import (
	"context"
	"fmt"
	"strconv"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/jobname"
	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type resume struct {
	common
	from   string
	follow bool
}

func newResume(env cli.Env) *ff.Command {
	c := &resume{common: common{options.Common{Env: env}}}
	flags := ff.NewFlagSet("resume")
	options.Text(flags, &c.from, "from", "STEP", "the checkpoint to begin with (default: the last)")
	options.Bool(flags, &c.follow, "follow", "print the log until the new job has ended; the exit status is 1 when it fails or is cancelled")
	c.AddTo(flags)
	return &ff.Command{
		Name: "resume", Usage: "arkor jobs resume <job> [--from STEP] [--follow] [--json] [--backend BACKEND]",
		ShortHelp: "go on from a checkpoint of a failed or cancelled job, as a new job",
		LongHelp:  "Example: arkor jobs resume 7e1cd6ce --from 50 --follow",
		Flags:     flags, Exec: untilLeft(env, c.run),
	}
}

func (c *resume) run(ctx context.Context, args []string) error {
	word, err := theWord(args)
	if err != nil {
		return err
	}
	var from *int64
	if c.from != "" {
		step, err := strconv.ParseInt(c.from, 10, 64)
		if err != nil || step < 0 {
			return cli.Usagef("--from %s is not the number of a step", cli.OneLine(c.from))
		}
		from = &step
	}
	p, old, err := c.openJob(ctx, word)
	if err != nil {
		return err
	}
	job, err := p.session.Client.ResumeJob(ctx, p.session.Scope, old.ID, from)
	if err != nil {
		return offered(err, "resume")
	}
	switch {
	case c.JSON:
		err = screen.PrintJSON(c.Env.Stdout, map[string]any{"job": job})
	case job.ResumedFrom != nil:
		_, err = fmt.Fprintf(c.Env.Stdout, "%s  goes on from step %d of %s\n", cli.OneLine(job.ID), job.ResumedFrom.Step, jobname.Short(old.ID))
	default:
		_, err = fmt.Fprintf(c.Env.Stdout, "%s  goes on from %s\n", cli.OneLine(job.ID), jobname.Short(old.ID))
	}
	if err != nil || !c.follow {
		return err
	}
	status, err := p.log(ctx, job, c.JSON, "")
	if err != nil {
		return err
	}
	return outcome(status)
}
