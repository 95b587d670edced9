package lora

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-trainer/generate"
	"github.com/arkorlab/arkor-go/arkor-trainer/generate/generatetest"
	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/arkor-trainer/safetensors"
)

// trainedAdapter is one whose B is not zero.
func trainedAdapter(config model.Config, r int) []llama.Parameter {
	params := Initialize(config, r, 3)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := 1; i < len(params); i += 2 {
		for j := range params[i].Data {
			params[i].Data[j] = float32(rng.NormFloat64()) / 4
		}
	}
	return params
}

func adapterFolder(t *testing.T, s Settings, params []llama.Parameter) fstest.MapFS {
	t.Helper()
	var config, weights bytes.Buffer
	if err := WriteConfig(&config, s); err != nil {
		t.Fatal(err)
	}
	if err := WriteWeights(&weights, params); err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{ConfigFile: {Data: config.Bytes()}, WeightsFile: {Data: weights.Bytes()}}
}

func loadModel(t *testing.T) *model.Model {
	t.Helper()
	m, err := model.Load(generatetest.Folder(t))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func clone(params []llama.Parameter) []llama.Parameter {
	params = slices.Clone(params)
	for i := range params {
		params[i].Data = slices.Clone(params[i].Data)
	}
	return params
}

// checkPEFT knows the layout of a PEFT folder from its description alone: the
// keys of the configuration, and names, shapes and types of the tensors.
func checkPEFT(folder fs.FS, layers int, widths map[string][2]int) error {
	data, err := fs.ReadFile(folder, "adapter_config.json")
	if err != nil {
		return err
	}
	var config map[string]any
	if err := json.Unmarshal(data, &config); err != nil {
		return err
	}
	for key, want := range map[string]any{
		"peft_type": "LORA", "task_type": "CAUSAL_LM", "bias": "none", "fan_in_fan_out": false,
		"inference_mode": true, "lora_dropout": 0.0, "base_model_name_or_path": "arkor/tiny",
		"r": 4.0, "lora_alpha": 6.0,
	} {
		if config[key] != want {
			return fmt.Errorf("%s is %v, want %v", key, config[key], want)
		}
	}
	var targets []string
	for _, target := range config["target_modules"].([]any) {
		targets = append(targets, target.(string))
	}
	data, err = fs.ReadFile(folder, "adapter_model.safetensors")
	if err != nil {
		return err
	}
	r, err := safetensors.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	want := 0
	for layer := range layers {
		for target, width := range widths {
			if !slices.Contains(targets, target) {
				return fmt.Errorf("target_modules lacks %s", target)
			}
			block := "mlp"
			if strings.Contains("q_proj k_proj v_proj o_proj", target) {
				block = "self_attn"
			}
			for suffix, shape := range map[string][]int{"A": {4, width[1]}, "B": {width[0], 4}} {
				name := fmt.Sprintf("base_model.model.model.layers.%d.%s.%s.lora_%s.weight", layer, block, target, suffix)
				dtype, got, ok := r.Info(name)
				if !ok || dtype != "F32" || !slices.Equal(got, shape) {
					return fmt.Errorf("tensor %s is %v %s %v, want F32 %v", name, ok, dtype, got, shape)
				}
				want++
			}
		}
	}
	if n := len(r.Names()); n != want {
		return fmt.Errorf("%d tensors, want %d", n, want)
	}
	return nil
}

func TestLayoutIsPEFTs(t *testing.T) {
	t.Parallel()
	config := loadModel(t).Config // hidden 16, intermediate 24, 2 layers, 2 heads of 8, 1 key head
	folder := adapterFolder(t, Settings{R: 4, Alpha: 6, Base: "arkor/tiny"}, trainedAdapter(config, 4))
	err := checkPEFT(folder, 2, map[string][2]int{
		"q_proj": {16, 16}, "k_proj": {8, 16}, "v_proj": {8, 16}, "o_proj": {16, 16},
		"gate_proj": {24, 16}, "up_proj": {24, 16}, "down_proj": {16, 24},
	})
	if err != nil {
		t.Error(err)
	}
}

func TestReadWhatWasWritten(t *testing.T) {
	t.Parallel()
	config := loadModel(t).Config
	want, params := Settings{R: 3, Alpha: 12, Base: "somebody/model"}, trainedAdapter(config, 3)
	got, read, err := Read(adapterFolder(t, want, params), config)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got) + cmp.Diff(params, read); diff != "" {
		t.Error(diff)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	config := loadModel(t).Config
	other := config
	other.HiddenSize = 32
	good := adapterFolder(t, Settings{R: 2, Alpha: 4, Base: "x"}, trainedAdapter(config, 2))
	with := func(name string, data []byte) fstest.MapFS {
		folder := fstest.MapFS{ConfigFile: good[ConfigFile], WeightsFile: good[WeightsFile]}
		folder[name] = &fstest.MapFile{Data: data}
		return folder
	}
	configWith := func(key string, value any) fstest.MapFS {
		var fields map[string]any
		if err := json.Unmarshal(good[ConfigFile].Data, &fields); err != nil {
			t.Fatal(err)
		}
		fields[key] = value
		data, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		return with(ConfigFile, data)
	}
	for _, test := range []struct {
		name   string
		folder fs.FS
		config model.Config
		want   string
	}{
		{"nothing", fstest.MapFS{}, config, "adapter: open adapter_config.json: file does not exist"},
		{"another method", configWith("peft_type", "IA3"), config, `adapter_config.json: peft_type is "IA3", only LORA is supported`},
		{"no rank", configWith("r", 0), config, "adapter_config.json: r is 0, it has to be positive"},
		{"dora", configWith("use_dora", true), config, "adapter_config.json: use_dora, use_rslora and fan_in_fan_out are not supported"},
		{"another rank", configWith("r", 3), config, "adapter_model.safetensors: tensor base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight is [2 16], the model needs [3 16]"},
		{"another model", good, other, "adapter_model.safetensors: tensor base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight is [2 16], the model needs [2 32]"},
	} {
		_, _, err := Read(test.folder, test.config)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
	if _, _, err := Read(with(WeightsFile, good[WeightsFile].Data[:200]), config); err == nil {
		t.Error("a truncated file was read")
	}
}

func TestInitializeStartsAtTheModel(t *testing.T) {
	t.Parallel()
	config := loadModel(t).Config
	params := Initialize(config, 4, 1)
	for i := 0; i < len(params); i += 2 {
		a, b := params[i], params[i+1]
		bound := 1 / math.Sqrt(float64(a.Shape[1]))
		largest := float64(slices.Max(a.Data))
		if largest > bound || largest < bound/2 || float64(slices.Min(a.Data)) > -bound/2 {
			t.Errorf("%s reaches from %v to %v, the bound is %v", a.Name, slices.Min(a.Data), largest, bound)
		}
		if slices.ContainsFunc(b.Data, func(x float32) bool { return x != 0 }) {
			t.Errorf("%s is not zero", b.Name)
		}
	}
	if diff := cmp.Diff(params, Initialize(config, 4, 1)); diff != "" {
		t.Error("the same seed gives another adapter")
	}
	if cmp.Equal(params, Initialize(config, 4, 2)) {
		t.Error("another seed gives the same adapter")
	}
}

// Training's forward pass with an adapter, inference with the adapter as it was
// written, and the merged model are three ways to the same logits.
func TestMergedLogitsAreThoseOfBaseAndAdapter(t *testing.T) {
	t.Parallel()
	m := loadModel(t)
	s := Settings{R: 4, Alpha: 6, Base: "x"}
	pairs := trainedAdapter(m.Config, s.R)
	folder := adapterFolder(t, s, pairs)
	tokens := []int32{5, 90, 17, 200, 33, 4, 8, 121}

	adapter, err := generate.LoadAdapter(folder, m.Config)
	if err != nil {
		t.Fatal(err)
	}
	inference, err := generate.New(m)
	if err != nil {
		t.Fatal(err)
	}
	defer inference.Close()
	byInference, err := inference.Logits(tokens, adapter)
	if err != nil {
		t.Fatal(err)
	}
	var base []llama.Parameter
	for _, spec := range m.Config.Tensors() {
		base = append(base, llama.Parameter{Name: spec.Name, Shape: spec.Shape, Data: m.Weights[spec.Name]})
	}
	logits := func(params []llama.Parameter) []float32 {
		e, err := llama.New(m.Config, params, s.Scale())
		if err != nil {
			t.Fatal(err)
		}
		out, err := e.Logits(tokens)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	adapted := logits(append(clone(base), clone(pairs)...))
	plain := logits(clone(base))
	Merge(m.Config, m.Weights, pairs, s.Scale())
	merged := logits(base)
	changed := 0.0
	for i := range merged {
		changed = max(changed, math.Abs(float64(merged[i]-plain[i])))
		if d := math.Abs(float64(merged[i] - adapted[i])); !(d < 1e-4) {
			t.Fatalf("logit %d is %v merged, %v with the adapter", i, merged[i], adapted[i])
		}
		if want := byInference[i/m.Config.VocabSize][i%m.Config.VocabSize]; !(math.Abs(float64(adapted[i]-want)) < 1e-3) {
			t.Fatalf("logit %d is %v in training, %v in inference", i, adapted[i], want)
		}
	}
	if changed < 0.1 {
		t.Errorf("the adapter changes no logit by more than %v", changed)
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(`{"peft_type":"LORA","r":16,"lora_alpha":16,"base_model_name_or_path":"m"}`))
	f.Add([]byte(`{"peft_type":"LORA","r":-1}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := parseConfig(data); err == nil && !(s.R > 0 && s.Alpha > 0) {
			t.Errorf("%q gives %+v", data, s)
		}
	})
}
