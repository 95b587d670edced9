// Package generate answers prompts with a Llama model on the processor: a
// forward pass written by hand with key-value caches, for many answers at once;
// low-rank adapters that share one base model, sampling, and streaming of text.
package generate

import (
	"fmt"
	"runtime"
	"slices"

	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// Engine holds a base model. Any number of requests with any adapters may use
// it at the same time; they go through the layers together.
type Engine struct {
	config      model.Config
	embedding   []float32 // [VocabSize, HiddenSize]
	layers      []layer
	norm        []float32
	output      []float32 // [VocabSize, HiddenSize]; the embedding when tied
	frequencies []float64 // radians per position, HeadDim/2
	kernel      kernel
	pool        *pool
	answers     *scheduler
}

type layer struct {
	attentionNorm, mlpNorm []float32
	projections            [projectionCount][]float32 // [out, in]
}

// Indices of the projections of a layer, in the order of model.Projections.
const (
	qProj = iota
	kProj
	vProj
	oProj
	gateProj
	upProj
	downProj
	projectionCount
)

// New makes an engine of a model, whose weights it shares and which must not
// change any more. Close it when no request is in progress.
func New(m *model.Model) (*Engine, error) {
	return newEngine(m, fastestKernel(), runtime.GOMAXPROCS(0)-1)
}

func newEngine(m *model.Model, k kernel, helpers int) (*Engine, error) {
	for _, spec := range m.Config.Tensors() {
		n := 1
		for _, dim := range spec.Shape {
			n *= dim
		}
		if got := len(m.Weights[spec.Name]); got != n {
			return nil, fmt.Errorf("tensor %s has %d values, its shape %v needs %d", spec.Name, got, spec.Shape, n)
		}
	}
	e := &Engine{
		config:      m.Config,
		embedding:   m.Weights[model.Embedding],
		norm:        m.Weights[model.FinalNorm],
		output:      m.Weights[model.Output],
		frequencies: m.Config.InverseFrequencies(),
		kernel:      k,
		layers:      make([]layer, m.Config.NumLayers),
	}
	if m.Config.TieEmbeddings {
		e.output = e.embedding
	}
	for i := range e.layers {
		l := &e.layers[i]
		l.attentionNorm = m.Weights[model.LayerTensor(i, "input_layernorm")]
		l.mlpNorm = m.Weights[model.LayerTensor(i, "post_attention_layernorm")]
		for p, name := range model.Projections() {
			l.projections[p] = m.Weights[model.LayerTensor(i, name)]
		}
	}
	e.pool = newPool(helpers)
	e.answers = newScheduler(e)
	return e, nil
}

// Close ends the goroutines of the engine. No request may be in progress.
func (e *Engine) Close() {
	e.answers.running.Wait()
	e.pool.close()
}

// Config returns the configuration of the model.
func (e *Engine) Config() model.Config { return e.config }

// Logits returns the scores of every token of the vocabulary after each of
// tokens, [len(tokens)][VocabSize]. A nil adapter means the base model.
func (e *Engine) Logits(tokens []int32, adapter *Adapter) ([][]float32, error) {
	s, err := e.newSequence(tokens, adapter, 0)
	if err != nil {
		return nil, err
	}
	b := e.newBatch()
	logits := make([][]float32, 0, len(tokens))
	for s.length < len(tokens) {
		b.clear()
		b.add(s, tokens[s.length:min(len(tokens), s.length+batchRows)])
		b.forward()
		for row := range b.rows {
			logits = append(logits, slices.Clone(b.score([]int{row})))
		}
	}
	return logits, nil
}
