package generate

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// coldest is the temperature under which sampling is greedy: nearly all weight
// is on the best token, and dividing by less would leave the range of numbers.
const coldest = 1e-4

// sampler picks tokens. Equal seeds and scores give equal tokens.
type sampler struct {
	temperature float64
	topP        float64
	random      *rand.Rand
	candidates  []candidate // in use only while picking
}

type candidate struct {
	token  int32
	weight float32
}

func newSampler(temperature, topP float64, seed uint64, vocabulary int) *sampler {
	s := &sampler{temperature: temperature, topP: topP, random: rand.New(rand.NewPCG(seed, 0x61726b6f72))}
	if temperature >= coldest {
		s.candidates = make([]candidate, 0, vocabulary)
	}
	return s
}

// pick returns a token, or -1 when the scores are not numbers.
func (s *sampler) pick(logits []float32) int32 {
	best := greedy(logits)
	if best < 0 || s.temperature < coldest {
		return best
	}
	inverse := float32(1 / s.temperature)
	largest := logits[best]
	s.candidates = s.candidates[:0]
	var total float64
	for token, logit := range logits {
		weight := exp((logit - largest) * inverse)
		if !(weight > 0) { // too small to count, or not a number
			continue
		}
		s.candidates = append(s.candidates, candidate{int32(token), weight})
		total += float64(weight)
	}
	if s.topP < 1 {
		total = s.cut(total)
	}
	point := s.random.Float64() * total
	for _, c := range s.candidates {
		point -= float64(c.weight)
		if point < 0 {
			return c.token
		}
	}
	return s.candidates[len(s.candidates)-1].token // the last rounding error
}

// cut keeps the fewest candidates that together hold topP of the total weight,
// heaviest first, and returns what they weigh.
func (s *sampler) cut(total float64) float64 {
	// Those under the limit cannot reach 1-topP even all together, so they are
	// outside; what remains to be sorted is short.
	limit := float32((1 - s.topP) * total / float64(len(s.candidates)))
	s.candidates = slices.DeleteFunc(s.candidates, func(c candidate) bool { return c.weight < limit })
	slices.SortFunc(s.candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.token, b.token))
	})
	var kept float64
	for i, c := range s.candidates {
		kept += float64(c.weight)
		if kept >= s.topP*total {
			s.candidates = s.candidates[:i+1]
			break
		}
	}
	return kept
}

// greedy returns the token with the highest score, the first among equals, or
// -1 when no score is a finite number.
func greedy(logits []float32) int32 {
	best := int32(-1)
	for token, logit := range logits {
		if logit-logit == 0 && (best < 0 || logit > logits[best]) {
			best = int32(token)
		}
	}
	return best
}
