package train

import (
	"math"
	"sync"

	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
)

const (
	beta1   = 0.9
	beta2   = 0.999
	epsilon = 1e-8
)

// adamW is Adam with decoupled weight decay. m and v have a slice for each
// parameter. It works element by element in float32, so its result does not
// depend on how the work is shared out.
type adamW struct {
	params []llama.Parameter
	decay  float64
	m, v   [][]float32
}

func newAdamW(params []llama.Parameter, decay float64) *adamW {
	return &adamW{params: params, decay: decay, m: zeros(params), v: zeros(params)}
}

func zeros(params []llama.Parameter) [][]float32 {
	out := make([][]float32, len(params))
	for i, p := range params {
		out[i] = make([]float32, len(p.Data))
	}
	return out
}

// update applies one step, counted from 1. Each gradient is multiplied by scale
// first. Vectors, which are norms, do not decay.
func (o *adamW) update(step int, rate, scale float64, gradients [][]float32) {
	correct1 := 1 - math.Pow(beta1, float64(step))
	correct2 := 1 - math.Pow(beta2, float64(step))
	var wg sync.WaitGroup
	for i, p := range o.params {
		keep := float32(1)
		if len(p.Shape) > 1 {
			keep = float32(1 - rate*o.decay)
		}
		wg.Go(func() {
			adam(p.Data, gradients[i], o.m[i], o.v[i], adamFactors{
				gradient: float32(scale), keep: keep,
				rate: float32(rate / correct1), spread: float32(1 / correct2),
			})
		})
	}
	wg.Wait()
}

type adamFactors struct{ gradient, keep, rate, spread float32 }

func adam(data, gradients, m, v []float32, f adamFactors) {
	for i, g := range gradients {
		g *= f.gradient
		m[i] = beta1*m[i] + (1-beta1)*g
		v[i] = beta2*v[i] + (1-beta2)*g*g
		root := float32(math.Sqrt(float64(v[i] * f.spread)))
		data[i] = data[i]*f.keep - f.rate*m[i]/(root+epsilon)
	}
}

// norm is the Euclidean length of all gradients taken as one vector, summed in
// float64 in a fixed order.
func norm(gradients [][]float32) float64 {
	sum := 0.0
	for _, gradient := range gradients {
		for _, g := range gradient {
			sum += float64(g) * float64(g)
		}
	}
	return math.Sqrt(sum)
}
