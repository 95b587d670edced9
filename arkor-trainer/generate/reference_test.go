package generate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/arkor-trainer/safetensors"
)

// smallConfig has sizes that are no multiples of a vector, and grouped heads.
func smallConfig() model.Config {
	return model.Config{HiddenSize: 24, IntermediateSize: 37, NumLayers: 3, NumHeads: 6, NumKVHeads: 2, HeadDim: 10,
		VocabSize: 53, MaxPositions: 200, RMSNormEps: 1e-5, RoPETheta: 10000, BOSTokenID: -1}
}

func randomModel(c model.Config, seed uint64) *model.Model {
	random := rand.New(rand.NewPCG(seed, 1))
	m := &model.Model{Config: c, Weights: map[string][]float32{}}
	for _, spec := range c.Tensors() {
		n := 1
		for _, dim := range spec.Shape {
			n *= dim
		}
		data := make([]float32, n)
		for i := range data {
			if len(spec.Shape) == 1 {
				data[i] = float32(1 + 0.2*random.NormFloat64())
			} else {
				data[i] = float32(random.NormFloat64() / math.Sqrt(float64(spec.Shape[1])))
			}
		}
		m.Weights[spec.Name] = data
	}
	for _, name := range []string{model.Embedding, model.Output} {
		for i := range m.Weights[name] {
			m.Weights[name][i] *= 2
		}
	}
	return m
}

func randomTokens(c model.Config, n int, seed uint64) []int32 {
	random := rand.New(rand.NewPCG(seed, 2))
	tokens := make([]int32, n)
	for i := range tokens {
		tokens[i] = random.Int32N(int32(c.VocabSize))
	}
	return tokens
}

// randomAdapter returns a PEFT folder and the model with the adapter merged in.
func randomAdapter(t testing.TB, m *model.Model, rank int, alpha float64, targets []string, seed uint64) (fstest.MapFS, *model.Model) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 3))
	values := func(n int, size float64) []float32 {
		data := make([]float32, n)
		for i := range data {
			data[i] = float32(random.NormFloat64() * size)
		}
		return data
	}
	merged := &model.Model{Config: m.Config, Weights: maps.Clone(m.Weights)}
	var tensors []safetensors.Tensor
	for i := range m.Config.NumLayers {
		for _, projection := range targets {
			out, in := m.Config.ProjectionShape(projection)
			a, b := values(rank*in, 1/math.Sqrt(float64(in))), values(out*rank, 0.3)
			name := model.LayerTensor(i, projection)
			w := slices.Clone(m.Weights[name])
			for o := range out {
				for j := range in {
					var change float64
					for r := range rank {
						change += float64(b[o*rank+r]) * float64(a[r*in+j])
					}
					w[o*in+j] += float32(change * alpha / float64(rank))
				}
			}
			merged.Weights[name] = w
			prefix := "base_model.model." + model.LayerModule(i, projection)
			tensors = append(tensors,
				safetensors.Tensor{Name: prefix + ".lora_A.weight", Shape: []int{rank, in}, Data: a},
				safetensors.Tensor{Name: prefix + ".lora_B.weight", Shape: []int{out, rank}, Data: b})
		}
	}
	var weights bytes.Buffer
	if err := safetensors.Write(&weights, tensors, nil); err != nil {
		t.Fatal(err)
	}
	config, err := json.Marshal(map[string]any{"peft_type": "LORA", "r": rank, "lora_alpha": alpha, "target_modules": targets,
		"task_type": "CAUSAL_LM", "bias": "none", "fan_in_fan_out": false, "lora_dropout": 0, "inference_mode": true, "modules_to_save": nil,
		"layers_to_transform": nil, "rank_pattern": map[string]any{}})
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{adapterConfigFile: {Data: config}, adapterWeightsFile: {Data: weights.Bytes()}}, merged
}

