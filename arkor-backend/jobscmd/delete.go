package jobscmd

import (
	"context"
	"fmt"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/jobname"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/prompt/plain"
)

type remove struct {
	common
	yes bool
}

func newDelete(env cli.Env) *ff.Command {
	c := &remove{common: common{env: env}}
	flags := ff.NewFlagSet("delete")
	addBool(flags, &c.yes, "yes", "do not ask")
	c.addTo(flags)
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
	if !c.yes && !c.env.Interactive() {
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
		yes, err := plain.Confirm(ctx, c.env, question, false)
		if err != nil {
			return err
		}
		if !yes {
			fmt.Fprintln(c.env.Stderr, "nothing was deleted")
			return nil
		}
	}
	if err := p.session.Client.DeleteJob(ctx, p.session.Scope, job.ID); err != nil {
		return offered(err, "delete")
	}
	if c.json {
		return printJSON(c.env.Stdout, map[string]any{"deleted": job.ID})
	}
	_, err = fmt.Fprintf(c.env.Stdout, "deleted %s\n", cli.OneLine(job.ID))
	return err
}
