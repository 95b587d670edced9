package model

import "fmt"

// Names of the tensors outside the layers.
const (
	Embedding = "model.embed_tokens.weight" // [VocabSize, HiddenSize]
	FinalNorm = "model.norm.weight"         // [HiddenSize]
	Output    = "lm_head.weight"            // [VocabSize, HiddenSize]; absent when TieEmbeddings
)

// Projections are the linear layers of one block, in the order of computation.
// Their names are what a PEFT adapter lists as target_modules.
func Projections() []string {
	return []string{"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}
}

// LayerTensor returns the name of a weight of layer i; part is a projection,
// "input_layernorm" or "post_attention_layernorm". It is LayerModule plus ".weight".
func LayerTensor(i int, part string) string { return LayerModule(i, part) + ".weight" }

// LayerModule returns the module path of a part of layer i, such as
// model.layers.0.self_attn.q_proj.
func LayerModule(i int, part string) string {
	switch part {
	case "q_proj", "k_proj", "v_proj", "o_proj":
		part = "self_attn." + part
	case "gate_proj", "up_proj", "down_proj":
		part = "mlp." + part
	}
	return fmt.Sprintf("model.layers.%d.%s", i, part)
}

// TensorSpec is the name and shape of one weight.
type TensorSpec struct {
	Name  string
	Shape []int
}

// ProjectionShape returns the output and input width of a projection.
// It panics on a name that is not in Projections.
func (c Config) ProjectionShape(projection string) (out, in int) {
	switch projection {
	case "q_proj":
		return c.NumHeads * c.HeadDim, c.HiddenSize
	case "k_proj", "v_proj":
		return c.NumKVHeads * c.HeadDim, c.HiddenSize
	case "o_proj":
		return c.HiddenSize, c.NumHeads * c.HeadDim
	case "gate_proj", "up_proj":
		return c.IntermediateSize, c.HiddenSize
	case "down_proj":
		return c.HiddenSize, c.IntermediateSize
	}
	panic("model: unknown projection " + projection)
}

// Tensors lists every weight that the model needs, in the order of computation.
func (c Config) Tensors() []TensorSpec {
	specs := []TensorSpec{{Embedding, []int{c.VocabSize, c.HiddenSize}}}
	for i := range c.NumLayers {
		specs = append(specs, TensorSpec{LayerTensor(i, "input_layernorm"), []int{c.HiddenSize}})
		for _, projection := range Projections() {
			if projection == "gate_proj" {
				specs = append(specs, TensorSpec{LayerTensor(i, "post_attention_layernorm"), []int{c.HiddenSize}})
			}
			out, in := c.ProjectionShape(projection)
			specs = append(specs, TensorSpec{LayerTensor(i, projection), []int{out, in}})
		}
	}
	specs = append(specs, TensorSpec{FinalNorm, []int{c.HiddenSize}})
	if !c.TieEmbeddings {
		specs = append(specs, TensorSpec{Output, []int{c.VocabSize, c.HiddenSize}})
	}
	return specs
}

// NumParameters counts the weights of Tensors.
func (c Config) NumParameters() int {
	total := 0
	for _, spec := range c.Tensors() {
		n := 1
		for _, dim := range spec.Shape {
			n *= dim
		}
		total += n
	}
	return total
}
