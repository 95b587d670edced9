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
	"github.com/arkorlab/arkor-go/shared/cloud"
)

type show struct {
	common
	watch bool
}

func newShow(env cli.Env) *ff.Command {
	c := &show{common: common{options.Common{Env: env}}}
	flags := ff.NewFlagSet("show")
	options.Bool(flags, &c.watch, "watch", "follow the job to its end; the exit status is 1 when it fails or is cancelled")
	c.AddTo(flags)
	return &ff.Command{
		Name: "show", Usage: "arkor jobs show [job] [--watch] [--json] [--backend BACKEND]",
		ShortHelp: "show a job, the latest when none is named",
		LongHelp:  "Example: arkor jobs show --watch && ./deploy.sh",
		Flags:     flags, Exec: untilLeft(env, c.run),
	}
}

// shown is a job with how far it is. It is what --json prints.
type shown struct {
	Job      cloud.Job `json:"job"`
	Progress progress  `json:"progress"`
	file     string    // what the job learns from, where it is one and its name is known
}

func (c *show) run(ctx context.Context, args []string) error {
	word, err := oneWord(args)
	if err != nil {
		return err
	}
	p, job, err := c.openJob(ctx, word)
	if err != nil {
		return err
	}
	v := &view{project: p, screen: screen.New(c.Env), json: c.JSON}
	v.connection = connection{env: c.Env, live: v.screen.Live && !c.JSON}
	if err := v.look(ctx, job.ID); err != nil {
		return err
	}
	if !c.JSON {
		v.file = p.filename(ctx, v.Job)
	}
	if !c.watch {
		v.screen.Live = false
		return v.print()
	}
	return v.follow(ctx)
}

// view is a job that is looked at.
type view struct {
	shown
	*project
	screen     *screen.Screen
	json       bool
	connection connection
	lastID     string
	told       cloud.JobStatus // the last status that was printed
}

// look asks for the job as it is now.
func (v *view) look(ctx context.Context, id string) error {
	job, events, _, err := v.session.Client.JobAndEvents(ctx, v.session.Scope, id)
	if err != nil {
		return err
	}
	v.Job, v.Progress = job, progressOf(job, events)
	if len(events) > 0 {
		v.lastID = events[len(events)-1].ID
	}
	return nil
}

func (v *view) print() error {
	if v.json {
		return screen.PrintJSON(v.env.Stdout, v.shown)
	}
	return v.screen.Draw(append(describe(v.shown, time.Now()), v.connection.line()...))
}

// change shows what has become of the job: a drawing, an object, or a line when
// the status is a new one or e is a checkpoint.
func (v *view) change(e cloud.Event) error {
	if v.json || v.screen.Live {
		return v.print()
	}
	if v.told != v.Job.Status {
		v.told = v.Job.Status
		text := string(v.Job.Status)
		if v.Job.Error != nil {
			text += ": " + cli.Excerpt(*v.Job.Error)
		}
		if _, err := fmt.Fprintln(v.env.Stdout, text); err != nil {
			return err
		}
	}
	if e.Type == cloud.EventCheckpoint && v.Progress.Checkpoint != nil {
		_, err := fmt.Fprintf(v.env.Stdout, "checkpoint at step %d\n", *v.Progress.Checkpoint)
		return err
	}
	return nil
}

