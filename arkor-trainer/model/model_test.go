package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-trainer/safetensors"
)

const smallConfig = `{"architectures":["LlamaForCausalLM"],"hidden_size":8,"intermediate_size":12,
"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"vocab_size":10,
"max_position_embeddings":16,"rms_norm_eps":1e-05,"rope_theta":10000.0,"hidden_act":"silu",
"tie_word_embeddings":true,"bos_token_id":1,"eos_token_id":[2,3]}`

// with returns smallConfig with fields replaced; a nil value removes one.
func with(t testing.TB, fields map[string]any) []byte {
	t.Helper()
	config := map[string]any{}
	if err := json.Unmarshal([]byte(smallConfig), &config); err != nil {
		t.Fatal(err)
	}
	maps.Copy(config, fields)
	maps.DeleteFunc(config, func(_ string, v any) bool { return v == nil })
	data, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func small() Config {
	return Config{HiddenSize: 8, IntermediateSize: 12, NumLayers: 2, NumHeads: 4, NumKVHeads: 2, HeadDim: 2,
		VocabSize: 10, MaxPositions: 16, RMSNormEps: 1e-5, RoPETheta: 10000, TieEmbeddings: true,
		BOSTokenID: 1, EOSTokenIDs: []int32{2, 3}}
}

func TestParseConfig(t *testing.T) {
	t.Parallel()
	llama3 := map[string]any{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
		"original_max_position_embeddings": 8}
	for name, test := range map[string]struct {
		fields map[string]any
		change func(c *Config)
	}{
		"as it is":        {nil, func(*Config) {}},
		"one end token":   {map[string]any{"eos_token_id": 7}, func(c *Config) { c.EOSTokenIDs = []int32{7} }},
		"no end token":    {map[string]any{"eos_token_id": nil}, func(c *Config) { c.EOSTokenIDs = nil }},
		"null head_dim":   {map[string]any{"head_dim": json.RawMessage("null")}, func(*Config) {}},
		"head_dim":        {map[string]any{"head_dim": 6}, func(c *Config) { c.HeadDim = 6 }},
		"no grouped keys": {map[string]any{"num_key_value_heads": nil}, func(c *Config) { c.NumKVHeads = 4 }},
		"defaults": {map[string]any{"rms_norm_eps": nil, "rope_theta": nil, "tie_word_embeddings": nil, "bos_token_id": nil},
			func(c *Config) { c.RMSNormEps, c.TieEmbeddings, c.BOSTokenID = 1e-6, false, -1 }},
		"rope_parameters": {map[string]any{"rope_theta": nil, "rope_parameters": map[string]any{"rope_type": "default", "rope_theta": 500000}},
			func(c *Config) { c.RoPETheta = 500000 }},
		"rope_scaling": {map[string]any{"rope_scaling": llama3},
			func(c *Config) { c.RoPEScaling = &RoPEScaling{8, 1, 4, 8} }},
		"model_type alone": {map[string]any{"architectures": nil, "model_type": "llama"}, func(*Config) {}},
	} {
		want := small()
		test.change(&want)
		got, err := ParseConfig(with(t, test.fields))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestParseConfigRefuses(t *testing.T) {
	t.Parallel()
	for want, fields := range map[string]map[string]any{
		`architecture "Qwen2ForCausalLM" is not supported`: {"architectures": []string{"Qwen2ForCausalLM"}},
		`model_type "gemma"`:                       {"architectures": nil, "model_type": "gemma"},
		`hidden_act "gelu"`:                        {"hidden_act": "gelu"},
		"attention_bias true":                      {"attention_bias": true},
		"mlp_bias true":                            {"mlp_bias": true},
		"quantized weights are not supported":      {"quantization_config": map[string]any{"bits": 4}},
		"hidden_size is 0":                         {"hidden_size": nil},
		"hidden_size is a string, want a whole":    {"hidden_size": "8"},
		"vocab_size is -1":                         {"vocab_size": -1},
		"num_hidden_layers is 99999":               {"num_hidden_layers": 99999},
		"num_key_value_heads 3 does not divide":    {"num_key_value_heads": 3},
		"num_key_value_heads is 0":                 {"num_key_value_heads": 0},
		"head_dim 3 is odd":                        {"head_dim": 3},
		"rms_norm_eps 0":                           {"rms_norm_eps": 0},
		"rope_theta is 0":                          {"rope_theta": 0},
		"eos_token_id 10 is not in the vocabulary": {"eos_token_id": 10},
		`rope_scaling: rope_type "yarn"`:           {"rope_scaling": map[string]any{"type": "yarn", "factor": 4}},
		"rope_parameters: partial_rotary_factor":   {"rope_parameters": map[string]any{"partial_rotary_factor": 0.5}},
		"rope_scaling: llama3 needs factor":        {"rope_scaling": map[string]any{"rope_type": "llama3"}},
	} {
		if _, err := ParseConfig(with(t, fields)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := ParseConfig([]byte("{")); err == nil || !strings.Contains(err.Error(), "not valid JSON") {
		t.Error(err)
	}
}

func TestInverseFrequencies(t *testing.T) {
	t.Parallel()
	c := Config{HeadDim: 8, RoPETheta: 10000}
	got := c.InverseFrequencies()
	for i, want := range []float64{1, 0.1, 0.01, 0.001} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("frequency %d is %v, want %v", i, got[i], want)
		}
	}
	// Llama 3.2: wavelengths over 8192/1 are stretched, under 8192/4 kept.
	c.RoPEScaling = &RoPEScaling{Factor: 32, LowFreqFactor: 1, HighFreqFactor: 4, OriginalPosition: 8192}
	got = c.InverseFrequencies()
	wavelength := 2 * math.Pi / 0.001
	smooth := (8192/wavelength - 1) / 3
	for i, want := range []float64{1, 0.1, 0.01, (1-smooth)*0.001/32 + smooth*0.001} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("scaled frequency %d is %v, want %v", i, got[i], want)
		}
	}
}

// weights gives every tensor of the small model distinct values.
func weights(c Config) []safetensors.Tensor {
	var tensors []safetensors.Tensor
	for i, spec := range c.Tensors() {
		n := 1
		for _, dim := range spec.Shape {
			n *= dim
		}
		data := make([]float32, n)
		for j := range data {
			data[j] = float32(i) + float32(j)/1024
		}
		tensors = append(tensors, safetensors.Tensor{Name: spec.Name, Shape: spec.Shape, Data: data})
	}
	return tensors
}

func encode(t testing.TB, tensors []safetensors.Tensor) *fstest.MapFile {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, tensors, nil); err != nil {
		t.Fatal(err)
	}
	return &fstest.MapFile{Data: b.Bytes()}
}

