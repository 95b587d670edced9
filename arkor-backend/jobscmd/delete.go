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
	if err := c.deletion.Check(c.Env); err != nil {
		return err
	}
	p, job, err := c.openJob(ctx, word)
	if err != nil {
		return err
	}
	if !job.Status.Terminal() {
		return cli.Hint(fmt.Errorf("the job is %s; cancel it first", job.Status), "`arkor jobs cancel %s`", jobname.Short(job.ID))
	}
	question := fmt.Sprintf("Delete %s (%s, %s, %s) with its checkpoints and its adapter?",
		jobname.Short(job.ID), cli.OneLine(job.Name), job.Status, jobname.Ago(job.CreatedAt, time.Now()))
	if yes, err := c.deletion.Confirm(ctx, c.Env, question); err != nil || !yes {
		return err
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
