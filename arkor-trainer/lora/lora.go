// Package lora makes, stores and merges low-rank adapters: for a weight W[out,
// in] a pair A[r, in] and B[out, r], so that W + (alpha/r) B A takes its place.
package lora

import (
	"math"
	"math/rand/v2"

	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// Settings are what an adapter is besides its weights.
type Settings struct {
	R     int
	Alpha float64
	Base  string // name of the model that it belongs to
}

// Scale is what the product of the pair is multiplied by.
func (s Settings) Scale() float64 { return s.Alpha / float64(s.R) }

// Initialize returns the pairs of every projection of every layer, to be
// trained: A uniform within sqrt(1/in), which is PEFT's kaiming_uniform(a =
// sqrt 5), and B zero, so that training starts from the model as it is. The
// same seed gives the same values.
func Initialize(config model.Config, r int, seed int64) []llama.Parameter {
	rng := rand.New(rand.NewPCG(uint64(seed), 0x10ba))
	var params []llama.Parameter
	for _, m := range modules(config) {
		nameA, nameB := llama.AdapterNames(m.path)
		a := make([]float32, r*m.in)
		bound := 1 / math.Sqrt(float64(m.in))
		for i := range a {
			a[i] = float32(bound * (2*rng.Float64() - 1))
		}
		params = append(params,
			llama.Parameter{Name: nameA, Shape: []int{r, m.in}, Data: a, Trained: true},
			llama.Parameter{Name: nameB, Shape: []int{m.out, r}, Data: make([]float32, m.out*r), Trained: true})
	}
	return params
}

// NumParameters counts the values of Initialize.
func NumParameters(config model.Config, r int) int {
	total := 0
	for _, m := range modules(config) {
		total += r * (m.in + m.out)
	}
	return total
}

// module is a linear layer that is adapted.
type module struct {
	path    string // such as model.layers.0.self_attn.q_proj
	out, in int
}

func modules(config model.Config) []module {
	var out []module
	for layer := range config.NumLayers {
		for _, projection := range model.Projections() {
			rows, columns := config.ProjectionShape(projection)
			out = append(out, module{model.LayerModule(layer, projection), rows, columns})
		}
	}
	return out
}

// Merge adds the adapter to the weights of a model, in place.
func Merge(config model.Config, weights map[string][]float32, params []llama.Parameter, scale float64) {
	data := make(map[string][]float32, len(params))
	for _, p := range params {
		data[p.Name] = p.Data
	}
	for _, m := range modules(config) {
		nameA, nameB := llama.AdapterNames(m.path)
		a, b := data[nameA], data[nameB]
		if a == nil {
			continue
		}
		r := len(a) / m.in
		w := weights[m.path+".weight"]
		row := make([]float64, m.in)
		for o := range m.out {
			clear(row)
			for k := range r {
				factor := scale * float64(b[o*r+k])
				for i, x := range a[k*m.in : (k+1)*m.in] {
					row[i] += factor * float64(x)
				}
			}
			for i, x := range row {
				w[o*m.in+i] = float32(float64(w[o*m.in+i]) + x)
			}
		}
	}
}
