package generate

import (
	"context"
	"sync"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// benchModel has the shape of the builtin model, about three million parameters.
func benchModel() *model.Model {
	return randomModel(model.Config{HiddenSize: 192, IntermediateSize: 512, NumLayers: 6, NumHeads: 6, NumKVHeads: 2, HeadDim: 32,
		VocabSize: 2048, MaxPositions: 512, RMSNormEps: 1e-5, RoPETheta: 10000, TieEmbeddings: true, BOSTokenID: -1}, 1)
}

func benchEngine(b *testing.B) *Engine {
	b.Helper()
	e, err := New(benchModel())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(e.Close)
	b.Logf("%s kernel, %d helpers, %d parameters", e.kernel.name, e.pool.size, e.config.NumParameters())
	return e
}

func benchAdapter(b *testing.B, e *Engine) *Adapter {
	b.Helper()
	fsys, _ := randomAdapter(b, benchModel(), 16, 16, model.Projections(), 2)
	a, err := LoadAdapter(fsys, e.config)
	if err != nil {
		b.Fatal(err)
	}
	return a
}

// benchDecode answers 256 tokens to a prompt of 100, over and over.
func benchDecode(b *testing.B, e *Engine, a *Adapter) {
	o := Options{Adapter: a, Temperature: 0.7, TopP: 0.95, MaxTokens: 256}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		prompt := randomTokens(e.config, 100, uint64(i)) // one that was read before costs nothing
		if _, err := e.Generate(context.Background(), prompt, o, func(int32) []byte { return nil }, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(256*b.N)/b.Elapsed().Seconds(), "tokens/s")
}

func BenchmarkDecode(b *testing.B) { benchDecode(b, benchEngine(b), nil) }

func BenchmarkDecodeAdapter(b *testing.B) {
	e := benchEngine(b)
	benchDecode(b, e, benchAdapter(b, e))
}

// BenchmarkStreams is eight answers at once, half of them with an adapter.
func BenchmarkStreams(b *testing.B) {
	e := benchEngine(b)
	adapters := []*Adapter{nil, benchAdapter(b, e)}
	b.ResetTimer()
	for n := range b.N {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				o := Options{Adapter: adapters[i%2], Temperature: 0.7, TopP: 0.95, MaxTokens: 256}
				if _, err := e.Generate(context.Background(), randomTokens(e.config, 100, uint64(8*n+i)), o, func(int32) []byte { return nil }, nil); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
	}
	b.ReportMetric(float64(8*256*b.N)/b.Elapsed().Seconds(), "tokens/s")
}

// benchPrefill is the time to the first token.
func benchPrefill(b *testing.B, tokens int, adapter bool) {
	e := benchEngine(b)
	var a *Adapter
	if adapter {
		a = benchAdapter(b, e)
	}
	o := Options{Adapter: a, TopP: 1, MaxTokens: 1}
	b.ResetTimer()
	for i := range b.N {
		prompt := randomTokens(e.config, tokens, uint64(i))
		if _, err := e.Generate(context.Background(), prompt, o, func(int32) []byte { return nil }, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(tokens*b.N)/b.Elapsed().Seconds(), "tokens/s")
}

func BenchmarkPrefill64(b *testing.B)         { benchPrefill(b, 64, false) }
func BenchmarkPrefill256(b *testing.B)        { benchPrefill(b, 256, false) }
func BenchmarkPrefill256Adapter(b *testing.B) { benchPrefill(b, 256, true) }
