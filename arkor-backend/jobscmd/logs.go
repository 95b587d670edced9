package jobscmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

type logs struct {
	common
	follow bool
}

func newLogs(env cli.Env) *ff.Command {
	c := &logs{common: common{options.Common{Env: env}}}
	flags := ff.NewFlagSet("logs")
	options.Bool(flags, &c.follow, "follow", "go on until the job has ended")
	c.AddTo(flags)
	return &ff.Command{
		Name: "logs", Usage: "arkor jobs logs [job] [--follow] [--json] [--backend BACKEND]",
		ShortHelp: "print the log of a training, of the latest when none is named",
		LongHelp: "With --json a line is an event as the backend has it.\n\n" +
			"Example: arkor jobs logs --json | jq -c 'select(.type == \"training.log\") | [.step, .loss]'",
		Flags: flags, Exec: untilLeft(env, c.run),
	}
}

func (c *logs) run(ctx context.Context, args []string) error {
	word, err := oneWord(args)
	if err != nil {
		return err
	}
	p, job, err := c.openJob(ctx, word)
	if err != nil {
		return err
	}
	if c.follow {
		_, err := p.log(ctx, job, c.JSON, "")
		return err
	}
	job, events, told, err := p.session.Client.JobAndEvents(ctx, p.session.Scope, job.ID)
	switch {
	case err != nil:
		return err
	case job.Status.Terminal():
		_, err := p.log(ctx, job, c.JSON, "")
		return err
	case !told:
		return cli.Hint(errors.New("this backend does not say where the log of a running job stands"), "read it as it grows, with --follow")
	case len(events) == 0:
		fmt.Fprintf(c.Env.Stderr, "the job is %s, and there is no log yet\n", job.Status)
		return nil
	}
	_, err = p.log(ctx, job, c.JSON, events[len(events)-1].ID)
	return err
}

// errEnough ends the reading of a log that still grows.
var errEnough = errors.New("enough")

// log prints the events of a job, to its end or to the one called upTo, and
// returns how the job ended.
func (p *project) log(ctx context.Context, job cloud.Job, asJSON bool, upTo string) (cloud.JobStatus, error) {
	conn := &connection{env: p.env}
	out := &printer{color: p.env.Color(p.env.Stdout), progress: progressOf(job, nil)}
	f := &cloud.Follower{Client: p.session.Streams, Scope: p.session.Scope, JobID: job.ID, OnLost: conn.lost}
	f.OnEvent = func(e cloud.Event) error {
		conn.back()
		var err error
		if asJSON {
			err = screen.PrintJSON(p.env.Stdout, withID(e))
		} else if text := out.line(e); text != "" {
			_, err = fmt.Fprintln(p.env.Stdout, text)
		}
		if err == nil && e.ID != "" && e.ID == upTo {
			err = errEnough
		}
		return err
	}
	status, err := f.Run(ctx)
	if errors.Is(err, errEnough) {
		err = nil
	}
	return status, err
}

// withID is an event's payload with the id that it came with.
func withID(e cloud.Event) json.RawMessage {
	rest := bytes.TrimPrefix(bytes.TrimSpace(e.Data), []byte("{"))
	if e.ID == "" || bytes.HasPrefix(bytes.TrimSpace(rest), []byte("}")) {
		return e.Data
	}
	id, err := json.Marshal(e.ID)
	if err != nil {
		panic(err) // a string
	}
	return slices.Concat([]byte(`{"id":`), id, []byte(","), rest)
}

// printer writes events as lines for people.
type printer struct {
	color    bool
	progress progress
	day      string
}

// line returns the line of an event, with one for the date above it where that
// is another one; "" for an event that says nothing to people.
func (p *printer) line(e cloud.Event) string {
	p.progress.add(e)
	said := readEvent(e)
	text := p.text(e.Type, said)
	if text == "" {
		return ""
	}
	at, err := time.Parse(time.RFC3339, said.Timestamp)
	if err != nil {
		return "          " + text
	}
	at = at.Local()
	heading := ""
	if day := at.Format("2006-01-02"); day != p.day {
		p.day = day
		heading = screen.Paint(p.color, screen.Dim, day) + "\n"
	}
	return heading + screen.Paint(p.color, screen.Dim, at.Format("15:04:05")) + "  " + text
}

func (p *printer) text(eventType string, said event) string {
	at := ""
	if said.Step != nil {
		at = fmt.Sprintf(" at step %d", *said.Step)
	}
	switch eventType {
	case cloud.EventStarted:
		text := "started"
		if said.Metadata.ResumedFromStep != nil && *said.Metadata.ResumedFromStep > 0 {
			text = fmt.Sprintf("goes on from step %d", *said.Metadata.ResumedFromStep)
		}
		for _, n := range []struct {
			value *int64
			what  string
		}{{said.Metadata.TotalSteps, "steps"}, {said.Metadata.Samples, "samples"}, {said.Metadata.EvalSamples, "held out"}} {
			if n.value != nil && *n.value > 0 {
				text += fmt.Sprintf(", %s %s", count(float64(*n.value)), n.what)
			}
		}
		return screen.Paint(p.color, screen.Blue, text)
	case cloud.EventLog:
		now := p.progress
		now.EvalLoss = said.EvalLoss // of this step alone
		step := now.of()
		if now.TotalSteps != nil {
			total := fmt.Sprint(*now.TotalSteps)
			step = "step " + strings.Repeat(" ", max(0, 2*len(total)+1-len(step))) + strings.TrimPrefix(step, "step ")
		}
		return strings.TrimRight(step+"  "+now.numbers(), " ")
	case cloud.EventCheckpoint:
		return "checkpoint" + at
	case cloud.EventCompleted:
		text := "completed"
		for _, m := range []struct{ key, format string }{{"trainLoss", ", loss %.4f"}, {"evalLoss", ", eval loss %.4f"}} {
			if value, ok := said.Metrics[m.key].(float64); ok {
				text += fmt.Sprintf(m.format, value)
			}
		}
		return screen.Paint(p.color, screen.Green, text)
	case cloud.EventFailed:
		return screen.Paint(p.color, screen.Red, "failed"+at+": "+cli.Excerpt(said.Error))
	case cloud.EventCancelled:
		return screen.Paint(p.color, screen.Yellow, "cancelled"+at)
	}
	return cli.Excerpt(eventType)
}
