package jobscmd

import (
	"context"
	"fmt"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/jobname"
	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/prompt/plain"
)

type remove struct {
	common
	yes bool
}

func newDelete(env cli.Env) *ff.Command {
	c := &remove{common: common{options.Common{Env: env}}}
	flags := ff.NewFlagSet("delete")
	options.Bool(flags, &c.yes, "yes", "do not ask")
	c.AddTo(flags)
	return &ff.Command{
		Name: "delete", Usage: "arkor jobs delete <job> [--yes] [--json] [--backend BACKEND]",
		ShortHelp: "remove an ended job with everything it produced",
		LongHelp:  "Jobs that an endpoint answers with stay.\n\nExample: arkor jobs delete 7e1cd6ce --yes",
		Flags:     flags, Exec: c.run,
	}
}

func (c *remove) run(ctx context.Context, args []string) error {
	word, err := theWord(args)
	if err != nil {
		return err
	}
	if !c.yes && !c.Env.Interactive() {
		return cli.Usagef("deleting cannot be undone, and nobody is there to ask: say --yes")
	}
	p, job, err := c.openJob(ctx, word)
	if err != nil {
		return err
	}
	if !job.Status.Terminal() {
		return cli.Hint(fmt.Errorf("the job is %s; cancel it first", job.Status), "`arkor jobs cancel %s`", jobname.Short(job.ID))
	}
	if !c.yes {
		question := fmt.Sprintf("Delete %s (%s, %s, %s) with its checkpoints and its adapter?",
			jobname.Short(job.ID), cli.OneLine(job.Name), job.Status, jobname.Ago(job.CreatedAt, time.Now()))
		yes, err := plain.Confirm(ctx, c.Env, question, false)
		if err != nil {
			return err
		}
		if !yes {
			fmt.Fprintln(c.Env.Stderr, "nothing was deleted")
			return nil
		}
	}
	if err := p.session.Client.DeleteJob(ctx, p.session.Scope, job.ID); err != nil {
		return offered(err, "delete")
	}
	if c.JSON {
		return screen.PrintJSON(c.Env.Stdout, map[string]any{"deleted": job.ID})
	}
	_, err = fmt.Fprintf(c.Env.Stdout, "deleted %s\n", cli.OneLine(job.ID))
	return err
}
