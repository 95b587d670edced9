package llama

import (
	"math"
	"math/rand/v2"

	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// Tiny is the shape of the builtin model: 2.75 million parameters, of which the
// embedding table is a seventh. Its widths are multiples of 32, the columns
// that the matrix kernel computes at a time.
func Tiny() model.Config {
	return model.Config{
		HiddenSize: 192, IntermediateSize: 512, NumLayers: 6, NumHeads: 6, NumKVHeads: 2, HeadDim: 32,
		VocabSize: 2048, MaxPositions: 512, RMSNormEps: 1e-5, RoPETheta: 10000, TieEmbeddings: true,
		BOSTokenID: -1,
	}
}

// Initialize returns the parameters of an untrained model, all trained: norms
// are one, the others normal around zero with a spread that keeps the size of
// what flows through them, smaller where a layer adds to the residual stream.
func Initialize(config model.Config, seed int64) []Parameter {
	rng := rand.New(rand.NewPCG(uint64(seed), 0x1111))
	residual := map[string]bool{}
	for layer := range config.NumLayers {
		residual[model.LayerTensor(layer, "o_proj")] = true
		residual[model.LayerTensor(layer, "down_proj")] = true
	}
	var params []Parameter
	for _, spec := range config.Tensors() {
		p := Parameter{Name: spec.Name, Shape: spec.Shape, Trained: true}
		if len(spec.Shape) == 1 {
			p.Data = make([]float32, spec.Shape[0])
			for i := range p.Data {
				p.Data[i] = 1
			}
		} else {
			spread := 0.6 / math.Sqrt(float64(spec.Shape[1]))
			if residual[spec.Name] {
				spread /= math.Sqrt(2 * float64(config.NumLayers))
			}
			if spec.Name == model.Embedding {
				spread = 0.02
			}
			p.Data = make([]float32, spec.Shape[0]*spec.Shape[1])
			for i := range p.Data {
				p.Data[i] = float32(spread * rng.NormFloat64())
			}
		}
		params = append(params, p)
	}
	return params
}
