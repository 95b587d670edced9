package llama

import (
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// shapeKey is what a graph is compiled for. Compiling takes a few milliseconds.
type shapeKey struct {
	rows, length, targets int
	gradients             bool
}

// compiled is a graph that is built once, by whoever asks first.
type compiled struct {
	once       sync.Once
	executable compute.Executable
	err        error
}

func (e *Engine) execute(b MicroBatch, gradients bool) ([]compute.Buffer, error) {
	key := shapeKey{b.Rows, b.Length, paddedTargets(len(b.Targets), b.Rows*b.Length), gradients}
	e.mu.Lock()
	c, ok := e.graphs[key]
	if !ok {
		c = new(compiled)
		e.graphs[key] = c
	}
	e.mu.Unlock()
	c.once.Do(func() { c.executable, c.err = e.compile(key) })
	if c.err != nil {
		return nil, c.err
	}
	inputs, err := e.inputs(b, key)
	if err != nil {
		return nil, err
	}
	return c.executable.Execute(append(inputs, e.buffers...), nil, 0)
}

// paddedTargets rounds the number of predictions up, so that few graphs are
// compiled: to an eighth of the tokens, which bounds the waste.
func paddedTargets(n, tokens int) int {
	step := max(32, tokens/8)
	return max(1, (n+step-1)/step) * step
}

// inputs uploads a batch in the order that compile declares.
func (e *Engine) inputs(b MicroBatch, key shapeKey) ([]compute.Buffer, error) {
	positions, targets := make([]int32, key.targets), make([]int32, key.targets)
	copy(positions, b.Positions)
	copy(targets, b.Targets)
	picks := make([]int32, key.targets)
	for i, target := range targets {
		picks[i] = int32(i%e.chunk*e.config.VocabSize) + target
	}
	weights := make([]float32, key.targets)
	for i := range b.Targets {
		weights[i] = 1
	}
	var buffers []compute.Buffer
	for _, input := range []struct {
		data  any
		shape shapes.Shape
	}{
		{b.Tokens, shapes.Make(dtypes.Int32, b.Rows, b.Length)},
		{positions, shapes.Make(dtypes.Int32, key.targets)},
		{targets, shapes.Make(dtypes.Int32, key.targets)},
		{picks, shapes.Make(dtypes.Int32, key.targets)},
		{e.cast(weights), shapes.Make(e.dtype, key.targets, 1)},
	} {
		buffer, err := e.backend.BufferFromFlatData(0, input.data, input.shape)
		if err != nil {
			return nil, err
		}
		buffers = append(buffers, buffer)
	}
	return buffers, nil
}

func (e *Engine) cast(values []float32) any {
	if e.dtype == dtypes.Float32 {
		return values
	}
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return wide
}

// compile builds the graph for one shape. GoMLX reports mistakes in a graph by
// panicking; they come back as errors.
func (e *Engine) compile(key shapeKey) (executable compute.Executable, err error) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(runtime.Error); ok {
				panic(p)
			}
			err = fmt.Errorf("compile for %d sequences of %d tokens: %v", key.rows, key.length, p)
		}
	}()
	g := graph.NewGraph(e.backend, "loss")
	tokens := graph.Parameter(g, "tokens", shapes.Make(dtypes.Int32, key.rows, key.length))
	want := targets{
		positions: graph.Parameter(g, "positions", shapes.Make(dtypes.Int32, key.targets)),
		tokens:    graph.Parameter(g, "targets", shapes.Make(dtypes.Int32, key.targets)),
		picks:     graph.Parameter(g, "picks", shapes.Make(dtypes.Int32, key.targets)),
		weights:   graph.Parameter(g, "weights", shapes.Make(e.dtype, key.targets, 1)),
	}
	n := e.network(g, key.gradients)
	outputs := []*graph.Node{n.t.crossEntropy(n.hidden(tokens), n.head(), want, e.chunk)}
	if key.gradients {
		n.t.run()
		for _, at := range e.trained {
			p := n.params[e.params[at].Name]
			if p.grad == nil {
				p.grad = graph.ZerosLike(p.node)
			}
			outputs = append(outputs, p.grad)
		}
	}
	if err := g.Compile(outputs...); err != nil {
		return nil, err
	}
	return g.Executable(), nil
}

func (e *Engine) network(g *graph.Graph, gradients bool) *network {
	n := &network{
		config: e.config, scale: e.scale,
		t:      &tape{g: g, dtype: e.dtype},
		params: make(map[string]*value, len(e.params)),
	}
	for _, p := range e.params {
		n.params[p.Name] = &value{
			node:    graph.Parameter(g, p.Name, shapes.Make(e.dtype, p.Shape...)),
			trained: p.Trained && gradients,
		}
	}
	return n
}

// Logits returns the logits after each of the tokens, len(tokens) rows of
// VocabSize.
func (e *Engine) Logits(tokens []int32) (logits []float32, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("compile for %d tokens: %v", len(tokens), p)
		}
	}()
	g := graph.NewGraph(e.backend, "logits")
	input := graph.Parameter(g, "tokens", shapes.Make(dtypes.Int32, 1, len(tokens)))
	n := e.network(g, false)
	if err := g.Compile(matmul(n.hidden(input).node, n.head().node, 1)); err != nil {
		return nil, err
	}
	buffer, err := e.backend.BufferFromFlatData(0, tokens, shapes.Make(dtypes.Int32, 1, len(tokens)))
	if err != nil {
		return nil, err
	}
	outputs, err := g.Executable().Execute(append([]compute.Buffer{buffer}, e.buffers...), nil, 0)
	if err != nil {
		return nil, err
	}
	flat, err := outputs[0].Data()
	if err != nil {
		return nil, err
	}
	return slices.Clone(flat.([]float32)), nil
}
