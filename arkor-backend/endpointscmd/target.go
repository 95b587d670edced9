package endpointscmd

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/jobname"
	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// targetOptions say what an endpoint is to answer with.
type targetOptions struct {
	job        string
	checkpoint string
	base       string
}

func (o *targetOptions) addTo(flags *ff.FlagSet) {
	options.Text(flags, &o.job, "job", "JOB", "answer with what this job trained (default: the latest that completed)")
	options.Text(flags, &o.checkpoint, "checkpoint", "STEP", "answer with the job's checkpoint of a step instead of its final result")
	options.Text(flags, &o.base, "base", "MODEL", "answer with a base model as it is")
}

// check looks at the options, and returns the step that is asked for, nil for
// the final result.
func (o *targetOptions) check() (step *int64, err error) {
	if o.base != "" && (o.job != "" || o.checkpoint != "") {
		return nil, cli.Usagef("--base is a target of its own: leave --job and --checkpoint out")
	}
	if o.checkpoint == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(o.checkpoint, 10, 64)
	if err != nil || n < 1 {
		return nil, cli.Usagef("--checkpoint takes the number of a step, not %q", o.checkpoint)
	}
	return &n, nil
}

// target returns the target that the options name. A job that cannot answer yet
// is refused here, where there is more to say about it than the backend knows.
func (p *project) target(ctx context.Context, o targetOptions, step *int64) (*cloud.EndpointTarget, error) {
	if o.base != "" {
		return &cloud.EndpointTarget{Kind: cloud.TargetBaseModel, BaseModel: o.base}, nil
	}
	var job cloud.Job
	var err error
	if o.job != "" {
		job, err = jobname.Find(ctx, p.session, o.job)
	} else {
		none := cli.Hint(errors.New("no job of this project has completed yet"), "`arkor start` trains; --base MODEL answers with a model as it is")
		job, err = jobname.Latest(ctx, p.session, none, cloud.Completed)
	}
	if err != nil {
		return nil, err
	}
	p.jobs[job.ID] = &job
	adapter := &cloud.Adapter{Kind: cloud.AdapterFinal, JobID: job.ID}
	switch {
	case step != nil:
		adapter.Kind, adapter.Step = cloud.AdapterCheckpoint, step
	case !job.Status.Terminal():
		err := fmt.Errorf("job %s is %s and has no final result yet", jobname.Short(job.ID), job.Status)
		return nil, cli.Hint(err, "`arkor jobs show %s --watch` waits for it; --checkpoint STEP takes what it has saved so far", jobname.Short(job.ID))
	case job.Status != cloud.Completed:
		err := fmt.Errorf("job %s is %s and has no final result", jobname.Short(job.ID), job.Status)
		return nil, cli.Hint(err, "--checkpoint STEP takes what it saved; `arkor jobs logs %s` names the steps", jobname.Short(job.ID))
	}
	if jobname.DryRun(job) {
		fmt.Fprintf(p.env.Stderr, "arkor endpoints: job %s was a dry run: the model has hardly learned anything\n", jobname.Short(job.ID))
	}
	return &cloud.EndpointTarget{Kind: cloud.TargetAdapter, Adapter: adapter}, nil
}

// refused gives the refusal of a checkpoint the words that the options have.
func refused(err error, t *cloud.EndpointTarget) error {
	var status *cloud.StatusError
	if t == nil || t.Adapter == nil || t.Adapter.Step == nil || !errors.As(err, &status) {
		return err
	}
	short := jobname.Short(t.Adapter.JobID)
	switch status.Code {
	case "invalid_target":
		err = fmt.Errorf("job %s has no checkpoint of step %d", short, *t.Adapter.Step)
	case "adapter_not_ready":
		err = fmt.Errorf("job %s has no checkpoint of step %d yet", short, *t.Adapter.Step)
	default:
		return err
	}
	return cli.Hint(err, "`arkor jobs logs %s` names its checkpoints", short)
}

// nameJobs asks for the jobs of many endpoints at once. What is not told has no
// name; only an interrupt is an error.
func (p *project) nameJobs(ctx context.Context, endpoints []cloud.Endpoint) error {
	for _, e := range endpoints {
		if e.Target.Adapter != nil {
			p.jobs[e.Target.Adapter.JobID] = nil
		}
	}
	if len(p.jobs) == 0 {
		return nil
	}
	jobs, _, err := p.session.Client.Jobs(ctx, p.session.Scope, cloud.ListJobs{})
	if err != nil {
		return context.Cause(ctx)
	}
	for i := range jobs {
		p.jobs[jobs[i].ID] = &jobs[i]
	}
	return nil
}

// job returns a job for its name, nil where it cannot be had.
func (p *project) job(ctx context.Context, id string) *cloud.Job {
	if job, asked := p.jobs[id]; asked {
		return job
	}
	p.jobs[id] = nil
	if job, err := p.session.Client.Job(ctx, p.session.Scope, id); err == nil {
		p.jobs[id] = &job
	}
	return p.jobs[id]
}

// answers says what an endpoint answers with.
func (p *project) answers(ctx context.Context, t cloud.EndpointTarget) string {
	if t.Kind == cloud.TargetBaseModel {
		return cli.OneLine(t.BaseModel) + ", as it is"
	}
	text := "job " + jobname.Short(t.Adapter.JobID)
	if job := p.job(ctx, t.Adapter.JobID); job != nil {
		text = cli.OneLine(job.Name) + " (" + jobname.Short(job.ID) + ")"
	}
	if t.Adapter.Step != nil {
		text = fmt.Sprintf("step %d of %s", *t.Adapter.Step, text)
	}
	return text
}
