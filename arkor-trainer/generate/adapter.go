package generate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/arkor-trainer/safetensors"
)

const (
	adapterConfigFile  = "adapter_config.json"
	adapterWeightsFile = "adapter_model.safetensors"
	maxRank            = 4096
)

// Adapter is a set of low-rank changes to the projections of a model. It is
// immutable, and belongs to the configuration it was loaded for.
type Adapter struct {
	base   string
	rank   int
	layers [][projectionCount]lowRank
}

// Base is the model that the adapter says it was trained on, "" when it does not.
func (a *Adapter) Base() string { return a.base }

// lowRank is a change B A of one projection; both are nil when it has none.
type lowRank struct {
	down []float32 // A, [rank, in]
	up   []float32 // B times the scale, transposed: [rank, out]
}

// adapterConfig is adapter_config.json as PEFT writes it, as far as it changes
// what is computed.
type adapterConfig struct {
	Type           string          `json:"peft_type"`
	Base           string          `json:"base_model_name_or_path"`
	Rank           int             `json:"r"`
	Alpha          float64         `json:"lora_alpha"`
	TargetModules  json.RawMessage `json:"target_modules"`
	Bias           string          `json:"bias"`
	FanInFanOut    bool            `json:"fan_in_fan_out"`
	RankStabilized bool            `json:"use_rslora"`
	DoRA           bool            `json:"use_dora"`
	LoRABias       bool            `json:"lora_bias"`
	ModulesToSave  []string        `json:"modules_to_save"`
	RankPattern    map[string]any  `json:"rank_pattern"`
	AlphaPattern   map[string]any  `json:"alpha_pattern"`
	Layers         json.RawMessage `json:"layers_to_transform"`
}

// LoadAdapter reads a PEFT folder, adapter_config.json and
// adapter_model.safetensors, for a model of configuration c. Its errors name
// the file, and the field or tensor that does not fit.
func LoadAdapter(fsys fs.FS, c model.Config) (*Adapter, error) {
	data, err := readFile(fsys, adapterConfigFile, 1<<20)
	if err != nil {
		return nil, fmt.Errorf("adapter: %w", err)
	}
	config, targets, err := parseAdapterConfig(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", adapterConfigFile, err)
	}
	a := &Adapter{base: config.Base, rank: config.Rank, layers: make([][projectionCount]lowRank, c.NumLayers)}
	scale := config.Alpha / float64(config.Rank)
	if config.RankStabilized {
		scale = config.Alpha / math.Sqrt(float64(config.Rank))
	}
	data, err = readFile(fsys, adapterWeightsFile, 1<<32)
	if err != nil {
		return nil, fmt.Errorf("adapter: %w", err)
	}
	r, err := safetensors.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", adapterWeightsFile, err)
	}
	if err := a.read(r, c, targets, float32(scale)); err != nil {
		return nil, fmt.Errorf("%s: %w", adapterWeightsFile, err)
	}
	return a, nil
}

// parseAdapterConfig also returns the projections that the adapter changes. It
// refuses by name what would change the result and is not computed here.
func parseAdapterConfig(data []byte) (config adapterConfig, targets []string, err error) {
	if err := json.Unmarshal(data, &config); err != nil {
		return config, nil, fmt.Errorf("not the JSON of an adapter: %w", err)
	}
	layers := string(config.Layers)
	switch {
	case config.Type != "LORA":
		return config, nil, fmt.Errorf("peft_type %q is not supported, only LORA is", config.Type)
	case config.Rank < 1 || config.Rank > maxRank:
		return config, nil, fmt.Errorf("r is %d, it must lie between 1 and %d", config.Rank, maxRank)
	case !(math.Abs(config.Alpha) <= 1e6):
		return config, nil, fmt.Errorf("lora_alpha %v is out of range", config.Alpha)
	case config.Bias != "" && config.Bias != "none":
		return config, nil, fmt.Errorf("bias %q is not supported, only none is", config.Bias)
	case config.LoRABias:
		return config, nil, errors.New("lora_bias is not supported")
	case config.FanInFanOut:
		return config, nil, errors.New("fan_in_fan_out is not supported")
	case config.DoRA:
		return config, nil, errors.New("use_dora is not supported")
	case len(config.ModulesToSave) > 0:
		return config, nil, fmt.Errorf("modules_to_save (%s) is not supported", strings.Join(config.ModulesToSave, ", "))
	case len(config.RankPattern) > 0 || len(config.AlphaPattern) > 0:
		return config, nil, errors.New("rank_pattern and alpha_pattern are not supported")
	case layers != "" && layers != "null":
		return config, nil, errors.New("layers_to_transform is not supported")
	}
	targets, err = parseTargets(config.TargetModules)
	return config, targets, err
}

