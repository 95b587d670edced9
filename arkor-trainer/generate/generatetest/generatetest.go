// Package generatetest makes small models and adapters for tests.
package generatetest

import (
	"bytes"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/arkor-trainer/safetensors"
	"github.com/arkorlab/arkor-go/arkor-trainer/tokenizer"
)

// MaxPositions is the context length of the model.
const MaxPositions = 3000

// Folder returns a complete model folder with random weights. A greedy answer
// never ends by itself, because the end tokens score zero.
func Folder(t testing.TB) fs.FS {
	t.Helper()
	vocabulary, err := tokenizer.Train(slices.Values([]string{"hello there, hello"}), 262, []string{"<|endoftext|>", "<|im_start|>", "<|im_end|>"})
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := vocabulary.JSON()
	if err != nil {
		t.Fatal(err)
	}
	config, err := vocabulary.ConfigJSON(chat.ChatMLJinja(), "<|im_end|>", "<|endoftext|>", MaxPositions)
	if err != nil {
		t.Fatal(err)
	}
	raw := fmt.Sprintf(`{"architectures":["LlamaForCausalLM"],"hidden_size":16,"intermediate_size":24,"num_hidden_layers":2,
		"num_attention_heads":2,"num_key_value_heads":1,"vocab_size":%d,"max_position_embeddings":%d}`, vocabulary.Size(), MaxPositions)
	c, err := model.ParseConfig([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	var tensors []safetensors.Tensor
	for _, spec := range c.Tensors() {
		n := 1
		for _, dim := range spec.Shape {
			n *= dim
		}
		data := make([]float32, n)
		for i := range data {
			data[i] = float32(random.NormFloat64() / 2)
		}
		if spec.Name == model.Output {
			clear(data[:3*c.HiddenSize])
		}
		tensors = append(tensors, safetensors.Tensor{Name: spec.Name, Shape: spec.Shape, Data: data})
	}
	var weights bytes.Buffer
	if err := safetensors.Write(&weights, tensors, nil); err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		"config.json": {Data: []byte(raw)}, "model.safetensors": {Data: weights.Bytes()},
		"tokenizer.json": {Data: tokens}, "tokenizer_config.json": {Data: config},
	}
}

// WriteAdapter writes a PEFT folder for the model of Folder. Another size makes
// another adapter.
func WriteAdapter(t testing.TB, dir string, size float32) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var tensors []safetensors.Tensor
	for i := range 2 {
		prefix := "base_model.model." + model.LayerModule(i, "q_proj")
		a, b := make([]float32, 16), make([]float32, 16)
		for j := range a {
			a[j], b[j] = size, size*float32(math.Sin(float64(j)))
		}
		tensors = append(tensors,
			safetensors.Tensor{Name: prefix + ".lora_A.weight", Shape: []int{1, 16}, Data: a},
			safetensors.Tensor{Name: prefix + ".lora_B.weight", Shape: []int{16, 1}, Data: b})
	}
	var weights bytes.Buffer
	if err := safetensors.Write(&weights, tensors, nil); err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf(`{"peft_type":"LORA","r":1,"lora_alpha":%v,"target_modules":["q_proj"]}`, 1+size)
	for name, data := range map[string][]byte{"adapter_config.json": []byte(config), "adapter_model.safetensors": weights.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