func folder(t testing.TB, tensors []safetensors.Tensor) fstest.MapFS {
	return fstest.MapFS{"config.json": {Data: []byte(smallConfig)}, "model.safetensors": encode(t, tensors)}
}

func sharded(t testing.TB, tensors []safetensors.Tensor) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{"config.json": {Data: []byte(smallConfig)}}
	index := map[string]string{}
	for i := range 2 {
		name := fmt.Sprintf("model-%05d-of-00002.safetensors", i+1)
		var part []safetensors.Tensor
		for j, tensor := range tensors {
			if j%2 == i {
				part = append(part, tensor)
				index[tensor.Name] = name
			}
		}
		fsys[name] = encode(t, part)
	}
	data, err := json.Marshal(map[string]any{"metadata": map[string]any{"total_size": 1}, "weight_map": index})
	if err != nil {
		t.Fatal(err)
	}
	fsys["model.safetensors.index.json"] = &fstest.MapFile{Data: data}
	return fsys
}

// noReaderAt hides everything but Read, Stat and Close.
type noReaderAt struct{ fs.FS }

func (n noReaderAt) Open(name string) (fs.File, error) {
	f, err := n.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return struct{ fs.File }{f}, nil
}

func TestLoad(t *testing.T) {
	t.Parallel()
	tensors := weights(small())
	want := &Model{Config: small(), Weights: map[string][]float32{}}
	for _, tensor := range tensors {
		want.Weights[tensor.Name] = tensor.Data
	}
	extra := append(weights(small()), safetensors.Tensor{Name: "model.layers.0.self_attn.rotary_emb.inv_freq", Shape: []int{1}, Data: []float32{1}})
	for name, fsys := range map[string]fs.FS{
		"one file":     folder(t, tensors),
		"sharded":      sharded(t, tensors),
		"extra tensor": folder(t, extra),
		"no ReaderAt":  noReaderAt{folder(t, tensors)},
	} {
		got, err := Load(fsys)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got := want.NumParameters(); got != 10*8+2*(8+8*8+2*4*8+8*8+8+3*12*8)+8 {
		t.Errorf("%d parameters", got)
	}
}

func TestLoadReadsGenerationConfig(t *testing.T) {
	t.Parallel()
	fsys := folder(t, weights(small()))
	fsys["generation_config.json"] = &fstest.MapFile{Data: []byte(`{"eos_token_id":[3,5]}`)}
	c, err := LoadConfig(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int32{2, 3, 5}, c.EOSTokenIDs); diff != "" {
		t.Error(diff)
	}
	fsys["generation_config.json"].Data = []byte(`{"eos_token_id":"x"}`)
	if _, err := LoadConfig(fsys); err == nil || !strings.Contains(err.Error(), "generation_config.json") {
		t.Error(err)
	}
}

func TestLoadNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	change := func(f func(tensors []safetensors.Tensor) []safetensors.Tensor) fstest.MapFS {
		return folder(t, f(weights(small())))
	}
	truncated := folder(t, weights(small()))
	file := truncated["model.safetensors"]
	file.Data = file.Data[:len(file.Data)-100]
	index := func(contents string) fstest.MapFS {
		fsys := sharded(t, weights(small()))
		fsys["model.safetensors.index.json"].Data = []byte(contents)
		return fsys
	}
	lost := sharded(t, weights(small()))
	delete(lost, "model-00002-of-00002.safetensors")
	for want, fsys := range map[string]fs.FS{
		"open config.json: file does not exist":                          fstest.MapFS{},
		"neither model.safetensors nor model.safetensors.index.json":     fstest.MapFS{"config.json": {Data: []byte(smallConfig)}},
		"model.safetensors: tensor model.embed_tokens.weight is missing": change(func(x []safetensors.Tensor) []safetensors.Tensor { return x[1:] }),
		"model.safetensors: tensor model.norm.weight has shape [9], config.json asks for [8]": change(func(x []safetensors.Tensor) []safetensors.Tensor {
			x[len(x)-1].Shape, x[len(x)-1].Data = []int{9}, make([]float32, 9)
			return x
		}),
		"tensor model.norm.weight holds values that are not numbers": change(func(x []safetensors.Tensor) []safetensors.Tensor {
			x[len(x)-1].Data[3] = float32(math.NaN())
			return x
		}),
		"model.safetensors: tensor model.layers.1.self_attn.v_proj.weight: data ends at byte": truncated,
		"model-00002-of-00002.safetensors: file does not exist":                               lost,
		"weight_map is empty": index(`{}`),
		"index.json: tensor model.embed_tokens.weight is missing":                index(`{"weight_map":{"x":"a.safetensors"}}`),
		`tensor x: "../a.safetensors" is not a safetensors file of this folder`:  index(`{"weight_map":{"x":"../a.safetensors"}}`),
		`tensor x: "/etc/passwd" is not`:                                         index(`{"weight_map":{"x":"/etc/passwd"}}`),
		`tensor x: "..\\a.safetensors" is not a safetensors file of this folder`: index(`{"weight_map":{"x":"..\\a.safetensors"}}`),
		`tensor x: "pytorch_model.bin" is not a safetensors file of this folder`: index(`{"weight_map":{"x":"pytorch_model.bin"}}`),
	} {
		if _, err := Load(fsys); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(smallConfig))
	f.Add([]byte(`{"model_type":"llama","rope_scaling":{"type":"llama3","factor":8},"eos_token_id":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConfig(data)
		if err != nil {
			return
		}
		for i, frequency := range c.InverseFrequencies() {
			if !(frequency >= 0 && frequency <= 1) {
				t.Fatalf("frequency %d is %v", i, frequency)
			}
		}
		if c.NumHeads%c.NumKVHeads != 0 || c.HeadDim%2 != 0 {
			t.Fatalf("accepted %+v", c)
		}
	})
}

func FuzzParseIndex(f *testing.F) {
	f.Add([]byte(`{"weight_map":{"x":"a.safetensors"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		index, err := parseIndex(data)
		if err != nil {
			return
		}
		for _, name := range index {
			if strings.ContainsAny(name, `/\`) {
				t.Fatalf("accepted %q", name)
			}
		}
	})
}