// reference computes the logits of every position in double precision, one
// operation after the other as the formulas have them and with no cache.
func reference(m *model.Model, tokens []int32) [][]float64 {
	c := m.Config
	apply := func(name string, x []float64) []float64 {
		w := m.Weights[name]
		out := make([]float64, len(w)/len(x))
		for o := range out {
			for i, v := range x {
				out[o] += float64(w[o*len(x)+i]) * v
			}
		}
		return out
	}
	norm := func(name string, x []float64) []float64 {
		var mean float64
		for _, v := range x {
			mean += v * v / float64(len(x))
		}
		out := make([]float64, len(x))
		for i, v := range x {
			out[i] = v / math.Sqrt(mean+c.RMSNormEps) * float64(m.Weights[name][i])
		}
		return out
	}
	// rope is rotate_half: (x1, x2) becomes (x1 cos - x2 sin, x2 cos + x1 sin).
	rope := func(x []float64, position int) {
		half := c.HeadDim / 2
		for head := 0; head < len(x); head += c.HeadDim {
			for i := range half {
				angle := float64(position) / math.Pow(c.RoPETheta, float64(2*i)/float64(c.HeadDim))
				a, b := x[head+i], x[head+half+i]
				x[head+i] = a*math.Cos(angle) - b*math.Sin(angle)
				x[head+half+i] = b*math.Cos(angle) + a*math.Sin(angle)
			}
		}
	}
	hidden := make([][]float64, len(tokens))
	for t, token := range tokens {
		for _, v := range m.Weights[model.Embedding][int(token)*c.HiddenSize:][:c.HiddenSize] {
			hidden[t] = append(hidden[t], float64(v))
		}
	}
	for l := range c.NumLayers {
		var q, k, v [][]float64
		for t, h := range hidden {
			x := norm(model.LayerTensor(l, "input_layernorm"), h)
			q = append(q, apply(model.LayerTensor(l, "q_proj"), x))
			k = append(k, apply(model.LayerTensor(l, "k_proj"), x))
			v = append(v, apply(model.LayerTensor(l, "v_proj"), x))
			rope(q[t], t)
			rope(k[t], t)
		}
		for t := range hidden {
			var mixed []float64
			for head := range c.NumHeads {
				from := head * c.NumKVHeads / c.NumHeads * c.HeadDim
				weights := make([]float64, t+1)
				var total float64
				for u := range weights {
					var score float64
					for d := range c.HeadDim {
						score += q[t][head*c.HeadDim+d] * k[u][from+d]
					}
					weights[u] = math.Exp(score / math.Sqrt(float64(c.HeadDim)))
					total += weights[u]
				}
				for d := range c.HeadDim {
					var sum float64
					for u, w := range weights {
						sum += w / total * v[u][from+d]
					}
					mixed = append(mixed, sum)
				}
			}
			for i, y := range apply(model.LayerTensor(l, "o_proj"), mixed) {
				hidden[t][i] += y
			}
			x := norm(model.LayerTensor(l, "post_attention_layernorm"), hidden[t])
			gate, up := apply(model.LayerTensor(l, "gate_proj"), x), apply(model.LayerTensor(l, "up_proj"), x)
			for i, g := range gate {
				gate[i] = g / (1 + math.Exp(-g)) * up[i]
			}
			for i, y := range apply(model.LayerTensor(l, "down_proj"), gate) {
				hidden[t][i] += y
			}
		}
	}
	output := model.Output
	if c.TieEmbeddings {
		output = model.Embedding
	}
	logits := make([][]float64, len(tokens))
	for t, h := range hidden {
		logits[t] = apply(output, norm(model.FinalNorm, h))
	}
	return logits
}

// near fails the test when two sets of logits differ by more than tolerance.
func near[A, B float32 | float64](t *testing.T, what string, got [][]A, want [][]B, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d positions, want %d", what, len(got), len(want))
	}
	worst, where := 0.0, ""
	for p := range want {
		if len(got[p]) != len(want[p]) {
			t.Fatalf("%s: %d logits at %d, want %d", what, len(got[p]), p, len(want[p]))
		}
		for i := range want[p] {
			if d := math.Abs(float64(got[p][i]) - float64(want[p][i])); !(d <= worst) {
				worst, where = d, fmt.Sprintf("position %d token %d: %v, want %v", p, i, got[p][i], want[p][i])
			}
		}
	}
	if !(worst <= tolerance) {
		t.Errorf("%s: off by %.2g at %s", what, worst, where)
	}
}
