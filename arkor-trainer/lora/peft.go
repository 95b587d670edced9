package lora

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/arkor-trainer/safetensors"
)

// Files of an adapter folder, and what PEFT puts before a module's path.
const (
	ConfigFile  = "adapter_config.json"
	WeightsFile = "adapter_model.safetensors"
	peftPrefix  = "base_model.model."
)

// config is adapter_config.json. What matters to the arithmetic is written even
// where it is PEFT's default, so that no version of it has to assume one.
type config struct {
	PeftType      string         `json:"peft_type"`
	TaskType      string         `json:"task_type"`
	Base          string         `json:"base_model_name_or_path"`
	R             int            `json:"r"`
	Alpha         float64        `json:"lora_alpha"`
	Dropout       float64        `json:"lora_dropout"`
	TargetModules []string       `json:"target_modules"`
	Bias          string         `json:"bias"`
	FanInFanOut   bool           `json:"fan_in_fan_out"`
	InferenceMode bool           `json:"inference_mode"`
	InitWeights   bool           `json:"init_lora_weights"`
	UseRSLora     bool           `json:"use_rslora"`
	UseDora       bool           `json:"use_dora"`
	ModulesToSave []string       `json:"modules_to_save"`
	RankPattern   map[string]int `json:"rank_pattern"`
	AlphaPattern  map[string]int `json:"alpha_pattern"`
}

// WriteConfig writes adapter_config.json.
func WriteConfig(w io.Writer, s Settings) error {
	data, err := json.MarshalIndent(config{
		PeftType: "LORA", TaskType: "CAUSAL_LM", Base: s.Base, R: s.R, Alpha: s.Alpha,
		TargetModules: model.Projections(), Bias: "none", InferenceMode: true, InitWeights: true,
		RankPattern: map[string]int{}, AlphaPattern: map[string]int{},
	}, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// WriteWeights writes adapter_model.safetensors in float32. The same parameters
// give the same bytes.
func WriteWeights(w io.Writer, params []llama.Parameter) error {
	var tensors []safetensors.Tensor
	for _, p := range params {
		tensors = append(tensors, safetensors.Tensor{Name: peftPrefix + p.Name, Shape: p.Shape, Data: p.Data})
	}
	return safetensors.Write(w, tensors, nil)
}

// Read reads an adapter folder for a model: the pairs of the modules that it
// adapts, in the order of Initialize. It refuses what Merge could not apply,
// naming the file and the field or tensor.
func Read(fsys fs.FS, base model.Config) (Settings, []llama.Parameter, error) {
	data, err := fs.ReadFile(fsys, ConfigFile)
	if err != nil {
		return Settings{}, nil, fmt.Errorf("adapter: %w", err)
	}
	s, err := parseConfig(data)
	if err != nil {
		return Settings{}, nil, fmt.Errorf("%s: %w", ConfigFile, err)
	}
	params, err := readWeights(fsys, base, s.R)
	if err != nil {
		return Settings{}, nil, fmt.Errorf("%s: %w", WeightsFile, err)
	}
	return s, params, nil
}

// Base returns the name of the model that an adapter folder says it is for.
func Base(fsys fs.FS) (string, error) {
	data, err := fs.ReadFile(fsys, ConfigFile)
	if err != nil {
		return "", err
	}
	s, err := parseConfig(data)
	if err == nil && s.Base == "" {
		err = errors.New("base_model_name_or_path is empty")
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", ConfigFile, err)
	}
	return s.Base, nil
}

func parseConfig(data []byte) (Settings, error) {
	var c config
	if err := json.Unmarshal(data, &c); err != nil {
		return Settings{}, fmt.Errorf("not a PEFT configuration: %w", err)
	}
	switch {
	case c.PeftType != "LORA":
		return Settings{}, fmt.Errorf("peft_type is %q, only LORA is supported", c.PeftType)
	case c.R < 1:
		return Settings{}, fmt.Errorf("r is %d, it has to be positive", c.R)
	case !(c.Alpha > 0):
		return Settings{}, fmt.Errorf("lora_alpha is %v, it has to be positive", c.Alpha)
	case c.UseDora, c.UseRSLora, c.FanInFanOut:
		return Settings{}, errors.New("use_dora, use_rslora and fan_in_fan_out are not supported")
	case len(c.RankPattern) > 0, len(c.AlphaPattern) > 0, len(c.ModulesToSave) > 0:
		return Settings{}, errors.New("rank_pattern, alpha_pattern and modules_to_save are not supported")
	}
	return Settings{R: c.R, Alpha: c.Alpha, Base: c.Base}, nil
}

func readWeights(fsys fs.FS, base model.Config, r int) ([]llama.Parameter, error) {
	data, err := fs.ReadFile(fsys, WeightsFile)
	if err != nil {
		return nil, err
	}
	reader, err := safetensors.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	var params []llama.Parameter
	for _, m := range modules(base) {
		nameA, nameB := llama.AdapterNames(m.path)
		known[peftPrefix+nameA], known[peftPrefix+nameB] = true, true
		_, _, hasA := reader.Info(peftPrefix + nameA)
		_, _, hasB := reader.Info(peftPrefix + nameB)
		if !hasA && !hasB {
			continue
		}
		for _, want := range []llama.Parameter{
			{Name: nameA, Shape: []int{r, m.in}, Trained: true},
			{Name: nameB, Shape: []int{m.out, r}, Trained: true},
		} {
			data, shape, err := reader.Float32(peftPrefix + want.Name)
			if err != nil {
				return nil, err
			}
			if !slices.Equal(shape, want.Shape) {
				return nil, fmt.Errorf("tensor %s is %v, the model needs %v", peftPrefix+want.Name, shape, want.Shape)
			}
			want.Data = data
			params = append(params, want)
		}
	}
	for _, name := range reader.Names() {
		if !known[name] {
			return nil, fmt.Errorf("tensor %s belongs to no projection of the model", name)
		}
	}
	if len(params) == 0 {
		return nil, errors.New("it holds no adapter weights")
	}
	return params, nil
}
