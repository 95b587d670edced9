package model

import (
	"encoding/json"
	"fmt"
	"math"
)

// RoPEScaling stretches rotary positions the way Llama 3 does: low frequencies
// are divided by Factor, high ones are left, those between are blended.
type RoPEScaling struct {
	Factor           float64
	LowFreqFactor    float64
	HighFreqFactor   float64
	OriginalPosition int // context length before the stretch
}

type rawRoPE struct {
	RoPEType        string   `json:"rope_type"`
	Type            string   `json:"type"` // the older name of the same
	Theta           *float64 `json:"rope_theta"`
	Factor          float64  `json:"factor"`
	LowFreqFactor   float64  `json:"low_freq_factor"`
	HighFreqFactor  float64  `json:"high_freq_factor"`
	Original        int      `json:"original_max_position_embeddings"`
	PartialRotation *float64 `json:"partial_rotary_factor"`
}

// rope resolves the base and scaling. Files of transformers 5 keep both in
// rope_parameters, older ones have rope_theta and rope_scaling.
func (r *rawConfig) rope() (float64, *RoPEScaling, error) {
	theta := or(r.RoPETheta, 10000)
	var scaling *RoPEScaling
	for _, section := range []struct {
		name string
		data json.RawMessage
	}{{"rope_scaling", r.RoPEScaling}, {"rope_parameters", r.RoPEParameters}} {
		if len(section.data) == 0 || string(section.data) == "null" {
			continue
		}
		var raw rawRoPE
		if err := json.Unmarshal(section.data, &raw); err != nil {
			return 0, nil, fmt.Errorf("%s: %w", section.name, plain(err))
		}
		theta = or(raw.Theta, theta)
		found, err := raw.scaling()
		if err != nil {
			return 0, nil, fmt.Errorf("%s: %w", section.name, err)
		}
		if found != nil {
			scaling = found
		}
	}
	if !(theta >= 1 && theta <= 1e12) {
		return 0, nil, fmt.Errorf("rope_theta is %v, it must be at least 1", theta)
	}
	return theta, scaling, nil
}

func (r *rawRoPE) scaling() (*RoPEScaling, error) {
	kind := r.RoPEType
	if kind == "" {
		kind = r.Type
	}
	if f := or(r.PartialRotation, 1); f != 1 {
		return nil, fmt.Errorf("partial_rotary_factor %v is not supported", f)
	}
	switch kind {
	case "", "default":
		return nil, nil
	case "llama3":
	default:
		return nil, fmt.Errorf("rope_type %q is not supported, default and llama3 are", kind)
	}
	s := &RoPEScaling{r.Factor, r.LowFreqFactor, r.HighFreqFactor, r.Original}
	if !(s.Factor >= 1 && s.LowFreqFactor > 0 && s.HighFreqFactor > s.LowFreqFactor && s.OriginalPosition > 0) {
		return nil, fmt.Errorf("llama3 needs factor >= 1, 0 < low_freq_factor < high_freq_factor and original_max_position_embeddings, found %v, %v, %v and %d",
			s.Factor, s.LowFreqFactor, s.HighFreqFactor, s.OriginalPosition)
	}
	return s, nil
}

// InverseFrequencies returns HeadDim/2 angles in radians per position: at
// position p the pair (i, i+HeadDim/2) of a head is turned by p times the i-th.
func (c Config) InverseFrequencies() []float64 {
	frequencies := make([]float64, c.HeadDim/2)
	for i := range frequencies {
		f := math.Pow(c.RoPETheta, -2*float64(i)/float64(c.HeadDim))
		if c.RoPEScaling != nil {
			f = c.RoPEScaling.apply(f)
		}
		frequencies[i] = f
	}
	return frequencies
}

func (s *RoPEScaling) apply(frequency float64) float64 {
	turns := float64(s.OriginalPosition) * frequency / (2 * math.Pi) // within the original context
	switch {
	case turns < s.LowFreqFactor:
		return frequency / s.Factor
	case turns > s.HighFreqFactor:
		return frequency
	}
	smooth := (turns - s.LowFreqFactor) / (s.HighFreqFactor - s.LowFreqFactor)
	return (1-smooth)*frequency/s.Factor + smooth*frequency
}
