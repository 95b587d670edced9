package llama

import (
	"github.com/gomlx/gomlx/core/graph"

	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// Adapter names of a projection's low-rank pair: the base weight's name with
// these in place of ".weight", each followed by ".weight" again.
const (
	adapterA = ".lora_A"
	adapterB = ".lora_B"
)

// AdapterNames returns the parameter names of the pair that adapts a module
// such as model.layers.0.self_attn.q_proj.
func AdapterNames(module string) (a, b string) {
	return module + adapterA + ".weight", module + adapterB + ".weight"
}

// network is the forward pass over named parameters.
type network struct {
	config model.Config
	scale  float64 // of the adapters
	t      *tape
	params map[string]*value
}

// hidden returns the final hidden states, [batch*length, HiddenSize], of
// tokens[batch, length].
func (n *network) hidden(tokens *graph.Node) *value {
	batch, length := tokens.Shape().Dimensions[0], tokens.Shape().Dimensions[1]
	c := n.config
	attention := newAttention(n.t, batch, length, c.NumHeads, c.NumKVHeads, c.InverseFrequencies())
	x := n.t.gather(n.params[model.Embedding], graph.Reshape(tokens, -1))
	for i := range c.NumLayers {
		h := n.norm(x, model.LayerTensor(i, "input_layernorm"))
		q, k, v := n.project(h, i, "q_proj"), n.project(h, i, "k_proj"), n.project(h, i, "v_proj")
		x = n.t.add(x, n.project(attention.attend(q, k, v), i, "o_proj"))
		h = n.norm(x, model.LayerTensor(i, "post_attention_layernorm"))
		mixed := n.t.swiGLU(n.project(h, i, "gate_proj"), n.project(h, i, "up_proj"))
		x = n.t.add(x, n.project(mixed, i, "down_proj"))
	}
	return n.norm(x, model.FinalNorm)
}

func (n *network) norm(x *value, name string) *value {
	return n.t.rmsNorm(x, n.params[name], n.config.RMSNormEps)
}

func (n *network) project(x *value, layer int, projection string) *value {
	module := model.LayerModule(layer, projection)
	w := n.params[module+".weight"]
	nameA, nameB := AdapterNames(module)
	if a, ok := n.params[nameA]; ok {
		return n.t.adapted(x, w, a, n.params[nameB], n.scale)
	}
	return n.t.linear(x, w)
}

// head is the output projection, [VocabSize, HiddenSize].
func (n *network) head() *value {
	if n.config.TieEmbeddings {
		return n.params[model.Embedding]
	}
	return n.params[model.Output]
}
