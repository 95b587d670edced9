// Package model reads Llama models from folders in the Hugging Face layout:
// config.json, and the weights in one or several safetensors files.
package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

const (
	architecture  = "LlamaForCausalLM"
	maxConfigSize = 1 << 20
)

// Config is the shape of a Llama model. A Config from LoadConfig or ParseConfig
// has been validated: every size is positive and they fit each other.
type Config struct {
	HiddenSize       int
	IntermediateSize int
	NumLayers        int
	NumHeads         int
	NumKVHeads       int // divides NumHeads
	HeadDim          int // even
	VocabSize        int
	MaxPositions     int // longest sequence in tokens
	RMSNormEps       float64
	RoPETheta        float64
	RoPEScaling      *RoPEScaling // nil when positions are not scaled
	TieEmbeddings    bool         // the output projection is the embedding table
	BOSTokenID       int32        // -1 when there is none
	EOSTokenIDs      []int32      // any of them ends a generation
}

// rawConfig is config.json as far as it concerns us. Pointers tell a missing
// field from a zero.
type rawConfig struct {
	Architectures    []string        `json:"architectures"`
	ModelType        string          `json:"model_type"`
	HiddenSize       int             `json:"hidden_size"`
	IntermediateSize int             `json:"intermediate_size"`
	NumLayers        int             `json:"num_hidden_layers"`
	NumHeads         int             `json:"num_attention_heads"`
	NumKVHeads       *int            `json:"num_key_value_heads"`
	HeadDim          *int            `json:"head_dim"`
	VocabSize        int             `json:"vocab_size"`
	MaxPositions     *int            `json:"max_position_embeddings"`
	RMSNormEps       *float64        `json:"rms_norm_eps"`
	HiddenAct        string          `json:"hidden_act"`
	RoPETheta        *float64        `json:"rope_theta"`
	RoPEScaling      json.RawMessage `json:"rope_scaling"`
	RoPEParameters   json.RawMessage `json:"rope_parameters"`
	TieEmbeddings    bool            `json:"tie_word_embeddings"`
	AttentionBias    bool            `json:"attention_bias"`
	MLPBias          bool            `json:"mlp_bias"`
	Quantization     json.RawMessage `json:"quantization_config"`
	BOS              tokenIDs        `json:"bos_token_id"`
	EOS              tokenIDs        `json:"eos_token_id"`
}

// tokenIDs is a field that holds nothing, a number or a list of numbers.
type tokenIDs []int32

func (t *tokenIDs) UnmarshalJSON(data []byte) error {
	*t = nil
	if len(data) > 0 && data[0] == '[' {
		return json.Unmarshal(data, (*[]int32)(t))
	}
	var id *int32
	if err := json.Unmarshal(data, &id); err != nil {
		return err
	}
	if id != nil {
		*t = tokenIDs{*id}
	}
	return nil
}

// LoadConfig reads config.json, and the end tokens of generation_config.json
// where it exists: chat models often name their end-of-turn token only there.
func LoadConfig(fsys fs.FS) (Config, error) {
	data, err := readSmall(fsys, "config.json")
	if err != nil {
		return Config{}, fmt.Errorf("model folder: %w", err)
	}
	c, err := ParseConfig(data)
	if err != nil {
		return Config{}, fmt.Errorf("config.json: %w", err)
	}
	data, err = readSmall(fsys, "generation_config.json")
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return Config{}, fmt.Errorf("model folder: %w", err)
	}
	var generation struct {
		EOS tokenIDs `json:"eos_token_id"`
	}
	if err := json.Unmarshal(data, &generation); err != nil {
		return Config{}, fmt.Errorf("generation_config.json: %w", plain(err))
	}
	if err := c.addEOS(generation.EOS); err != nil {
		return Config{}, fmt.Errorf("generation_config.json: %w", err)
	}
	return c, nil
}

// ParseConfig reads and validates the contents of a config.json.
func ParseConfig(data []byte) (Config, error) {
	var raw rawConfig
	if err := json.Unmarshal(data, &raw); err != nil {
		return Config{}, plain(err)
	}
	if err := raw.refuse(); err != nil {
		return Config{}, err
	}
	c := Config{
		HiddenSize:       raw.HiddenSize,
		IntermediateSize: raw.IntermediateSize,
		NumLayers:        raw.NumLayers,
		NumHeads:         raw.NumHeads,
		NumKVHeads:       or(raw.NumKVHeads, raw.NumHeads),
		VocabSize:        raw.VocabSize,
		MaxPositions:     or(raw.MaxPositions, 2048),
		RMSNormEps:       or(raw.RMSNormEps, 1e-6),
		TieEmbeddings:    raw.TieEmbeddings,
		BOSTokenID:       -1,
	}
	if raw.HeadDim != nil {
		c.HeadDim = *raw.HeadDim
	} else if c.NumHeads > 0 {
		c.HeadDim = c.HiddenSize / c.NumHeads
	}
	var err error
	if c.RoPETheta, c.RoPEScaling, err = raw.rope(); err != nil {
		return Config{}, err
	}
	if err := c.Validate(); err != nil {
		return Config{}, err
	}
	if len(raw.BOS) > 0 {
		c.BOSTokenID = raw.BOS[0]
	}
	return c, c.addEOS(raw.EOS)
}

