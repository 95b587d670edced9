package export

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/gguf"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// ropeFactors is the tensor by which llama.cpp divides the angles of positions,
// where those are scaled as in Llama 3.1.
const ropeFactors = "rope_freqs.weight"

// fileName returns the name of the GGUF file, in the way of the hub.
func (x *exporter) fileName() string { return x.Name + "-" + x.Type + ".gguf" }

// writeGGUF writes x.base, whose rows it turns into llama.cpp's order in place.
func (x *exporter) writeGGUF() error {
	metadata, err := x.metadata()
	if err != nil {
		return err
	}
	c := x.base.Config
	var tensors []gguf.Tensor
	if factors := ropeFactorsOf(c); factors != nil {
		tensors = append(tensors, gguf.Tensor{Name: ropeFactors, Shape: []int{len(factors)}, Data: factors})
	}
	for _, spec := range c.Tensors() {
		name, heads := ggufName(c, spec.Name)
		data := x.base.Weights[spec.Name]
		if heads > 0 {
			interleave(data, heads, spec.Shape[1])
		}
		tensors = append(tensors, gguf.Tensor{Name: name, Shape: spec.Shape, Type: storedAs(spec.Shape, x.Type), Data: data})
	}
	err = create(x.Dir, x.fileName(), func(file io.Writer) error {
		w := bufio.NewWriterSize(file, 1<<20)
		return errors.Join(gguf.Write(w, metadata, tensors), w.Flush())
	})
	if err != nil {
		return err
	}
	return x.writeModelfile()
}

// storedAs keeps norms, which are small and sensitive, in full, and matrices
// whose rows are no whole blocks as halves, as llama.cpp's own tools do.
func storedAs(shape []int, kind string) gguf.Type {
	switch {
	case len(shape) == 1 || kind == F32:
		return gguf.F32
	case kind == Q8_0 && gguf.Q8_0.Fits(shape[len(shape)-1]):
		return gguf.Q8_0
	}
	return gguf.F16
}

// ggufName returns what llama.cpp calls a tensor, and the number of heads whose
// rows it wants in another order, 0 for none.
func ggufName(c model.Config, name string) (renamed string, heads int) {
	switch name {
	case model.Embedding:
		return "token_embd.weight", 0
	case model.FinalNorm:
		return "output_norm.weight", 0
	case model.Output:
		return "output.weight", 0
	}
	for i := range c.NumLayers {
		for _, part := range [...]struct {
			ours, theirs string
			heads        int
		}{
			{"input_layernorm", "attn_norm", 0}, {"q_proj", "attn_q", c.NumHeads}, {"k_proj", "attn_k", c.NumKVHeads},
			{"v_proj", "attn_v", 0}, {"o_proj", "attn_output", 0}, {"post_attention_layernorm", "ffn_norm", 0},
			{"gate_proj", "ffn_gate", 0}, {"up_proj", "ffn_up", 0}, {"down_proj", "ffn_down", 0},
		} {
			if name == model.LayerTensor(i, part.ours) {
				return fmt.Sprintf("blk.%d.%s.weight", i, part.theirs), part.heads
			}
		}
	}
	panic("export: unknown tensor " + name)
}

// interleave reorders the rows of each head: Hugging Face turns row i together
// with row i + half, llama.cpp each even row with the one behind it.
func interleave(data []float32, heads, width int) { reorder(data, heads, width, false) }

// separate undoes interleave.
func separate(data []float32, heads, width int) { reorder(data, heads, width, true) }

func reorder(data []float32, heads, width int, back bool) {
	size := len(data) / heads
	half := size / width / 2
	head := make([]float32, size)
	for h := range heads {
		rows := data[h*size : (h+1)*size]
		copy(head, rows)
		for i := range half {
			for j := range 2 {
				apart, together := j*half+i, 2*i+j
				if back {
					apart, together = together, apart
				}
				copy(rows[together*width:][:width], head[apart*width:][:width])
			}
		}
	}
}

// ropeFactorsOf returns by what the angle of each pair is divided, nil when
// positions are not scaled.
func ropeFactorsOf(c model.Config) []float32 {
	if c.RoPEScaling == nil {
		return nil
	}
	scaled := c.InverseFrequencies()
	c.RoPEScaling = nil
	var factors []float32
	for i, plain := range c.InverseFrequencies() {
		factors = append(factors, float32(plain/scaled[i]))
	}
	return factors
}

