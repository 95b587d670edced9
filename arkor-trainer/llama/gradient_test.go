package llama

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// small has every feature at its least size: grouped keys, an odd number of
// layers, an untied head.
func small() model.Config {
	return model.Config{
		HiddenSize: 8, IntermediateSize: 12, NumLayers: 1, NumHeads: 4, NumKVHeads: 2, HeadDim: 4,
		VocabSize: 11, MaxPositions: 32, RMSNormEps: 1e-5, RoPETheta: 100,
	}
}

// randomParameters gives every tensor of the model values from rng, norms
// around one. trained says which names get gradients.
func randomParameters(config model.Config, rng *rand.Rand, adapterRank int, trained func(name string) bool) []Parameter {
	var params []Parameter
	add := func(name string, shape []int, center float64) {
		n := 1
		for _, dim := range shape {
			n *= dim
		}
		data := make([]float32, n)
		for i := range data {
			data[i] = float32(center + 0.5*rng.NormFloat64())
		}
		params = append(params, Parameter{Name: name, Shape: shape, Data: data, Trained: trained(name)})
	}
	for _, spec := range config.Tensors() {
		if len(spec.Shape) == 1 {
			add(spec.Name, spec.Shape, 1)
		} else {
			add(spec.Name, spec.Shape, 0)
		}
	}
	if adapterRank == 0 {
		return params
	}
	for layer := range config.NumLayers {
		for _, projection := range model.Projections() {
			out, in := config.ProjectionShape(projection)
			a, b := AdapterNames(model.LayerModule(layer, projection))
			add(a, []int{adapterRank, in}, 0)
			add(b, []int{out, adapterRank}, 0)
		}
	}
	return params
}

func smallBatch(config model.Config, rng *rand.Rand) MicroBatch {
	b := MicroBatch{Rows: 2, Length: 5}
	for range b.Rows * b.Length {
		b.Tokens = append(b.Tokens, int32(rng.IntN(config.VocabSize)))
	}
	for _, position := range []int32{1, 2, 3, 6, 8} {
		b.Positions = append(b.Positions, position)
		b.Targets = append(b.Targets, int32(rng.IntN(config.VocabSize)))
	}
	return b
}

// gradientsOf runs one step in float64.
func gradientsOf(t *testing.T, e *Engine, b MicroBatch) [][]float64 {
	t.Helper()
	outputs, err := e.execute(b, true)
	if err != nil {
		t.Fatal(err)
	}
	var gradients [][]float64
	for _, output := range outputs[1:] {
		flat, err := output.Data()
		if err != nil {
			t.Fatal(err)
		}
		gradients = append(gradients, append([]float64(nil), flat.([]float64)...))
	}
	return gradients
}

// Every element of every gradient equals the slope of the loss between two
// nearby points. In float64 the two agree to many digits, so that a wrong
// factor anywhere shows.
func TestGradientsAreSlopes(t *testing.T) {
	t.Parallel()
	tied := small()
	tied.TieEmbeddings = true
	deep := small()
	deep.NumLayers = 2
	everything := func(string) bool { return true }
	adapters := func(name string) bool { return strings.Contains(name, ".lora_") }
	type test struct {
		name    string
		config  model.Config
		rank    int
		trained func(string) bool
	}
	tests := []test{
		{"full, separate head", small(), 0, everything},
		{"full, tied head", tied, 0, everything},
		{"adapters of every projection", deep, 3, adapters},
		{"adapters and base together", small(), 2, everything},
		{"only the values", small(), 0, func(name string) bool { return name == model.LayerTensor(0, "v_proj") }},
	}
	for _, projection := range model.Projections() {
		tests = append(tests, test{"adapter of " + projection, deep, 2, func(name string) bool {
			return adapters(name) && strings.Contains(name, projection)
		}})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(1, 2))
			e, err := newEngine(test.config, randomParameters(test.config, rng, test.rank, test.trained), 0.7, dtypes.Float64)
			if err != nil {
				t.Fatal(err)
			}
			e.chunk = 2 // of the five predictions
			checkSlopes(t, e, smallBatch(test.config, rng))
		})
	}
}

func checkSlopes(t *testing.T, e *Engine, b MicroBatch) {
	t.Helper()
	const h = 1e-5
	loss := func() float64 {
		result, err := e.Compute(b, false)
		if err != nil {
			t.Fatal(err)
		}
		return result.Loss
	}
	for i, gradient := range gradientsOf(t, e, b) {
		p := e.params[e.trained[i]]
		flat, err := e.buffers[e.trained[i]].Data()
		if err != nil {
			t.Fatal(err)
		}
		data := flat.([]float64)
		for j, got := range gradient {
			kept := data[j]
			data[j] = kept + h
			up := loss()
			data[j] = kept - h
			down := loss()
			data[j] = kept
			want := (up - down) / (2 * h)
			if math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
				t.Fatalf("gradient of %s at %d is %v, the slope is %v", p.Name, j, got, want)
			}
		}
	}
}