// or is the value behind p, or fallback when the file did not give one.
func or[T any](p *T, fallback T) T {
	if p == nil {
		return fallback
	}
	return *p
}

// refuse names what this program cannot compute, rather than computing it wrong.
func (r *rawConfig) refuse() error {
	switch {
	case len(r.Architectures) > 0 && !slices.Contains(r.Architectures, architecture):
		return fmt.Errorf("architecture %q is not supported, only %s is", r.Architectures[0], architecture)
	case len(r.Architectures) == 0 && r.ModelType != "llama":
		return fmt.Errorf("no architectures and model_type %q: only %s is supported", r.ModelType, architecture)
	case r.HiddenAct != "" && r.HiddenAct != "silu":
		return fmt.Errorf("hidden_act %q is not supported, only silu is", r.HiddenAct)
	case r.AttentionBias:
		return errors.New("attention_bias true is not supported")
	case r.MLPBias:
		return errors.New("mlp_bias true is not supported")
	case len(r.Quantization) > 0 && string(r.Quantization) != "null":
		return errors.New("quantization_config: quantized weights are not supported, use the original model")
	}
	return nil
}

// Validate tests that the sizes are positive, bounded and fit each other.
func (c *Config) Validate() error {
	for _, field := range []struct {
		name       string
		value, max int
	}{
		{"hidden_size", c.HiddenSize, 1 << 17},
		{"intermediate_size", c.IntermediateSize, 1 << 20},
		{"num_hidden_layers", c.NumLayers, 1 << 10},
		{"num_attention_heads", c.NumHeads, 1 << 12},
		{"num_key_value_heads", c.NumKVHeads, 1 << 12},
		{"head_dim", c.HeadDim, 1 << 12},
		{"vocab_size", c.VocabSize, 1 << 24},
		{"max_position_embeddings", c.MaxPositions, 1 << 26},
	} {
		if field.value < 1 || field.value > field.max {
			return fmt.Errorf("%s is %d, it must lie between 1 and %d", field.name, field.value, field.max)
		}
	}
	switch {
	case c.NumHeads%c.NumKVHeads != 0:
		return fmt.Errorf("num_key_value_heads %d does not divide num_attention_heads %d", c.NumKVHeads, c.NumHeads)
	case c.HeadDim%2 != 0:
		return fmt.Errorf("head_dim %d is odd", c.HeadDim)
	case !(c.RMSNormEps > 0 && c.RMSNormEps < 1):
		return fmt.Errorf("rms_norm_eps %v must lie between 0 and 1", c.RMSNormEps)
	}
	return nil
}

func (c *Config) addEOS(ids []int32) error {
	for _, id := range ids {
		if id < 0 || int(id) >= c.VocabSize {
			return fmt.Errorf("eos_token_id %d is not in the vocabulary of %d tokens", id, c.VocabSize)
		}
		if !slices.Contains(c.EOSTokenIDs, id) {
			c.EOSTokenIDs = append(c.EOSTokenIDs, id)
		}
	}
	return nil
}

// readSmall reads a whole file, refusing one that no configuration comes near.
func readSmall(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfigSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxConfigSize {
		return nil, fmt.Errorf("%s is over %d bytes", name, maxConfigSize)
	}
	return data, nil
}

// plain turns a JSON type error, which speaks of Go types, into one about the file.
func plain(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("not valid JSON: %w", err)
	}
	want := wrong.Type.String()
	switch {
	case strings.HasPrefix(want, "int"):
		want = "a whole number"
	case strings.HasPrefix(want, "float"):
		want = "a number"
	case want == "bool":
		want = "true or false"
	case want == "string":
		want = "text"
	default:
		want = "something else"
	}
	if wrong.Field == "" {
		return fmt.Errorf("found a %s, want %s", wrong.Value, want)
	}
	return fmt.Errorf("%s is a %s, want %s", wrong.Field, wrong.Value, want)
}
