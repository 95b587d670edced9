package workercmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/hub"
	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
	"github.com/arkorlab/arkor-go/arkor-trainer/lora"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/arkor-trainer/tokenizer"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// prepared is a job that has passed every check and can be trained.
type prepared struct {
	job      *job
	folder   fs.FS // of the model
	config   model.Config
	settings settings
	samples  []chat.Encoded
	heldOut  []chat.Encoded
	metadata metadata
	run      string            // identifies what is computed, see runID
	params   []llama.Parameter // the adapter
}

// examples is a job's data as training sees it, and what is wrong with it.
type examples struct {
	template           *chat.Template
	train, heldOut     chat.Set
	refusals, warnings []cloud.Problem
}

// prepare reads the dataset and what it takes of the model, and refuses what
// cannot be trained before the first step.
func prepare(ctx context.Context, env cli.Env, j *job) (*prepared, error) {
	p, x, err := load(ctx, env, j)
	if err != nil {
		return nil, err
	}
	if len(x.refusals) > 0 {
		return nil, chat.Refuse(x.refusals[0])
	}
	p.params = lora.Initialize(p.config, p.settings.lora.R, p.settings.options.Seed)
	for _, parameter := range p.params {
		p.metadata.TrainableParameters += len(parameter.Data)
	}
	p.run = runID(j.Model.ID, p.config, p.settings.lora, p.settings.options, p.samples, p.heldOut)
	return p, nil
}

// load is prepare without the adapter, for a job that may have to be refused.
func load(ctx context.Context, env cli.Env, j *job) (*prepared, *examples, error) {
	p := &prepared{job: j}
	var err error
	repositories := hub.New(env)
	if p.folder, err = repositories.Model(ctx, j.Model.ID, j.Model.Path); err != nil {
		return nil, nil, err
	}
	if p.config, err = model.LoadConfig(p.folder); err != nil {
		return nil, nil, fmt.Errorf("model %s: %w", j.Model.ID, err)
	}
	p.settings, err = j.resolve(limits{maxLength: p.config.MaxPositions, maxBatchSize: maxBatchSize, maxLoraR: maxLoraR})
	if err != nil {
		return nil, nil, err
	}
	x, err := p.readSamples(ctx, repositories)
	if err != nil {
		return nil, nil, err
	}
	p.settings.options.Steps = p.settings.steps(len(p.samples))
	if o := &p.settings.options; o.KeepBest || o.Patience > 0 {
		if len(p.heldOut) == 0 {
			return nil, nil, errors.New("loadBestModelAtEnd and earlyStoppingPatience go by the loss on held-out samples, and there are none")
		}
		if o.EvalSteps == 0 {
			o.EvalSteps = p.settings.perEpoch(len(p.samples))
		}
	}
	p.metadata.TotalSteps = p.settings.options.Steps
	p.metadata.Model = j.Model.ID
	p.metadata.MaxLength = p.settings.maxLength
	return p, x, nil
}

// readSamples fills in samples and heldOut, and counts them.
func (p *prepared) readSamples(ctx context.Context, repositories hub.Hub) (*examples, error) {
	tok, err := tokenizer.Load(p.folder)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", p.job.Model.ID, err)
	}
	x := new(examples)
	if x.template, err = chat.LoadTemplate(p.folder, tok); err != nil {
		return nil, fmt.Errorf("model %s: %w", p.job.Model.ID, err)
	}
	split := hubSplit(p.job.Config.DatasetSplit)
	x.train.Name = p.job.Dataset.display()
	if x.train.Samples, err = p.job.Dataset.read(ctx, repositories, split); err != nil {
		return nil, err
	}
	x.heldOut.Name, x.heldOut.HeldOut = x.train.Name, true
	if p.job.EvalDataset != nil {
		x.heldOut.Name = p.job.EvalDataset.display()
		if x.heldOut.Samples, err = p.job.EvalDataset.read(ctx, repositories, split); err != nil {
			return nil, err
		}
	} else {
		x.train.Samples, x.heldOut.Samples = chat.Split(x.train.Samples, p.settings.evalShare, p.settings.evalSeed)
	}
	leaks, shared := chat.CheckLeaks(x.train, x.heldOut) // of all samples, in a dry run too
	for _, set := range []*chat.Set{&x.train, &x.heldOut} {
		if p.settings.dryRun {
			set.Samples = set.Samples[:min(len(set.Samples), dryRunSamples)]
		}
		if set.Encoded, err = p.encode(ctx, x.template, set.Samples, set.Name); err != nil {
			return nil, err
		}
		if set.HeldOut && len(set.Samples) == 0 {
			continue
		}
		refusals, warnings := set.Check(x.template.EndOfTurn(), p.config.MaxPositions)
		x.refusals, x.warnings = append(x.refusals, refusals...), append(x.warnings, warnings...)
	}
	x.refusals, x.warnings = append(x.refusals, leaks...), append(x.warnings, shared...)
	p.samples, p.heldOut = teaching(x.train.Encoded), teaching(x.heldOut.Encoded)
	all, summary := chat.Summarize(x.train.Encoded), chat.Summarize(p.samples)
	p.metadata.Samples = summary.Samples
	p.metadata.EvalSamples = len(p.heldOut)
	p.metadata.CutSamples = all.Cut
	p.metadata.TokensPerEpoch = summary.Tokens
	p.metadata.SupervisedPerEpoch = summary.Supervised
	return x, nil
}

func (p *prepared) encode(ctx context.Context, template *chat.Template, samples []chat.Sample, name string) ([]chat.Encoded, error) {
	encoded := make([]chat.Encoded, len(samples))
	for i, s := range samples {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var err error
		if encoded[i], err = template.Encode(s, p.settings.maxLength, p.settings.responsesOnly); err != nil {
			return nil, &chat.LineError{File: name, Line: s.Line, Err: err}
		}
	}
	return encoded, nil
}

// teaching drops the samples of which nothing is learned, because their answer
// begins after the cut.
func teaching(encoded []chat.Encoded) []chat.Encoded {
	var kept []chat.Encoded
	for _, e := range encoded {
		if e.Teaches() {
			kept = append(kept, e)
		}
	}
	return kept
}

func (p *prepared) adapterNames() []string {
	var names []string
	for _, parameter := range p.params {
		names = append(names, parameter.Name)
	}
	return names
}

// engine loads the model's weights and puts the adapter on them.
func (p *prepared) engine() (*llama.Engine, error) {
	base, err := model.Load(p.folder)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", p.job.Model.ID, err)
	}
	var params []llama.Parameter
	for _, spec := range p.config.Tensors() {
		params = append(params, llama.Parameter{Name: spec.Name, Shape: spec.Shape, Data: base.Weights[spec.Name]})
	}
	clear(base.Weights) // so that each tensor can go once the engine has it
	e, err := llama.New(p.config, append(params, p.params...), p.settings.lora.Scale())
	debug.FreeOSMemory()
	return e, err
}
