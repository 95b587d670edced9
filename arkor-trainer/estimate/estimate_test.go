package estimate

import (
	"math"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/arkor-trainer/train"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

func sequences(n, length int) []chat.Encoded {
	all := make([]chat.Encoded, n)
	for i := range all {
		e := chat.Encoded{Tokens: make([]int32, length), Supervised: make([]bool, length), Length: length}
		for j := range e.Tokens {
			e.Tokens[j], e.Supervised[j] = int32(100_000+i*j), j > length/2
		}
		all[i] = e
	}
	return all
}

// about135M is the shape of SmolLM2-135M.
func about135M() model.Config {
	return model.Config{
		HiddenSize: 576, IntermediateSize: 1536, NumLayers: 30, NumHeads: 9, NumKVHeads: 3, HeadDim: 64,
		VocabSize: 49152, MaxPositions: 8192, RMSNormEps: 1e-5, RoPETheta: 1e5, TieEmbeddings: true, BOSTokenID: -1,
	}
}

func TestSeconds(t *testing.T) {
	t.Parallel()
	r := Run{Samples: sequences(10, 100), Options: train.Options{BatchSize: 5, Steps: 20}}
	if got := r.Seconds(cloud.Range{Low: 100, High: 1000}); *got != (cloud.Range{Low: 11, High: 102}) {
		t.Errorf("ten epochs of 1000 tokens: %v", got)
	}
	r.HeldOut, r.Options.EvalSteps = sequences(2, 500), 5
	if got := r.Seconds(cloud.Range{Low: 1000, High: 1000}); math.Abs(got.Low-12.4) > 1e-9 {
		t.Errorf("and four evaluations of 1000 tokens: %v", got)
	}
	for _, speed := range []cloud.Range{{}, {Low: -1, High: 1}, {Low: 2, High: 1}, {Low: math.NaN(), High: 1}, {Low: 1, High: math.Inf(1)}} {
		if got := r.Seconds(speed); got != nil {
			t.Errorf("%v: %v", speed, got)
		}
	}
}

// A trial of a large model builds a small one, and never asks it for a token
// that it does not have.
func TestTrialOfALargeModel(t *testing.T) {
	t.Parallel()
	r := Run{Config: about135M(), LoraR: 4, Samples: sequences(64, 300), Options: train.Options{BatchSize: 64, Steps: 100}}
	small, batch := r.cutDown()
	if small.NumParameters() > 8<<20 || small.HiddenSize != 576 || len(batch) < 2 || flops(small, batch) > 2*trialFlops {
		t.Errorf("%d parameters, %d samples", small.NumParameters(), len(batch))
	}
	speed, err := r.Trial()
	if err != nil || speed.Low <= 0 || speed.High <= speed.Low {
		t.Errorf("%v, %v", speed, err)
	}
	if r.Config = llama.Tiny(); r.Config.NumLayers != 6 {
		t.Fatal("the builtin model has changed")
	}
	if small, _ := r.cutDown(); small.NumLayers != 6 {
		t.Errorf("of the builtin model %d layers are tried", small.NumLayers)
	}
}

// Measured: 3.7 GB for batches of 4 x 256 tokens of this shape.
func TestMemoryOfALargeModel(t *testing.T) {
	t.Parallel()
	r := Run{Config: about135M(), LoraR: 16, Samples: sequences(40, 256), Options: train.Options{BatchSize: 4, Steps: 10}}
	if got := r.Memory(); got.High < 3e9 || got.Low > 4e9 || got.Low >= got.High {
		t.Errorf("%v", got)
	}
	wide := r
	wide.Samples = sequences(40, 2048)
	if wide.Memory().High <= r.Memory().High {
		t.Error("longer samples take no more")
	}
}
