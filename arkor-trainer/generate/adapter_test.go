package generate

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/arkorlab/arkor-go/arkor-trainer/safetensors"
)

func TestLoadAdapterRefuses(t *testing.T) {
	t.Parallel()
	m := randomModel(smallConfig(), 1)
	const name = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"

	// with changes fields of the configuration.
	with := func(fields map[string]any) fstest.MapFS {
		fsys, _ := randomAdapter(t, m, 2, 4, []string{"q_proj", "up_proj"}, 1)
		config := map[string]any{}
		if err := json.Unmarshal(fsys[adapterConfigFile].Data, &config); err != nil {
			t.Fatal(err)
		}
		for key, value := range fields {
			config[key] = value
		}
		data, err := json.Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		fsys[adapterConfigFile] = &fstest.MapFile{Data: data}
		return fsys
	}
	// changed rewrites the tensors.
	changed := func(change func(tensors []safetensors.Tensor) []safetensors.Tensor) fstest.MapFS {
		fsys := with(nil)
		data := fsys[adapterWeightsFile].Data
		r, err := safetensors.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		var tensors []safetensors.Tensor
		for _, name := range r.Names() {
			values, shape, err := r.Float32(name)
			if err != nil {
				t.Fatal(err)
			}
			tensors = append(tensors, safetensors.Tensor{Name: name, Shape: shape, Data: values})
		}
		var b bytes.Buffer
		if err := safetensors.Write(&b, change(tensors), nil); err != nil {
			t.Fatal(err)
		}
		fsys[adapterWeightsFile] = &fstest.MapFile{Data: b.Bytes()}
		return fsys
	}
	without := func(file string) fstest.MapFS {
		fsys := with(nil)
		delete(fsys, file)
		return fsys
	}
	truncated := with(nil)
	file := truncated[adapterWeightsFile]
	file.Data = file.Data[:len(file.Data)-4]

	for want, fsys := range map[string]fstest.MapFS{
		"adapter: open adapter_config.json":                                                     without(adapterConfigFile),
		"adapter: open adapter_model.safetensors":                                               without(adapterWeightsFile),
		`adapter_config.json: peft_type "IA3" is not`:                                           with(map[string]any{"peft_type": "IA3"}),
		"adapter_config.json: r is 0":                                                           with(map[string]any{"r": 0}),
		"adapter_config.json: not the JSON of an adapter":                                       with(map[string]any{"r": "x"}),
		`adapter_config.json: bias "all"`:                                                       with(map[string]any{"bias": "all"}),
		"adapter_config.json: fan_in_fan_out":                                                   with(map[string]any{"fan_in_fan_out": true}),
		"adapter_config.json: use_dora":                                                         with(map[string]any{"use_dora": true}),
		"adapter_config.json: lora_bias":                                                        with(map[string]any{"lora_bias": true}),
		"adapter_config.json: modules_to_save (lm_head)":                                        with(map[string]any{"modules_to_save": []string{"lm_head"}}),
		"adapter_config.json: rank_pattern":                                                     with(map[string]any{"rank_pattern": map[string]int{"q_proj": 3}}),
		"adapter_config.json: layers_to_transform":                                              with(map[string]any{"layers_to_transform": []int{0}}),
		`adapter_config.json: target_modules: "c_attn" is not`:                                  with(map[string]any{"target_modules": []string{"c_attn"}}),
		`adapter_config.json: target_modules ".*proj": patterns`:                                with(map[string]any{"target_modules": ".*proj"}),
		"adapter_config.json: target_modules is not a list":                                     with(map[string]any{"target_modules": nil}),
		"lora_A.weight has shape [2 24], the base model and adapter_config.json ask for [3 24]": with(map[string]any{"r": 3}),
		"layers.0.self_attn.k_proj.lora_A.weight is missing":                                    with(map[string]any{"target_modules": "all-linear"}),
		"layers.0.mlp.up_proj.lora_A.weight is for no layer and target":                         with(map[string]any{"target_modules": []string{"q_proj"}}),
		"adapter_model.safetensors: tensor ":                                                    truncated,
		"tensor " + name + " holds values that are not numbers": changed(func(tensors []safetensors.Tensor) []safetensors.Tensor {
			for i := range tensors {
				if tensors[i].Name == name {
					tensors[i].Data[0] = float32(math.NaN())
				}
			}
			return tensors
		}),
		"tensor base_model.model.model.layers.9.x is for no layer": changed(func(tensors []safetensors.Tensor) []safetensors.Tensor {
			return append(tensors, safetensors.Tensor{Name: "base_model.model.model.layers.9.x", Data: []float32{1}})
		}),
	} {
		if _, err := LoadAdapter(fsys, m.Config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := LoadAdapter(with(nil), m.Config); err != nil {
		t.Error(err)
	}
	deeper := m.Config
	deeper.NumLayers++
	if _, err := LoadAdapter(with(nil), deeper); err == nil || !strings.Contains(err.Error(), "layers.3.self_attn.q_proj.lora_A.weight is missing") {
		t.Error(err)
	}
}

// rsLoRA divides by the root of the rank: 4/sqrt(4) is 2/1.
func TestRankStabilizedScale(t *testing.T) {
	t.Parallel()
	m := randomModel(smallConfig(), 1)
	fsys, _ := randomAdapter(t, m, 4, 4, []string{"q_proj"}, 1)
	plain, err := LoadAdapter(fsys, m.Config)
	if err != nil {
		t.Fatal(err)
	}
	fsys[adapterConfigFile].Data = []byte(`{"peft_type":"LORA","r":4,"lora_alpha":4,"target_modules":["q_proj"],"use_rslora":true}`)
	stabilized, err := LoadAdapter(fsys, m.Config)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range plain.layers[0][qProj].up {
		if got := stabilized.layers[0][qProj].up[i]; got != 2*v {
			t.Fatalf("value %d is %v, want twice %v", i, got, v)
		}
	}
}

func FuzzAdapterConfig(f *testing.F) {
	f.Add([]byte(`{"peft_type":"LORA","r":4,"lora_alpha":4,"target_modules":["q_proj"]}`))
	f.Add([]byte(`{"peft_type":"LORA","r":4,"target_modules":"all-linear","layers_to_transform":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		config, targets, err := parseAdapterConfig(data)
		if err == nil && (config.Rank < 1 || len(targets) == 0) {
			t.Fatalf("accepted %+v %v", config, targets)
		}
	})
}