func (x *exporter) metadata() ([]gguf.Pair, error) {
	c := x.base.Config
	kind := map[string]uint32{F32: 0, F16: 1, Q8_0: 7}[x.Type] // LLAMA_FTYPE of llama.h
	pairs := []gguf.Pair{
		{Key: "general.architecture", Value: "llama"},
		{Key: "general.type", Value: "model"},
		{Key: "general.name", Value: x.Name},
		{Key: "general.base_model.count", Value: uint32(1)},
		{Key: "general.base_model.0.name", Value: x.BaseID},
		{Key: "general.file_type", Value: kind},
		{Key: "general.quantization_version", Value: uint32(2)},
		{Key: "llama.block_count", Value: uint32(c.NumLayers)},
		{Key: "llama.context_length", Value: uint32(c.MaxPositions)},
		{Key: "llama.embedding_length", Value: uint32(c.HiddenSize)},
		{Key: "llama.feed_forward_length", Value: uint32(c.IntermediateSize)},
		{Key: "llama.attention.head_count", Value: uint32(c.NumHeads)},
		{Key: "llama.attention.head_count_kv", Value: uint32(c.NumKVHeads)},
		{Key: "llama.attention.key_length", Value: uint32(c.HeadDim)},
		{Key: "llama.attention.value_length", Value: uint32(c.HeadDim)},
		{Key: "llama.attention.layer_norm_rms_epsilon", Value: float32(c.RMSNormEps)},
		{Key: "llama.rope.dimension_count", Value: uint32(c.HeadDim)},
		{Key: "llama.rope.freq_base", Value: float32(c.RoPETheta)},
		{Key: "llama.vocab_size", Value: uint32(c.VocabSize)},
	}
	tokens, err := x.tokens()
	return append(pairs, tokens...), err
}

// tokens is the part of the metadata that is about text.
func (x *exporter) tokens() ([]gguf.Pair, error) {
	table, err := x.tok.Table(x.base.Config.VocabSize)
	if err != nil {
		return nil, err
	}
	source, err := chat.Source(x.Base)
	if err != nil {
		return nil, err
	}
	settings, err := textSettings(x.Base)
	if err != nil {
		return nil, err
	}
	end := uint32(x.template.EndOfTurn())
	pairs := []gguf.Pair{
		{Key: "tokenizer.ggml.model", Value: "gpt2"},
		{Key: "tokenizer.ggml.pre", Value: table.Splitter},
		{Key: "tokenizer.ggml.tokens", Value: table.Tokens},
		{Key: "tokenizer.ggml.token_type", Value: table.Kinds},
		{Key: "tokenizer.ggml.merges", Value: table.Merges},
		{Key: "tokenizer.ggml.eos_token_id", Value: end},
		{Key: "tokenizer.ggml.eot_token_id", Value: end},
		{Key: "tokenizer.ggml.add_bos_token", Value: settings.addBegin},
		{Key: "tokenizer.ggml.add_space_prefix", Value: false},
		{Key: "tokenizer.chat_template", Value: source},
	}
	for _, token := range []struct {
		key  string
		text string
		id   int32
	}{
		{"tokenizer.ggml.bos_token_id", "<|endoftext|>", x.base.Config.BOSTokenID},
		{"tokenizer.ggml.padding_token_id", settings.padding, -1},
	} {
		id, ok := token.id, token.id >= 0
		if !ok {
			// Left out, llama.cpp takes the number that it has in GPT-2.
			id, ok = x.tok.Special(token.text)
		}
		if ok {
			pairs = append(pairs, gguf.Pair{Key: token.key, Value: uint32(id)})
		}
	}
	return pairs, nil
}

// textSetting is what Hugging Face's files say of a text beside its tokens.
type textSetting struct {
	addBegin bool   // a text begins with the begin token
	padding  string // "" for none
}

func textSettings(folder fs.FS) (s textSetting, err error) {
	var config struct {
		AddBegin *bool           `json:"add_bos_token"`
		Padding  json.RawMessage `json:"pad_token"`
	}
	if err := readJSON(folder, "tokenizer_config.json", &config); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	var token struct{ Content string }
	if json.Unmarshal(config.Padding, &s.padding) != nil && json.Unmarshal(config.Padding, &token) == nil {
		s.padding = token.Content
	}
	if config.AddBegin != nil {
		s.addBegin = *config.AddBegin
		return s, nil
	}
	var file struct {
		After processor `json:"post_processor"`
	}
	if err := readJSON(folder, "tokenizer.json", &file); err != nil {
		return s, err
	}
	s.addBegin = file.After.addsBegin()
	return s, nil
}

// processor is what tokenizer.json does with the tokens of a text.
type processor struct {
	Type       string      `json:"type"`
	Processors []processor `json:"processors"`
	Single     []struct {
		SpecialToken *struct{}
	} `json:"single"`
}

func (p processor) addsBegin() bool {
	if p.Type == "TemplateProcessing" && len(p.Single) > 1 && p.Single[0].SpecialToken != nil {
		return true
	}
	return slices.ContainsFunc(p.Processors, processor.addsBegin)
}

func readJSON(folder fs.FS, name string, out any) error {
	data, err := fs.ReadFile(folder, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
