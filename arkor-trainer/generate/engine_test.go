package generate

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

func engine(t testing.TB, m *model.Model, k kernel, helpers int) *Engine {
	t.Helper()
	e, err := newEngine(m, k, helpers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func kernels() []kernel { return []kernel{portableKernel(), fastestKernel()} }

func TestLogitsMatchReference(t *testing.T) {
	t.Parallel()
	tied := smallConfig()
	tied.TieEmbeddings = true
	scaled := smallConfig()
	scaled.NumKVHeads, scaled.HeadDim = 6, 16
	for _, c := range []model.Config{smallConfig(), tied, scaled} {
		m := randomModel(c, 1)
		tokens := randomTokens(c, 70, 2) // more than one batch of a prompt
		want := reference(m, tokens)
		for _, k := range kernels() {
			got, err := engine(t, m, k, 0).Logits(tokens, nil)
			if err != nil {
				t.Fatal(err)
			}
			near(t, k.name, got, want, 2e-4)
		}
	}
}

// One token at a time through the cache gives what a whole prompt gives.
func TestDecodeEqualsPrefill(t *testing.T) {
	t.Parallel()
	m := randomModel(smallConfig(), 3)
	tokens := randomTokens(m.Config, 140, 4)
	for _, k := range kernels() {
		e := engine(t, m, k, 0)
		want, err := e.Logits(tokens, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := e.newSequence(tokens[:1], nil, 1) // grows on the way
		if err != nil {
			t.Fatal(err)
		}
		var got [][]float32
		b := e.newBatch()
		for i := range tokens {
			got = append(got, slices.Clone(b.next(s, tokens[i:i+1])))
		}
		near(t, k.name, got, want, 0)
	}
}

func TestAdapterEqualsMergedWeights(t *testing.T) {
	t.Parallel()
	m := randomModel(smallConfig(), 5)
	tokens := randomTokens(m.Config, 70, 6)
	base, err := engine(t, m, fastestKernel(), 0).Logits(tokens, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, targets := range [][]string{model.Projections(), {"q_proj", "v_proj"}, {"down_proj"}} {
		fsys, merged := randomAdapter(t, m, 3, 6, targets, 7)
		for _, k := range kernels() {
			want, err := engine(t, merged, k, 0).Logits(tokens, nil)
			if err != nil {
				t.Fatal(err)
			}
			e := engine(t, m, k, 1)
			adapter, err := LoadAdapter(fsys, m.Config)
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.Logits(tokens, adapter)
			if err != nil {
				t.Fatal(err)
			}
			near(t, k.name+" "+strings.Join(targets, " "), got, want, 1e-4)
			if math.Abs(float64(got[69][0]-base[69][0])) < 1e-3 {
				t.Error("the adapter changes nothing")
			}
			again, err := e.Logits(tokens, nil) // the base is untouched
			if err != nil {
				t.Fatal(err)
			}
			near(t, "base after an adapter", again, base, 1e-4)
		}
	}
}

// With helpers every sum is made by one goroutine, so nothing changes at all.
func TestHelpersChangeNothing(t *testing.T) {
	t.Parallel()
	c := smallConfig()
	c.HiddenSize, c.IntermediateSize, c.VocabSize = 120, 700, 3001 // products worth sharing
	m := randomModel(c, 8)
	tokens := randomTokens(c, 70, 9)
	want, err := engine(t, m, fastestKernel(), 0).Logits(tokens, nil)
	if err != nil {
		t.Fatal(err)
	}
	shared := engine(t, m, fastestKernel(), 3)
	results := make(chan [][]float32)
	for range 4 { // and several requests do not disturb each other
		go func() {
			got, err := shared.Logits(tokens, nil)
			if err != nil {
				t.Error(err)
			}
			results <- got
		}()
	}
	for range 4 {
		near(t, "shared", <-results, want, 0)
	}
}

// next reads tokens of one sequence and returns the scores of the next.
func (b *batch) next(s *sequence, tokens []int32) []float32 {
	b.clear()
	b.add(s, tokens)
	b.forward()
	return b.score([]int{b.rows - 1})
}

func TestSequenceRefuses(t *testing.T) {
	t.Parallel()
	m := randomModel(smallConfig(), 1)
	e := engine(t, m, fastestKernel(), 0)
	if _, err := e.Logits(nil, nil); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Error(err)
	}
	if _, err := e.Logits([]int32{1, 53}, nil); err == nil || !strings.Contains(err.Error(), "token 53 at position 1") {
		t.Error(err)
	}
	if _, err := e.Logits(randomTokens(m.Config, 200, 1), nil); err != nil {
		t.Error(err)
	}
	if _, err := e.Logits(randomTokens(m.Config, 201, 1), nil); !errors.Is(err, ErrContextTooLong) {
		t.Error(err)
	}
	if _, err := e.Logits([]int32{1}, &Adapter{rank: 1}); err == nil || !strings.Contains(err.Error(), "0 layers") {
		t.Error(err)
	}
	delete(m.Weights, model.FinalNorm)
	if _, err := New(m); err == nil || !strings.Contains(err.Error(), "model.norm.weight has 0 values") {
		t.Error(err)
	}
}

// The kernels at every small size, with strides, against double precision.
func TestKernels(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(10, 11))
	values := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(random.NormFloat64())
		}
		return v
	}
	close := func(got float32, want float64) bool { return math.Abs(float64(got)-want) < 1e-4 }
	for _, k := range kernels() {
		for n := 1; n <= 70; n++ {
			count, stride := 1+random.IntN(9), n+random.IntN(5)
			rows := values((count-1)*stride + n)
			x, out := values(n), values(count)
			k.dotRows(out, x, rows, stride)
			for r, got := range out {
				var want float64
				for i, v := range x {
					want += float64(v) * float64(rows[r*stride+i])
				}
				if !close(got, want) {
					t.Fatalf("%s: dotRows of %d: %v, want %v", k.name, n, got, want)
				}
			}

			sum, weights := values(n), values(count)
			want := make([]float64, n)
			for i := range want {
				want[i] = float64(sum[i])
				for r, w := range weights {
					want[i] += float64(w) * float64(rows[r*stride+i])
				}
			}
			k.addWeighted(sum, weights, rows, stride)
			for i, got := range sum {
				if !close(got, want[i]) {
					t.Fatalf("%s: addWeighted of %d: %v, want %v", k.name, n, got, want[i])
				}
			}

			tokens, outStride := 1+random.IntN(9), count+random.IntN(3)
			rows, x = values(count*n), values(tokens*n)
			untouched := float32(12345)
			out = values(tokens * outStride)
			for i := range out {
				out[i] = untouched
			}
			k.dotTile(out, outStride, x, rows, n)
			for i, got := range out {
				token, r := i/outStride, i%outStride
				if r >= count {
					if got != untouched {
						t.Fatalf("%s: dotTile wrote outside of its rows", k.name)
					}
					continue
				}
				var want float64
				for j := range n {
					want += float64(x[token*n+j]) * float64(rows[r*n+j])
				}
				if !close(got, want) {
					t.Fatalf("%s: dotTile of %d: %v, want %v", k.name, n, got, want)
				}
			}
		}
	}
}

