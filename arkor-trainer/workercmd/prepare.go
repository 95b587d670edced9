package workercmd

import (
	"context"
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

// prepare reads the dataset and what it takes of the model, and refuses what
// cannot be trained before the first step.
func prepare(ctx context.Context, env cli.Env, j *job) (*prepared, error) {
	p := &prepared{job: j}
	var err error
	repositories := hub.New(env)
	if p.folder, err = repositories.Model(ctx, j.Model.ID, j.Model.Path); err != nil {
		return nil, err
	}
	if p.config, err = model.LoadConfig(p.folder); err != nil {
		return nil, fmt.Errorf("model %s: %w", j.Model.ID, err)
	}
	p.settings, err = j.resolve(limits{maxLength: p.config.MaxPositions, maxBatchSize: maxBatchSize, maxLoraR: maxLoraR})
	if err != nil {
		return nil, err
	}
	if err := p.readSamples(ctx, repositories); err != nil {
		return nil, err
	}
	p.settings.options.Steps = p.settings.steps(len(p.samples))
	p.metadata.TotalSteps = p.settings.options.Steps
	p.metadata.Model = j.Model.ID
	p.metadata.MaxLength = p.settings.maxLength
	p.params = lora.Initialize(p.config, p.settings.lora.R, p.settings.options.Seed)
	for _, parameter := range p.params {
		p.metadata.TrainableParameters += len(parameter.Data)
	}
	p.run = runID(j.Model.ID, p.config, p.settings.lora, p.settings.options, p.samples, p.heldOut)
	return p, nil
}

// readSamples fills in samples and heldOut, and counts them.
func (p *prepared) readSamples(ctx context.Context, repositories hub.Hub) error {
	tok, err := tokenizer.Load(p.folder)
	if err != nil {
		return fmt.Errorf("model %s: %w", p.job.Model.ID, err)
	}
	template, err := chat.LoadTemplate(p.folder, tok)
	if err != nil {
		return fmt.Errorf("model %s: %w", p.job.Model.ID, err)
	}
	name, split := p.job.Dataset.display(), hubSplit(p.job.Config.DatasetSplit)
	training, err := p.job.Dataset.read(ctx, repositories, split)
	if err != nil {
		return err
	}
	var heldOut []chat.Sample
	heldOutName := name
	if p.job.EvalDataset != nil {
		heldOutName = p.job.EvalDataset.display()
		if heldOut, err = p.job.EvalDataset.read(ctx, repositories, split); err != nil {
			return err
		}
	} else {
		training, heldOut = chat.Split(training, p.settings.evalShare, p.settings.evalSeed)
	}
	if p.settings.dryRun {
		training = training[:min(len(training), dryRunSamples)]
		heldOut = heldOut[:min(len(heldOut), dryRunSamples)]
	}
	encoded, err := p.encode(template, training, name)
	if err != nil {
		return err
	}
	encodedHeldOut, err := p.encode(template, heldOut, heldOutName)
	if err != nil {
		return err
	}
	if err := chat.Check(encoded, training, name, template.EndOfTurn()); err != nil {
		return err
	}
	if len(heldOut) > 0 {
		if err := chat.Check(encodedHeldOut, heldOut, heldOutName, template.EndOfTurn()); err != nil {
			return err
		}
	}
	p.samples, p.heldOut = teaching(encoded), teaching(encodedHeldOut)
	all, summary := chat.Summarize(encoded), chat.Summarize(p.samples)
	p.metadata.Samples = summary.Samples
	p.metadata.EvalSamples = len(p.heldOut)
	p.metadata.CutSamples = all.Cut
	p.metadata.TokensPerEpoch = summary.Tokens
	p.metadata.SupervisedPerEpoch = summary.Supervised
	return nil
}

func (p *prepared) encode(template *chat.Template, samples []chat.Sample, name string) ([]chat.Encoded, error) {
	encoded := make([]chat.Encoded, len(samples))
	for i, s := range samples {
		var err error
		if encoded[i], err = template.Encode(s, p.settings.maxLength, p.settings.responsesOnly); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, s.Line, err)
		}
	}
	return encoded, nil
}

// teaching drops the samples of which nothing is learned, because their answer
// begins after the cut.
func teaching(encoded []chat.Encoded) []chat.Encoded {
	var kept []chat.Encoded
	for _, e := range encoded {
		for i := 1; i < len(e.Supervised); i++ {
			if e.Supervised[i] {
				kept = append(kept, e)
				break
			}
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
