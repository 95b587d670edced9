// Package llama computes the loss of a Llama model and its gradients, on the
// pure Go backend of GoMLX.
package llama

import (
	"fmt"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"

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
