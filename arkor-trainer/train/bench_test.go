package train

import (
	"bytes"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
	"github.com/arkorlab/arkor-go/arkor-trainer/lora"
)

// BenchmarkStep takes optimizer steps on the builtin model's shape with eight
// sequences of 128 tokens, forward, backward and AdamW. "full" trains all 2.75
// million parameters on every token, as pretrain does; "lora" trains adapters
// of rank 16 on the second half of each sequence, as run does by default.
func BenchmarkStep(b *testing.B) {
	config := llama.Tiny()
	for _, bench := range []struct {
		name string
		lora bool
		from int // first token that is learned
	}{{"full", false, 1}, {"lora", true, 64}} {
		b.Run(bench.name, func(b *testing.B) {
			params := llama.Initialize(config, 1)
			if bench.lora {
				for i := range params {
					params[i].Trained = false
				}
				params = append(params, lora.Initialize(config, 16, 1)...)
			}
			e, err := llama.New(config, params, 1)
			if err != nil {
				b.Fatal(err)
			}
			samples := randomSamples(64, 128, bench.from, config.VocabSize)
			run := &Run{
				Engine: e, Samples: samples,
				Options: Options{Steps: 1, BatchSize: 8, LearningRate: 1e-3, Schedule: Constant, MaxNorm: 1},
			}
			l := &loop{Run: run, optimizer: newAdamW(e.Trained(), 0)}
			l.gradients = zeros(l.optimizer.params)
			if err := l.next(); err != nil { // compiles
				b.Fatal(err)
			}
			debug.SetGCPercent(50) // as the worker does
			l.tokens = 0
			for b.Loop() {
				if err := l.next(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(l.tokens)/b.Elapsed().Seconds(), "tokens/s")
			b.ReportMetric(peakMemory(), "peak-MB")
		})
	}
}

func randomSamples(n, length, from, vocabulary int) []chat.Encoded {
	rng := rand.New(rand.NewPCG(1, 2))
	samples := make([]chat.Encoded, n)
	for i := range samples {
		e := chat.Encoded{Tokens: make([]int32, length), Supervised: make([]bool, length)}
		for j := range e.Tokens {
			e.Tokens[j] = int32(rng.IntN(vocabulary))
			e.Supervised[j] = j >= from
		}
		samples[i] = e
	}
	return samples
}

// peakMemory is the largest resident size of the process so far in MB, or 0
// where the system does not say.
func peakMemory() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, ok := bytes.Cut(status, []byte("VmHWM:"))
	if !ok {
		return 0
	}
	kilobytes, err := strconv.ParseFloat(string(bytes.Fields(rest)[0]), 64)
	if err != nil {
		return 0
	}
	return kilobytes / 1024
}
