// Package llama computes the loss of a Llama model and its gradients, on the
// pure Go backend of GoMLX.
package llama

import (
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// Parameter is a tensor that the network reads. Data is row-major.
type Parameter struct {
	Name    string
	Shape   []int
	Data    []float32
	Trained bool // whether Step computes its gradient
}

// Engine holds a model's parameters and the graphs compiled so far. Its
// methods may be called by several goroutines at a time.
type Engine struct {
	config  model.Config
	scale   float64
	dtype   dtypes.DType
	backend compute.Backend
	params  []Parameter // Data is the memory that the graphs read
	buffers []compute.Buffer
	trained []int // indices in params
	chunk   int   // rows of logits that the loss looks at together

	mu     sync.Mutex
	graphs map[shapeKey]*compiled
}

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

// New moves the parameters into an engine: afterwards params has no Data. All
// that config needs have to be there. loraScale is alpha/r, and unused without
// adapters.
func New(config model.Config, params []Parameter, loraScale float64) (*Engine, error) {
	return newEngine(config, params, loraScale, dtypes.Float32)
}

func newEngine(config model.Config, params []Parameter, loraScale float64, dtype dtypes.DType) (*Engine, error) {
	// One operation at a time, because the engine's user runs whole
	// micro-batches side by side instead. On two cores a first version of these
	// graphs made 1,000 tokens a second this way with one micro-batch at a time
	// and 2,030 with two; the backend's own parallelism ("parallelism=64") made
	// 1,500 and 1,950. Moreover, operations that wait for each other in the
	// backend's pool of workers can deadlock on few cores, and "parallelism="
	// prints to standard output, which is the worker's protocol.
	backend, err := gobackend.New("ops_sequential")
	if err != nil {
		return nil, err
	}
	e := &Engine{
		config: config, scale: loraScale, dtype: dtype, backend: backend,
		chunk:  max(1, chunkLogits/config.VocabSize),
		graphs: make(map[shapeKey]*compiled),
	}
	missing := map[string]bool{}
	for _, spec := range config.Tensors() {
		missing[spec.Name] = true
	}
	for i, p := range params {
		delete(missing, p.Name)
		shape := shapes.Make(dtype, p.Shape...)
		if shape.Size() != len(p.Data) {
			return nil, fmt.Errorf("parameter %s has %d values, its shape is %v", p.Name, len(p.Data), p.Shape)
		}
		buffer, data, err := backend.NewSharedBuffer(0, shape)
		if err != nil {
			return nil, err
		}
		p.Data = fill(data, p.Data)
		params[i].Data = nil // so that of a large model no second copy stays
		e.params = append(e.params, p)
		e.buffers = append(e.buffers, buffer)
		if p.Trained {
			e.trained = append(e.trained, i)
		}
	}
	for name := range missing {
		return nil, fmt.Errorf("parameter %s is missing", name)
	}
	return e, nil
}

// fill copies values into the flat data of a buffer, and returns that data if
// it is float32.
func fill(flat any, values []float32) []float32 {
	switch flat := flat.(type) {
	case []float32:
		copy(flat, values)
		return flat
	case []float64:
		for i, v := range values {
			flat[i] = float64(v)
		}
	}
	return nil
}

// Trained returns the trained parameters, in the order given to New. Writing
// to their Data between calls changes the model.
func (e *Engine) Trained() []Parameter {
	out := make([]Parameter, len(e.trained))
	for i, at := range e.trained {
		out[i] = e.params[at]
	}
	return out
}

// MicroBatch is a padded set of sequences of equal length, and what to predict.
type MicroBatch struct {
	Rows, Length int
	Tokens       []int32 // Rows*Length
	Positions    []int32 // index into Tokens of each token that predicts
	Targets      []int32 // what the token at the same place of Positions should predict
}

// Result is what Compute found.
type Result struct {
	Loss      float64          // sum of -log p over the targets
	gradients []compute.Buffer // of Loss, one for each of Trained
}

// Compute returns the loss of b and, if asked, its gradient.
func (e *Engine) Compute(b MicroBatch, gradients bool) (Result, error) {
	outputs, err := e.execute(b, gradients)
	if err != nil {
		return Result{}, err
	}
	loss, err := sumLosses(outputs[0])
	return Result{loss, outputs[1:]}, err
}

// AddGradients adds the gradient to sums, which has a slice for each of
// Trained, or none when no gradient was asked for.
func (r Result) AddGradients(sums [][]float32) error {
	for i, sum := range sums {
		flat, err := r.gradients[i].Data()
		if err != nil {
			return err
		}
		for j, g := range flat.([]float32) {
			sum[j] += g
		}
	}
	return nil
}

// sumLosses adds in float64, in order.
func sumLosses(buffer compute.Buffer) (float64, error) {
	flat, err := buffer.Data()
	if err != nil {
		return 0, err
	}
	sum := 0.0
	switch losses := flat.(type) {
	case []float32:
		for _, loss := range losses {
			sum += float64(loss)
		}
	case []float64:
		for _, loss := range losses {
			sum += loss
		}
	}
	return sum, nil
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
