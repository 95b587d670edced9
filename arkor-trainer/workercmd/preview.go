package workercmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/estimate"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

type previewCommand struct{ env cli.Env }

// newPreview returns the command that says of a job what run would train, and
// whether it would.
func newPreview(env cli.Env) *ff.Command {
	c := &previewCommand{env}
	return newJobCommand(env, "preview", "say in JSON what a training job would see and take", "job to look at, as the backend wrote it", c.run)
}

func (c *previewCommand) run(ctx context.Context, job string) error {
	j, err := readJob(job)
	if err != nil {
		return err
	}
	answer := struct {
		Preview cloud.Preview `json:"preview"`
		Speed   *cloud.Range  `json:"speed"` // what the estimate is made with
	}{Speed: j.Speed}
	p, x, err := load(ctx, c.env, j)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil: // the job would end with this
		answer.Preview = unreadable(j, err)
	default:
		answer.Preview, err = p.preview(x)
		if err != nil {
			return err
		}
		if len(answer.Preview.Refusals) == 0 {
			answer.Preview.Estimate, answer.Speed = p.estimate(j.Speed, func(err error) { fmt.Fprintln(c.env.Stderr, err) })
		}
	}
	return json.NewEncoder(c.env.Stdout).Encode(answer)
}

func unreadable(j *job, err error) cloud.Preview {
	return cloud.Preview{
		Model: j.Model.ID, Samples: []cloud.PreviewSample{}, Warnings: []cloud.Problem{}, Estimate: cloud.Estimate{Warnings: []string{}},
		Refusals: []cloud.Problem{notReadable(j, err)},
	}
}

// notReadable names the set unless both are called the same.
func notReadable(j *job, err error) cloud.Problem {
	p := cloud.Problem{Code: cloud.ProblemNotReadable, Message: err.Error(), Hint: cli.HintOf(err)}
	at := (*chat.LineError)(nil)
	if !errors.As(err, &at) {
		return p
	}
	p.File, p.Line, p.Message = at.File, at.Line, at.Err.Error()
	switch train := j.Dataset.display(); {
	case j.EvalDataset == nil, train == at.File && train != j.EvalDataset.display():
		p.Set = cloud.SetTrain
	case train != at.File:
		p.Set = cloud.SetHeldOut
	}
	return p
}

func (p *prepared) preview(x *examples) (cloud.Preview, error) {
	v := cloud.Preview{
		Model: p.job.Model.ID, MaxLength: p.settings.maxLength, BatchSize: p.settings.options.BatchSize,
		Epochs: p.epochs(), Steps: p.settings.options.Steps, ResponsesOnly: p.settings.responsesOnly, DryRun: p.settings.dryRun,
		Refusals: append([]cloud.Problem{}, x.refusals...), Warnings: append([]cloud.Problem{}, x.warnings...),
		Train: x.train.Describe(), Estimate: cloud.Estimate{Warnings: []string{}},
	}
	if len(x.heldOut.Samples) > 0 {
		v.HeldOut = x.heldOut.Describe()
	}
	var err error
	problems := append(append([]cloud.Problem{}, x.refusals...), x.warnings...)
	v.Samples, err = x.template.Show(x.train, x.heldOut, problems, p.settings.maxLength, p.settings.responsesOnly)
	return v, err
}

// epochs is how often the run goes through the samples.
func (p *prepared) epochs() float64 {
	perEpoch := (len(p.samples) + p.settings.options.BatchSize - 1) / p.settings.options.BatchSize
	return float64(p.settings.options.Steps) / float64(max(1, perEpoch))
}

// estimate measures the speed of this machine unless it is known. A trial that
// fails leaves the time open.
func (p *prepared) estimate(speed *cloud.Range, warn func(error)) (cloud.Estimate, *cloud.Range) {
	r := estimate.Run{Config: p.config, LoraR: p.settings.lora.R, Samples: p.samples, HeldOut: p.heldOut, Options: p.settings.options}
	e := cloud.Estimate{Steps: &p.settings.options.Steps, MemoryBytes: r.Memory(), Warnings: []string{}}
	if speed == nil {
		if measured, err := r.Trial(); err == nil {
			speed = &measured
		} else {
			warn(err)
		}
	}
	if speed != nil {
		e.Seconds = r.Seconds(*speed)
	}
	if free := freeMemory(); free > 0 {
		fits := e.MemoryBytes.High <= free
		if !fits && e.MemoryBytes.Low <= free {
			return e, speed // it may
		}
		e.Fits = &fits
		if !fits {
			e.Warnings = append(e.Warnings, fmt.Sprintf("this takes at least %.1f GB of memory, and %.1f GB are free now: lower batchSize or lora.maxLength, or close other programs",
				e.MemoryBytes.Low/1e9, free/1e9))
		}
	}
	return e, speed
}
