package jobscmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/jobname"
	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

type cancel struct{ common }

func newCancel(env cli.Env) *ff.Command {
	c := &cancel{common{options.Common{Env: env}}}
	flags := ff.NewFlagSet("cancel")
	c.AddTo(flags)
	return &ff.Command{
		Name: "cancel", Usage: "arkor jobs cancel <job> [--json] [--backend BACKEND]",
		ShortHelp: "stop a job, and wait until it has stopped",
		LongHelp: "A training saves a checkpoint before it stops; `arkor jobs resume` goes on from it.\n\n" +
			"Example: arkor jobs cancel 7e1cd6ce",
		Flags: flags, Exec: c.run,
	}
}

func (c *cancel) run(ctx context.Context, args []string) error {
	word, err := theWord(args)
	if err != nil {
		return err
	}
	p, job, err := c.openJob(ctx, word)
	if err != nil {
		return err
	}
	if job.Status.Terminal() {
		fmt.Fprintf(c.Env.Stderr, "the job was %s before\n", job.Status)
	} else if err := p.stop(ctx, job); err != nil {
		return err
	}
	job, events, _, err := p.session.Client.JobAndEvents(ctx, p.session.Scope, job.ID)
	if err != nil {
		return err
	}
	at := progressOf(job, events)
	if c.JSON {
		return screen.PrintJSON(c.Env.Stdout, shown{Job: job, Progress: at})
	}
	fmt.Fprintf(c.Env.Stdout, "%s  %s  %s\n", jobname.Short(job.ID), job.Status, cli.OneLine(job.Name))
	switch {
	case job.Status == cloud.Completed:
		fmt.Fprintln(c.Env.Stdout, "kept: the trained adapter")
	case at.Checkpoint != nil:
		fmt.Fprintf(c.Env.Stdout, "kept: the checkpoint of step %d; `arkor jobs resume %s` goes on from it\n", *at.Checkpoint, jobname.Short(job.ID))
	default:
		fmt.Fprintln(c.Env.Stdout, "there was no checkpoint to keep")
	}
	return nil
}

// stop asks for the end of a job and waits for it.
func (p *project) stop(ctx context.Context, job cloud.Job) error {
	err := p.session.Client.CancelJob(ctx, p.session.Scope, job.ID)
	var status *cloud.StatusError
	if errors.As(err, &status) && status.Status == http.StatusConflict { // it has ended in between
		err = nil
	}
	if err != nil {
		return offered(err, "cancel")
	}
	if cli.IsTerminal(p.env.Stderr) && job.Status == cloud.Running {
		fmt.Fprintln(p.env.Stderr, "waiting until the training has saved its state and stopped")
	}
	conn := &connection{env: p.env}
	f := &cloud.Follower{Client: p.session.Streams, Scope: p.session.Scope, JobID: job.ID, OnLost: conn.lost}
	f.OnEvent = func(cloud.Event) error { conn.back(); return nil }
	if _, err := f.Run(ctx); err != nil {
		if ctx.Err() != nil {
			endLine(ctx, p.env)
			fmt.Fprintln(p.env.Stderr, "the job was asked to stop, and will, without anybody waiting")
		}
		return err
	}
	return nil
}
