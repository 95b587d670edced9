package jobscmd

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/jobname"
	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// progress is how far a training is, as its events say. Its JSON is what --json
// shows.
type progress struct {
	Step            *int64   `json:"step"`
	TotalSteps      *int64   `json:"totalSteps"`
	Loss            *float64 `json:"loss"`
	EvalLoss        *float64 `json:"evalLoss"`
	LearningRate    *float64 `json:"learningRate"`
	TokensPerSecond *float64 `json:"tokensPerSecond"`
	Checkpoint      *int64   `json:"checkpoint"` // the last
	from            int64    // the step that this job began behind
}

// event is the payload of any event, as far as it is shown. A field of another
// type than here is one that the event does not have.
type event struct {
	Timestamp string
	Step      *int64
	Error     string
	Metadata  struct{ TotalSteps, ResumedFromStep, Samples, EvalSamples *int64 }
	Metrics   map[string]any

	Loss, EvalLoss, LearningRate, TokensPerSecond *float64
}

func readEvent(e cloud.Event) (out event) {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(e.Data, &fields) // it was an object when it came
	get := func(fields map[string]json.RawMessage, name string, into any) { _ = json.Unmarshal(fields[name], into) }
	whole := func(fields map[string]json.RawMessage, name string) *int64 {
		var n *int64
		if get(fields, name, &n); n == nil || *n < 0 {
			return nil
		}
		return n
	}
	get(fields, "timestamp", &out.Timestamp)
	get(fields, "error", &out.Error)
	get(fields, "metrics", &out.Metrics)
	for name, into := range map[string]**float64{
		"loss": &out.Loss, "evalLoss": &out.EvalLoss, "learningRate": &out.LearningRate, "tokensPerSecond": &out.TokensPerSecond,
	} {
		get(fields, name, into)
	}
	out.Step = whole(fields, "step")
	var metadata map[string]json.RawMessage
	get(fields, "metadata", &metadata)
	out.Metadata.TotalSteps, out.Metadata.ResumedFromStep = whole(metadata, "totalSteps"), whole(metadata, "resumedFromStep")
	out.Metadata.Samples, out.Metadata.EvalSamples = whole(metadata, "samples"), whole(metadata, "evalSamples")
	return out
}

// progressOf is what a job and its latest events say.
func progressOf(job cloud.Job, events []cloud.Event) progress {
	var p progress
	var config struct{ MaxSteps *int64 }
	if json.Unmarshal(job.Config, &config) == nil { // the beginning may be too long ago to be among the events
		p.TotalSteps = config.MaxSteps
	}
	if job.ResumedFrom != nil {
		p.from = job.ResumedFrom.Step
	}
	for _, e := range events {
		p.add(e)
	}
	return p
}

func (p *progress) add(e cloud.Event) {
	said := readEvent(e)
	switch e.Type {
	case cloud.EventStarted:
		if said.Metadata.TotalSteps != nil {
			p.TotalSteps = said.Metadata.TotalSteps
		}
		if said.Metadata.ResumedFromStep != nil {
			p.from = *said.Metadata.ResumedFromStep
		}
	case cloud.EventLog:
		p.Step, p.Loss, p.LearningRate, p.TokensPerSecond = said.Step, said.Loss, said.LearningRate, said.TokensPerSecond
		if said.EvalLoss != nil {
			p.EvalLoss = said.EvalLoss
		}
	case cloud.EventCheckpoint:
		p.Checkpoint = said.Step
	}
}

// of says "56/100", or as much of it as is known.
func (p progress) of() string {
	switch {
	case p.Step == nil:
		return ""
	case p.TotalSteps == nil || *p.TotalSteps < *p.Step:
		return fmt.Sprintf("step %d", *p.Step)
	}
	return fmt.Sprintf("%d/%d", *p.Step, *p.TotalSteps)
}

// bar draws the share of the steps that are done, "" when that is not known.
func (p progress) bar(room int) string {
	if p.Step == nil || p.TotalSteps == nil || *p.TotalSteps < max(1, *p.Step) {
		return ""
	}
	done := int(float64(room) * float64(*p.Step) / float64(*p.TotalSteps))
	return "[" + strings.Repeat("#", done) + strings.Repeat("-", room-done) + "]"
}

// left says how long the rest takes at the pace so far.
func (p progress) left(job cloud.Job, now time.Time) string {
	if p.Step == nil || p.TotalSteps == nil || job.StartedAt == nil || *p.Step <= p.from || *p.TotalSteps < *p.Step {
		return ""
	}
	began, err := time.Parse(time.RFC3339, *job.StartedAt)
	if err != nil || !began.Before(now) {
		return ""
	}
	rest := float64(now.Sub(began)) / float64(*p.Step-p.from) * float64(*p.TotalSteps-*p.Step)
	return "about " + span(time.Duration(rest)) + " left"
}

// numbers says what is measured.
func (p progress) numbers() string {
	var parts []string
	for _, n := range []struct {
		value  *float64
		format string
	}{{p.Loss, "loss %.4f"}, {p.EvalLoss, "eval loss %.4f"}, {p.LearningRate, "lr %.2e"}} {
		if n.value != nil {
			parts = append(parts, fmt.Sprintf(n.format, *n.value))
		}
	}
	if p.TokensPerSecond != nil {
		parts = append(parts, count(*p.TokensPerSecond)+" tokens/s")
	}
	return strings.Join(parts, "  ")
}

// source says what a job learns from. filename is that of an uploaded file, ""
// where it is not known.
func source(job cloud.Job, filename string) string {
	var config struct {
		DatasetSource struct{ Type, Name, Subset, Split, URL, DatasetID string }
	}
	_ = json.Unmarshal(job.Config, &config) // what is of another type is not shown
	s := config.DatasetSource
	switch s.Type {
	case "huggingface":
		return cli.OneLine(strings.TrimRight(s.Name+" "+strings.Trim(s.Subset+"/"+s.Split, "/"), " "))
	case "blob":
		address, _, _ := strings.Cut(s.URL, "?") // what follows may be a signature
		return cli.OneLine(address)
	case "file":
		return strings.TrimLeft(screen.Cut(cli.OneLine(filename), 60)+"  "+screen.Cut(cli.OneLine(s.DatasetID), len("sha256:")+13), " ")
	}
	return ""
}

// filename returns what the file was called that a job learns from, "" where
// the backend does not say or the upload is gone.
func (p *project) filename(ctx context.Context, job cloud.Job) string {
	var config struct{ DatasetSource struct{ DatasetID string } }
	_ = json.Unmarshal(job.Config, &config) // what is of another type is not asked for
	if config.DatasetSource.DatasetID == "" {
		return ""
	}
	uploaded, err := p.session.Client.Dataset(ctx, p.session.Scope, config.DatasetSource.DatasetID)
	if err != nil {
		return ""
	}
	return uploaded.Name()
}

func modelOf(job cloud.Job) string {
	var config struct{ Model string }
	_ = json.Unmarshal(job.Config, &config) // a row of a list may have none
	return cli.OneLine(config.Model)
}

// nameOf is what a job is called, in so many columns, and whether it was a dry
// run.
func nameOf(job cloud.Job, room int) string {
	const note = " (dry run)"
	if jobname.DryRun(job) {
		return screen.Cut(cli.OneLine(job.Name), room-len(note)) + note
	}
	return screen.Cut(cli.OneLine(job.Name), room)
}