// parseTargets reads target_modules: a list of projections, or "all-linear".
func parseTargets(data json.RawMessage) ([]string, error) {
	known := model.Projections()
	var word string
	if json.Unmarshal(data, &word) == nil && word != "" {
		if word == "all-linear" {
			return known, nil
		}
		return nil, fmt.Errorf("target_modules %q: patterns are not supported, list the projections", word)
	}
	var targets []string
	if err := json.Unmarshal(data, &targets); err != nil || len(targets) == 0 {
		return nil, fmt.Errorf("target_modules is not a list of projections (%s)", strings.Join(known, ", "))
	}
	for _, target := range targets {
		if !slices.Contains(known, target) {
			return nil, fmt.Errorf("target_modules: %q is not one of %s", target, strings.Join(known, ", "))
		}
	}
	return targets, nil
}

// read takes both matrices of every target in every layer and tests that
// nothing else is in the file: a tensor that is silently left out would give
// another model than the one that was trained.
func (a *Adapter) read(r *safetensors.Reader, c model.Config, targets []string, scale float32) error {
	unused := map[string]bool{}
	for _, name := range r.Names() {
		unused[name] = true
	}
	for i := range a.layers {
		for p, projection := range model.Projections() {
			if !slices.Contains(targets, projection) {
				continue
			}
			out, in := c.ProjectionShape(projection)
			prefix := "base_model.model." + model.LayerModule(i, projection)
			down, err := readMatrix(r, prefix+".lora_A.weight", a.rank, in)
			if err != nil {
				return err
			}
			up, err := readMatrix(r, prefix+".lora_B.weight", out, a.rank)
			if err != nil {
				return err
			}
			delete(unused, prefix+".lora_A.weight")
			delete(unused, prefix+".lora_B.weight")
			a.layers[i][p] = lowRank{down, transposed(up, out, a.rank, scale)}
		}
	}
	for _, name := range r.Names() {
		if unused[name] {
			return fmt.Errorf("tensor %s is for no layer and target module of this model", name)
		}
	}
	return nil
}

func readMatrix(r *safetensors.Reader, name string, rows, cols int) ([]float32, error) {
	_, shape, ok := r.Info(name)
	if !ok {
		return nil, fmt.Errorf("tensor %s is missing", name)
	}
	if want := []int{rows, cols}; !slices.Equal(shape, want) {
		return nil, fmt.Errorf("tensor %s has shape %v, the base model and adapter_config.json ask for %v: it belongs to another base model, or is damaged", name, shape, want)
	}
	data, _, err := r.Float32(name)
	if err != nil {
		return nil, err
	}
	for _, v := range data {
		if v-v != 0 {
			return nil, fmt.Errorf("tensor %s holds values that are not numbers", name)
		}
	}
	return data, nil
}

// transposed returns the transpose of m, [rows, cols], times scale.
func transposed(m []float32, rows, cols int, scale float32) []float32 {
	t := make([]float32, len(m))
	for i := range rows {
		for j := range cols {
			t[j*rows+i] = m[i*cols+j] * scale
		}
	}
	return t
}

// readFile reads a whole file of at most limit bytes.
func readFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s is over %d bytes", name, limit)
	}
	return data, nil
}