func TestExp(t *testing.T) {
	t.Parallel()
	for x := -87.3; x < 88.7; x += 0.0137 {
		want := math.Exp(float64(float32(x)))
		if got := float64(exp(float32(x))); math.Abs(got-want) > 3e-7*want {
			t.Fatalf("exp(%v) = %v, want %v", x, got, want)
		}
	}
	for x, want := range map[float64]float64{0: 1, 100: math.Inf(1), math.Inf(1): math.Inf(1), -100: 0, math.Inf(-1): 0} {
		if got := float64(exp(float32(x))); got != want {
			t.Errorf("exp(%v) = %v", x, got)
		}
	}
	if got := exp(float32(math.NaN())); got == got {
		t.Errorf("exp(NaN) = %v", got)
	}
}

type failingTask struct{}

func (failingTask) chunk(i int) {
	if i == 2 {
		panic("chunk two")
	}
}

// A panic in a helper reaches the caller, and the pool goes on.
func TestPoolPanics(t *testing.T) {
	t.Parallel()
	p := newPool(3)
	defer p.close()
	j := newJob()
	for range 50 {
		func() {
			defer func() {
				if value, _ := recover().(string); !strings.Contains(value, "chunk two") {
					t.Errorf("recovered %q", value)
				}
			}()
			p.run(j, failingTask{}, 8)
		}()
	}
}

type countingTask struct{ done []int }

func (c *countingTask) chunk(i int) { c.done[i]++ }

// Every chunk of every run is done exactly once, however late helpers arrive.
func TestPoolRunsEveryChunkOnce(t *testing.T) {
	t.Parallel()
	p := newPool(3)
	defer p.close()
	j := newJob()
	for round := range 2000 {
		task := &countingTask{make([]int, 1+round%9)}
		p.run(j, task, len(task.done))
		for i, n := range task.done {
			if n != 1 {
				t.Fatalf("round %d: chunk %d ran %d times", round, i, n)
			}
		}
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	m := randomModel(smallConfig(), 1)
	fsys, _ := randomAdapter(t, m, 4, 4, model.Projections(), 1)
	adapter, err := LoadAdapter(fsys, m.Config)
	if err != nil {
		t.Fatal(err)
	}
	e := engine(t, m, fastestKernel(), 1)
	s := newScheduler(e)
	for i := range 3 {
		sequence, err := e.newSequence([]int32{1}, adapter, 199)
		if err != nil {
			t.Fatal(err)
		}
		s.arrived = append(s.arrived, &answer{
			ctx: t.Context(), options: &Options{}, text: func(int32) []byte { return nil }, limit: 1000,
			sequence: sequence, tokens: append(make([]int32, 0, 200), 1),
			sampler: newSampler(0.8, 0.9, uint64(i), m.Config.VocabSize),
		})
	}
	s.join()
	if n := testing.AllocsPerRun(100, s.step); n != 0 {
		t.Errorf("%v allocations per step", n)
	}
}
