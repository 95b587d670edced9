package workercmd

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/arkor-trainer/safetensors"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

const weightsFile = "model.safetensors"

// configFiles returns config.json and generation_config.json of a model whose
// answers end with endOfTurn and whose batches are filled up with padding.
func configFiles(c model.Config, endOfTurn, padding int32) (map[string][]byte, error) {
	config, err := json.MarshalIndent(map[string]any{
		"architectures":           []string{"LlamaForCausalLM"},
		"model_type":              "llama",
		"vocab_size":              c.VocabSize,
		"hidden_size":             c.HiddenSize,
		"intermediate_size":       c.IntermediateSize,
		"num_hidden_layers":       c.NumLayers,
		"num_attention_heads":     c.NumHeads,
		"num_key_value_heads":     c.NumKVHeads,
		"head_dim":                c.HeadDim,
		"max_position_embeddings": c.MaxPositions,
		"rms_norm_eps":            c.RMSNormEps,
		"rope_theta":              c.RoPETheta,
		"rope_scaling":            nil,
		"hidden_act":              "silu",
		"tie_word_embeddings":     c.TieEmbeddings,
		"attention_bias":          false,
		"mlp_bias":                false,
		"bos_token_id":            nil,
		"eos_token_id":            endOfTurn,
		"pad_token_id":            padding,
		"torch_dtype":             "bfloat16",
	}, "", "  ")
	if err != nil {
		return nil, err
	}
	generation, err := json.MarshalIndent(map[string]any{
		"eos_token_id": endOfTurn,
		"pad_token_id": padding,
	}, "", "  ")
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		"config.json":            append(config, '\n'),
		"generation_config.json": append(generation, '\n'),
	}, nil
}

// writeFiles writes small files into a folder, each whole or not at all.
func writeFiles(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, data := range files {
		if err := wholefile.Write(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeWeights writes a safetensors file, whole or not at all. dtype is how
// the values are stored.
func writeWeights(path string, params []llama.Parameter, dtype string) error {
	var tensors []safetensors.Tensor
	for _, p := range params {
		tensors = append(tensors, safetensors.Tensor{Name: p.Name, Shape: p.Shape, Data: p.Data, DType: dtype})
	}
	return wholefile.Create(path, 0o644, func(file io.Writer) error {
		w := bufio.NewWriterSize(file, 1<<20)
		return errors.Join(safetensors.Write(w, tensors, nil), w.Flush())
	})
}
