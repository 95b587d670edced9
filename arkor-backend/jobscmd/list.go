package jobscmd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-backend/jobname"
	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// every is how often a list that is watched is asked for.
const every = 2 * time.Second

type list struct {
	common
	watch    bool
	limit    int
	statuses []string
}

func newList(env cli.Env) *ff.Command {
	c := &list{common: common{options.Common{Env: env}}}
	flags := ff.NewFlagSet("list")
	flags.AddFlag(ff.FlagConfig{LongName: "status", Value: ffval.NewList(&c.statuses), NoDefault: true,
		Placeholder: "STATUS", Usage: "only jobs that are queued, running, completed, failed or cancelled; may be repeated"})
	flags.AddFlag(ff.FlagConfig{LongName: "limit", Value: ffval.NewValue(&c.limit), NoDefault: true,
		Placeholder: "N", Usage: "how many jobs to show, newest first (default: a screenful)"})
	options.Bool(flags, &c.watch, "watch", "go on: draw the list again on a terminal, print a line for each change elsewhere")
	c.AddTo(flags)
	return &ff.Command{
		Name: "list", Usage: "arkor jobs list [--status STATUS] [--limit N] [--watch] [--json] [--backend BACKEND]",
		ShortHelp: "list the project's jobs, newest first",
		LongHelp:  "Example: arkor jobs list --status failed --status cancelled --limit 5",
		Flags:     flags, Exec: untilLeft(env, c.run),
	}
}

func (c *list) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	wanted := cloud.ListJobs{Limit: c.limit}
	for _, status := range c.statuses {
		if !cloud.JobStatus(status).Valid() {
			return cli.Usagef("--status %s is none of queued, running, completed, failed, cancelled", cli.OneLine(status))
		}
		wanted.Statuses = append(wanted.Statuses, cloud.JobStatus(status))
	}
	if c.limit < 0 {
		return cli.Usagef("--limit must be above 0")
	}
	p, err := c.open(ctx)
	if err != nil {
		return err
	}
	s := screen.New(c.Env)
	if wanted.Limit == 0 {
		_, rows := s.Size()
		wanted.Limit = max(1, rows-4) // the heading, the prompt, and a word about what is left out
	}
	if c.watch {
		return c.follow(ctx, p, s, wanted)
	}
	jobs, more, err := p.session.Client.Jobs(ctx, p.session.Scope, wanted)
	if err != nil {
		return err
	}
	if c.JSON {
		return screen.PrintJSON(c.Env.Stdout, map[string]any{"jobs": nonNil(jobs), "more": more})
	}
	s.Live = false
	if len(jobs) == 0 {
		fmt.Fprintln(c.Env.Stderr, "no jobs"+c.filtered())
		return nil
	}
	if err := s.Draw(table(jobs, p.progress(ctx, jobs), time.Now())); err != nil {
		return err
	}
	if more {
		fmt.Fprintln(c.Env.Stderr, "there are more: see --limit")
	}
	return nil
}

func nonNil(jobs []cloud.Job) []cloud.Job {
	if jobs == nil {
		return []cloud.Job{}
	}
	return jobs
}

func (c *list) filtered() string {
	if len(c.statuses) == 0 {
		return " yet"
	}
	return " that are " + strings.Join(c.statuses, " or ")
}

// progress asks how far the running ones of jobs are. What cannot be had is
// left out.
func (p *project) progress(ctx context.Context, jobs []cloud.Job) map[string]progress {
	const enough = 8 // a backend runs few at once
	of := map[string]progress{}
	for _, job := range jobs {
		if job.Status != cloud.Running || len(of) == enough {
			continue
		}
		if now, events, _, err := p.session.Client.JobAndEvents(ctx, p.session.Scope, job.ID); err == nil {
			of[job.ID] = progressOf(now, events)
		}
	}
	return of
}

// table lays jobs out in columns.
func table(jobs []cloud.Job, of map[string]progress, now time.Time) []screen.Line {
	rows := [][]string{{"ID", "STATUS", "NAME", "MODEL", "CREATED", "TOOK", ""}}
	for _, job := range jobs {
		detail := ""
		switch {
		case job.Status == cloud.Running:
			detail = strings.TrimSpace(of[job.ID].of() + " " + of[job.ID].bar(16))
		case job.Error != nil:
			detail = cli.Excerpt(*job.Error)
		}
		rows = append(rows, []string{jobname.Short(job.ID), cli.OneLine(string(job.Status)), nameOf(job, 32), screen.Cut(modelOf(job), 32),
			jobname.Ago(job.CreatedAt, now), lasted(job, now), detail})
	}
	return screen.Table(rows, func(row, column int) string {
		status := jobs[row].Status
		if column == 1 || column == len(rows[0])-1 && status == cloud.Failed {
			return colourOf(status)
		}
		return ""
	})
}

// follow shows the list until the user leaves.
func (c *list) follow(ctx context.Context, p *project, s *screen.Screen, wanted cloud.ListJobs) error {
	live := s.Live && !c.JSON
	conn := &connection{env: c.Env, live: live}
	known := map[string]cloud.JobStatus{}
	failures := 0
	var jobs []cloud.Job
	var of map[string]progress
	for {
		latest, _, err := p.session.Client.Jobs(ctx, p.session.Scope, wanted)
		wait := every
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
			failures = 0
			jobs = latest
			conn.back()
			if live {
				of = p.progress(ctx, jobs)
			}
		case passing(err):
			wait = cloud.Delay(failures)
			failures++
			conn.lost(cloud.Lost{Attempt: failures, Delay: wait, Err: err})
		default:
			return err
		}
		if live {
			lines := table(jobs, of, time.Now())
			if len(jobs) == 0 {
				lines = []screen.Line{{{Text: "no jobs" + c.filtered()}}}
			}
			err = s.Draw(append(lines, conn.line()...))
		} else {
			err = c.changes(jobs, known)
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// changes prints the jobs whose status is another one than what is known,
// oldest first, and makes it known.
func (c *list) changes(jobs []cloud.Job, known map[string]cloud.JobStatus) error {
	for i := len(jobs) - 1; i >= 0; i-- {
		job := jobs[i]
		if known[job.ID] == job.Status {
			continue
		}
		known[job.ID] = job.Status
		var err error
		if c.JSON {
			err = screen.PrintJSON(c.Env.Stdout, map[string]any{"job": job})
		} else {
			_, err = fmt.Fprintf(c.Env.Stdout, "%s  %s  %s\n", jobname.Short(job.ID), screen.Pad(cli.OneLine(string(job.Status)), len(cloud.Completed)), cli.OneLine(job.Name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
