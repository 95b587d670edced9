package train

import (
	"math"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
)

func TestRateAt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		schedule     string
		warmup, step int
		want         float64 // of a learning rate of 1, over 10 steps
	}{
		{Linear, 0, 1, 1}, {Linear, 0, 2, 0.9}, {Linear, 0, 10, 0.1},
		{Linear, 4, 1, 0.2}, {Linear, 4, 4, 0.8}, {Linear, 4, 5, 1}, {Linear, 4, 8, 0.5}, {Linear, 4, 10, 1.0 / 6},
		{Cosine, 0, 1, 1}, {Cosine, 0, 6, 0.5}, {Cosine, 2, 3, 1}, {Cosine, 2, 7, 0.5},
		{Constant, 0, 1, 1}, {Constant, 0, 10, 1}, {Constant, 3, 2, 0.5}, {Constant, 3, 4, 1},
		{Linear, 20, 10, 10.0 / 21}, // the warm-up is longer than the run
	} {
		o := Options{Schedule: test.schedule, WarmupSteps: test.warmup, LearningRate: 1}
		if got := o.rateAt(test.step, 10); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%s, warm-up %d, step %d: %v, want %v", test.schedule, test.warmup, test.step, got, test.want)
		}
	}
}

// Two steps worked out by hand. In the first, m/(1-beta1) is the gradient and
// sqrt(v/(1-beta2)) its size, so the parameter moves by the rate against the
// gradient's sign, whatever its size.
func TestAdamW(t *testing.T) {
	t.Parallel()
	matrix := llama.Parameter{Shape: []int{1, 2}, Data: []float32{1, -2}}
	vector := llama.Parameter{Shape: []int{1}, Data: []float32{3}}
	o := newAdamW([]llama.Parameter{matrix, vector}, 0.5)
	near := func(got, want float32) {
		t.Helper()
		if math.Abs(float64(got-want)) > 1e-6 {
			t.Errorf("%v, want %v", got, want)
		}
	}
	o.update(1, 0.1, 0.5, [][]float32{{4, -8}, {1}}) // gradients 2, -4 and 0.5
	near(matrix.Data[0], 1*0.95-0.1)
	near(matrix.Data[1], -2*0.95+0.1)
	near(vector.Data[0], 3-0.1) // a norm does not decay
	near(o.m[0][0], 0.2)
	near(o.v[0][0], 0.004)

	o.update(2, 0.1, 1, [][]float32{{-1, 0}, {0}})
	// m = 0.9*0.2 - 0.1 = 0.08 and v = 0.999*0.004 + 0.001 = 0.004996;
	// corrected: 0.08/0.19 and 0.004996/0.001999.
	near(matrix.Data[0], 0.85*0.95-float32(0.1*(0.08/0.19)/math.Sqrt(0.004996/0.001999)))
}

func TestNorm(t *testing.T) {
	t.Parallel()
	if got := norm([][]float32{{3}, {0, 4}}); got != 5 {
		t.Errorf("%v, want 5", got)
	}
}
