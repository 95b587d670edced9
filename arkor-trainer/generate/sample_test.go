package generate

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// scores gives tokens 0 to 3 the probabilities 0.1, 0.5, 0.1 and 0.3.
func scores() []float32 {
	var logits []float32
	for _, p := range []float64{0.1, 0.5, 0.1, 0.3} {
		logits = append(logits, float32(math.Log(p)+3))
	}
	return logits
}

func frequencies(temperature, topP float64) []float64 {
	const n = 20000
	s := newSampler(temperature, topP, 7, 4)
	counts := make([]float64, 4)
	for range n {
		counts[s.pick(scores())] += 1.0 / n
	}
	return counts
}

func TestSamplerFollowsTheDistribution(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		temperature, topP float64
		want              []float64
	}{
		{1, 1, []float64{0.1, 0.5, 0.1, 0.3}},
		{0.5, 1, []float64{0.01 / 0.36, 0.25 / 0.36, 0.01 / 0.36, 0.09 / 0.36}},
		{1, 0.79, []float64{0, 0.5 / 0.8, 0, 0.3 / 0.8}},         // two hold 0.8
		{1, 0.81, []float64{0.1 / 0.9, 0.5 / 0.9, 0, 0.3 / 0.9}}, // the first of equals joins
		{1, 0.4, []float64{0, 1, 0, 0}},                          // the one that crosses stays
		{2, 1e-9, []float64{0, 1, 0, 0}},
		{0, 1, []float64{0, 1, 0, 0}},
		{1e-9, 0.5, []float64{0, 1, 0, 0}},
	} {
		got := frequencies(test.temperature, test.topP)
		for i, want := range test.want {
			if math.Abs(got[i]-want) > 0.012 || want == 0 && got[i] != 0 {
				t.Errorf("temperature %v, topP %v: got %.3f, want %.3f", test.temperature, test.topP, got, test.want)
				break
			}
		}
	}
}

func TestSamplerIsSeeded(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64) (tokens []int32) {
		s := newSampler(1, 1, seed, 4)
		for range 50 {
			tokens = append(tokens, s.pick(scores()))
		}
		return tokens
	}
	if diff := cmp.Diff(draw(1), draw(1)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(draw(1), draw(2)) {
		t.Error("another seed draws the same")
	}
}

func TestSamplerMeetsBrokenScores(t *testing.T) {
	t.Parallel()
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, temperature := range []float64{0, 1} {
		s := newSampler(temperature, 0.9, 1, 3)
		if got := s.pick([]float32{nan, nan, inf}); got != -1 {
			t.Errorf("picked %d of nothing", got)
		}
		if got := s.pick([]float32{nan, -inf, 2}); got != 2 {
			t.Errorf("picked %d, want the only number", got)
		}
		if got := s.pick([]float32{5, 5, 4}); temperature == 0 && got != 0 {
			t.Errorf("picked %d, want the first of equals", got)
		}
	}
}
