// Package jobscmd implements "arkor jobs": the trainings of a project, on
// whichever backend it uses.
package jobscmd

import (
	"context"
	"errors"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/jobname"
	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/session"
)

// New returns the command, bound to env. It does no work.
func New(env cli.Env) *ff.Command {
	return &ff.Command{
		Name: "jobs", Usage: "arkor jobs <list|show|logs|cancel|resume|delete> [options]",
		ShortHelp: "look at the project's trainings, and act on them",
		LongHelp: "A job is named by its id, by the beginning of its id, or by its name where one job alone has it.\n" +
			"With --json the answer is one JSON object, or one a line where it goes on.\n\n" +
			"Examples:\n" +
			"  arkor jobs list --status running --watch\n" +
			"  arkor jobs logs --follow\n" +
			"  arkor jobs cancel 7e1cd6ce",
		Subcommands: []*ff.Command{newList(env), newShow(env), newLogs(env), newCancel(env), newResume(env), newDelete(env)},
	}
}

// common is what all commands have.
type common struct{ options.Common }

// open returns the project that the user is in.
func (c *common) open(ctx context.Context) (*project, error) {
	s, err := c.Open(ctx, "arkor jobs")
	if err != nil {
		return nil, err
	}
	return &project{env: c.Env, session: s}, nil
}

// openJob is open together with the job that a word names.
func (c *common) openJob(ctx context.Context, word string) (*project, cloud.Job, error) {
	p, err := c.open(ctx)
	if err != nil {
		return nil, cloud.Job{}, err
	}
	job, err := p.find(ctx, word)
	return p, job, err
}

// project is a project on a backend.
type project struct {
	env     cli.Env
	session *session.Session
}

// find returns the job that a word names, the latest for "".
func (p *project) find(ctx context.Context, word string) (cloud.Job, error) {
	if word == "" {
		return jobname.Latest(ctx, p.session, cli.Hint(errors.New("this project has no jobs yet"), "`arkor start` makes one"))
	}
	return jobname.Find(ctx, p.session, word)
}

// oneWord returns the one argument that names a job, "" where there is none.
func oneWord(args []string) (string, error) {
	if len(args) > 1 {
		return "", cli.Usagef("unexpected argument %q", args[1])
	}
	if len(args) == 0 {
		return "", nil
	}
	return args[0], nil
}

// theWord is oneWord of a command that does not choose a job by itself.
func theWord(args []string) (string, error) {
	word, err := oneWord(args)
	if err == nil && word == "" {
		err = cli.Hint(cli.Usagef("name a job"), "`arkor jobs list` shows them")
	}
	return word, err
}

// offered gives the refusal of a backend that lacks a route words that say so.
// The job was there a moment ago.
func offered(err error, what string) error {
	var status *cloud.StatusError
	if errors.As(err, &status) && status.NotOffered() {
		return cli.Errorf("this backend does not %s jobs", what)
	}
	return err
}

// outcome is the error, silent, of a command that followed a job to an end
// which is not the one that was hoped for.
func outcome(status cloud.JobStatus) error {
	if status == cloud.Failed || status == cloud.Cancelled {
		return &cli.ExitError{Status: cli.StatusFailed, Completed: true}
	}
	return nil
}
