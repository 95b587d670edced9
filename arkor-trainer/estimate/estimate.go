// Package estimate says beforehand how long a training takes on this machine
// and how much memory. What it does not know it leaves open, and its ranges are
// wide: machines have other things to do, too.
package estimate

import (
	"math"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
	"github.com/arkorlab/arkor-go/arkor-trainer/lora"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/arkor-trainer/train"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Run is the training to estimate.
type Run struct {
	Config  model.Config
	LoraR   int
	Samples []chat.Encoded
	HeldOut []chat.Encoded
	Options train.Options
}

const (
	startSeconds = 1.0 // reading the model, and saving the result
	// Without gradients a token takes about so much of the time of training.
	evaluation = 0.35
)

// Seconds returns how long the run takes when so many tokens a second are
// trained.
func (r Run) Seconds(speed cloud.Range) *cloud.Range {
	if !(speed.Low > 0 && speed.High >= speed.Low) || math.IsInf(speed.High, 0) {
		return nil
	}
	perEpoch, epochs := 0, 0.0
	for _, e := range r.Samples {
		perEpoch += len(e.Tokens)
	}
	if n := len(r.Samples); n > 0 {
		epochs = float64(r.Options.Steps) / math.Ceil(float64(n)/float64(r.Options.BatchSize))
	}
	tokens := float64(perEpoch) * epochs
	if len(r.HeldOut) > 0 {
		evaluations := 1.0
		if every := r.Options.EvalSteps; every > 0 {
			evaluations = math.Ceil(float64(r.Options.Steps) / float64(every))
		}
		for _, e := range r.HeldOut {
			tokens += evaluation * evaluations * float64(len(e.Tokens))
		}
	}
	return &cloud.Range{Low: startSeconds + tokens/speed.High, High: 2*startSeconds + tokens/speed.Low}
}

// Trial measures how many tokens a second are trained on this machine, within
// about a second: with a batch of the run, on a model of its widths that is cut
// down to a few layers where the whole would take longer.
func (r Run) Trial() (cloud.Range, error) {
	small, batch := r.cutDown()
	params := llama.Initialize(small, 0)
	for i := range params {
		params[i].Trained = false
	}
	engine, err := llama.New(small, append(params, lora.Initialize(small, r.LoraR, 0)...), 1)
	if err != nil {
		return cloud.Range{}, err
	}
	measured, err := train.Measure(engine, batch)
	if err != nil {
		return cloud.Range{}, err
	}
	measured *= flops(small, batch) / flops(r.Config, batch)
	return cloud.Range{Low: measured / trialSlower, High: measured * trialFaster}, nil
}

// What a trial of a moment may be off by.
const (
	trialSlower = 1.8
	trialFaster = 1.25
)

const (
	trialParameters = 4 << 20 // of the layers of a model that is tried
	trialVocabulary = 2048
	trialFlops      = 4e9 // of one batch
)

// cutDown returns a model that can be built and tried in a moment, and a batch
// in its vocabulary.
func (r Run) cutDown() (model.Config, []chat.Encoded) {
	small := r.Config
	small.NumLayers = min(small.NumLayers, max(1, trialParameters/layerParameters(small)))
	small.VocabSize = min(small.VocabSize, trialVocabulary)
	// Two rows at least, so that two are computed side by side.
	most := max(16, int(trialFlops/2/flops(small, []chat.Encoded{{Tokens: make([]int32, 1)}})))
	var batch []chat.Encoded
	for _, e := range train.FirstBatch(r.Samples, r.Options) {
		n := min(len(e.Tokens), most)
		tokens := make([]int32, n)
		for i := range tokens {
			tokens[i] = e.Tokens[i] % int32(small.VocabSize)
		}
		e.Tokens, e.Supervised = tokens, e.Supervised[len(e.Supervised)-n:]
		if len(batch) > 1 && flops(small, append(batch, e)) > trialFlops {
			break
		}
		batch = append(batch, e)
	}
	return small, batch
}

func layerParameters(c model.Config) int {
	return c.HiddenSize*c.HeadDim*(2*c.NumHeads+2*c.NumKVHeads) + 3*c.HiddenSize*c.IntermediateSize
}

// flops counts the multiplications and additions of a step that trains
// adapters: forward, and backward to the activations.
func flops(c model.Config, batch []chat.Encoded) float64 {
	total := 0.0
	for _, e := range batch {
		n, targets := float64(len(e.Tokens)), 0.0
		for _, supervised := range e.Supervised {
			if supervised {
				targets++
			}
		}
		attention := 12 * n * float64(c.NumHeads*c.HeadDim)
		total += n * float64(c.NumLayers) * (4*float64(layerParameters(c)) + attention)
		total += 4 * targets * float64(c.HiddenSize) * float64(c.VocabSize)
	}
	return total
}

// largestSteps bounds how many steps are looked through for the largest part.
const largestSteps = 200

// Memory returns what the process of the run holds at most.
func (r Run) Memory() *cloud.Range {
	const float = 4
	const process = 50 << 20
	c, part := r.Config, train.Largest(r.Samples, r.Options, largestSteps)
	heads, kvHeads := c.NumHeads*c.HeadDim, c.NumKVHeads*c.HeadDim
	// What the backward pass needs of a layer, and what it makes beside it.
	perToken := 8*c.HiddenSize + 4*(heads+kvHeads) + 5*c.IntermediateSize + 3*c.NumHeads*part.Length
	activations := float * float64(part.Workers) * (float64(part.Tokens*c.NumLayers)*float64(perToken) +
		2*float64(part.Targets)*float64(c.VocabSize))
	// An adapter comes with its gradient and two moments.
	weights := float * float64(c.NumParameters()+4*lora.NumParameters(c, r.LoraR))
	// Measured: 0.33 GB where this counts 0.23 (the builtin model, 2 cores), 3.7
	// where it counts about as much (135 million parameters).
	total := process + weights + activations
	return &cloud.Range{Low: process + 0.85*(weights+activations), High: 1.8 * total}
}