// follow shows the job until it has ended.
func (v *view) follow(ctx context.Context) error {
	if err := v.change(cloud.Event{}); err != nil || v.Job.Status.Terminal() {
		if err == nil {
			err = outcome(v.Job.Status)
		}
		return err
	}
	events := v.read(ctx)
	defer events.stop()
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	for {
		var err error
		select {
		case e := <-events.came:
			v.connection.back()
			v.Progress.add(e)
			if e.Type == cloud.EventStarted {
				if said := readEvent(e); said.Timestamp != "" {
					v.Job.StartedAt = &said.Timestamp
				}
				v.Job.Status, v.Job.JobsAhead = cloud.Running, 0
			}
			err = v.change(e)
		case l := <-events.lost:
			v.connection.lost(l)
		case end := <-events.ended:
			if end.err != nil {
				return end.err
			}
			return v.last(ctx, end.status)
		case <-ticks.C:
			err = v.tick(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// tick keeps what changes without an event up to date.
func (v *view) tick(ctx context.Context) error {
	if v.Job.Status == cloud.Queued {
		job, err := v.session.Client.Job(ctx, v.session.Scope, v.Job.ID)
		if err == nil && !job.Status.Terminal() { // the end comes with the events
			v.Job = job
		}
	}
	if v.screen.Live && !v.json {
		return v.print()
	}
	return nil
}

// last shows the job as it ended.
func (v *view) last(ctx context.Context, status cloud.JobStatus) error {
	v.connection.back()
	if err := v.look(ctx, v.Job.ID); err != nil {
		if status == "" || !passing(err) {
			return err
		}
		v.Job.Status = status
	}
	if err := v.change(cloud.Event{}); err != nil {
		return err
	}
	return outcome(v.Job.Status)
}

// describe says what is known of a job, in lines of a name and what it is.
func describe(s shown, now time.Time) []screen.Line {
	job, p := s.Job, s.Progress
	lines := []screen.Line{{{Text: screen.Pad(nameOf(job, 60), 24) + "  "}, {Text: cli.OneLine(string(job.Status)), Colour: colourOf(job.Status)}}}
	add := func(name, text, colour string) {
		if text != "" {
			lines = append(lines, screen.Entry(name, text, colour))
		}
	}
	add("id", cli.OneLine(job.ID), "")
	add("model", modelOf(job), "")
	add("data", source(job, s.file), "")
	add("created", jobname.Ago(job.CreatedAt, now), "")
	switch {
	case job.Status == cloud.Queued && job.JobsAhead == 1:
		add("waiting", "behind another training", "")
	case job.Status == cloud.Queued && job.JobsAhead > 1:
		add("waiting", fmt.Sprintf("behind %d other trainings", job.JobsAhead), "")
	case job.Status.Terminal():
		add("took", lasted(job, now), "")
	default:
		add("running for", lasted(job, now), "")
	}
	if job.ResumedFrom != nil {
		add("goes on from", fmt.Sprintf("step %d of %s", job.ResumedFrom.Step, jobname.Short(job.ResumedFrom.JobID)), "")
	}
	if job.Status == cloud.Running {
		text := p.of()
		if bar := p.bar(24); bar != "" {
			text += "  " + bar
		}
		if rest := p.left(job, now); rest != "" {
			text += "  " + rest
		}
		add("progress", text, "")
	} else if text := p.of(); text != "" {
		add("steps", text, "")
	}
	add("latest", p.numbers(), "")
	if p.Checkpoint != nil {
		add("checkpoint", fmt.Sprintf("at step %d", *p.Checkpoint), "")
	}
	if job.Webhook != nil {
		add("webhook", webhook(*job.Webhook, now), "")
	}
	if job.Error != nil {
		add("error", cli.Excerpt(*job.Error), screen.Red)
	}
	return lines
}

// webhook says how far the message about the job's end has come.
func webhook(w cloud.WebhookState, now time.Time) string {
	attempts := fmt.Sprintf("%d attempts", w.Attempts)
	if w.Attempts == 1 {
		attempts = "1 attempt"
	}
	why := ""
	if w.LastError != nil {
		why = ": " + cli.Excerpt(*w.LastError)
	}
	switch w.Status {
	case cloud.WebhookWaiting:
		return "is told when the job ends"
	case cloud.WebhookDelivered:
		return "delivered after " + attempts
	case cloud.WebhookFailed:
		return "given up after " + attempts + why
	case cloud.WebhookPending:
		if w.Attempts == 0 {
			return "is being told"
		}
		next := ""
		if w.NextAttemptAt != nil {
			if at, err := time.Parse(time.RFC3339, *w.NextAttemptAt); err == nil {
				next = ", the next in " + span(at.Sub(now))
			}
		}
		return "not taken yet after " + attempts + next + why
	}
	return cli.OneLine(string(w.Status))
}
