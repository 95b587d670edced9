package series

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParse(t *testing.T) {
	t.Parallel()
	none := math.NaN()
	for data, want := range map[string]Point{
		`{"epoch":0.5,"evalLoss":null,"jobId":"j","learningRate":2e-05,"loss":-1.25,"samplesPerSecond":20,"step":7,"timestamp":"1970-01-01T00:01:01.500Z","type":"training.log"}`: {
			Step: 7, Time: 61_500, Values: [Columns]float64{Loss: -1.25, EvalLoss: none, LearningRate: 2e-5, SamplesPerSecond: 20, TokensPerSecond: none, Epoch: 0.5}},
		`{"evalLoss":3,"loss":null,"step":9007199254740991,"timestamp":"yesterday","tokensPerSecond":1e3}`: {
			Step: 9007199254740991, Values: [Columns]float64{Loss: none, EvalLoss: 3, LearningRate: none, SamplesPerSecond: none, TokensPerSecond: 1000, Epoch: none}},
		`{"jobId":"\"loss\":5,","loss":1,"step":0}`: {
			Step: 0, Values: [Columns]float64{Loss: 1, EvalLoss: none, LearningRate: none, SamplesPerSecond: none, TokensPerSecond: none, Epoch: none}},
	} {
		if diff := cmp.Diff(want, Parse([]byte(data)), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s\n%s", data, diff)
		}
	}
}

// What encoding/json reads in a log event is what Parse reads.
func FuzzParse(f *testing.F) {
	f.Add(int64(1), 0.5, 1e-9, "j", true)
	f.Add(int64(0), math.MaxFloat64, -0.0, `","loss":1,"x":"`, false)
	f.Fuzz(func(t *testing.T, step int64, loss, rate float64, id string, evaluated bool) {
		if step < 0 || step > 1<<53 || math.IsNaN(loss) || math.IsInf(loss, 0) || math.IsNaN(rate) || math.IsInf(rate, 0) {
			t.Skip("no backend writes such a number")
		}
		fields := map[string]any{"type": "training.log", "jobId": id, "step": step, "loss": loss, "learningRate": rate, "evalLoss": nil}
		want := Point{step, 0, [Columns]float64{loss, math.NaN(), rate, math.NaN(), math.NaN(), math.NaN()}}
		if evaluated {
			fields["evalLoss"], want.Values[EvalLoss] = loss, loss
		}
		if at := time.UnixMilli(step); at.UTC().Year() < 10_000 {
			fields["timestamp"], want.Time = at.UTC(), step
		}
		data, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, Parse(data), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s\n%s", data, diff)
		}
	})
}

// random is a log of a training; a loss is no number now and then.
func random(r *rand.Rand, n int) []Point {
	points := make([]Point, n)
	for i := range points {
		points[i].Step = int64(i)
		for column := range Columns {
			points[i].Values[column] = r.NormFloat64()
			if column == EvalLoss && r.IntN(20) > 0 || r.IntN(10) == 0 {
				points[i].Values[column] = math.NaN()
			}
		}
	}
	return points
}

func TestPickKeepsEnoughAndTheExtremes(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		points, most := random(r, 1+r.IntN(5000)), 14+r.IntN(2000)
		chosen := Pick(points, most)
		if len(chosen) > most || !slices.IsSorted(chosen) || len(slices.Compact(slices.Clone(chosen))) != len(chosen) {
			t.Fatalf("%d of %d points, at most %d: %v", len(chosen), len(points), most, chosen)
		}
		if len(points) <= most && len(chosen) != len(points) {
			t.Fatalf("%d of %d points where there is room for %d", len(chosen), len(points), most)
		}
		if chosen[0] != 0 || chosen[len(chosen)-1] != len(points)-1 {
			t.Fatalf("from %d to %d of %d", chosen[0], chosen[len(chosen)-1], len(points))
		}
		for column := range Columns {
			low, high := math.Inf(1), math.Inf(-1)
			for _, p := range points {
				if v := p.Values[column]; !math.IsNaN(v) {
					low, high = min(low, v), max(high, v)
				}
			}
			for _, i := range chosen {
				if points[i].Values[column] == low {
					low = math.Inf(1)
				}
				if points[i].Values[column] == high {
					high = math.Inf(-1)
				}
			}
			if !math.IsInf(low, 1) || !math.IsInf(high, -1) {
				t.Fatalf("column %d: %v or %v is missing", column, low, high)
			}
		}
	}
}

// However few are asked for, the answer holds no more, and both ends.
func TestPickFew(t *testing.T) {
	t.Parallel()
	points := random(rand.New(rand.NewPCG(3, 4)), 1000)
	for most := 2; most < 40; most++ {
		chosen := Pick(points, most)
		if len(chosen) > most || chosen[0] != 0 || chosen[len(chosen)-1] != 999 {
			t.Errorf("at most %d: %v", most, chosen)
		}
	}
	falling := make([]Point, 1000)
	for i := range falling {
		falling[i] = Point{Step: int64(i), Values: [Columns]float64{Loss: float64(-i)}}
	}
	if chosen := Pick(falling, 20); len(chosen) < 18 {
		t.Errorf("of a line without edges: %v", chosen)
	}
	if chosen := Pick(nil, 10); len(chosen) != 0 {
		t.Errorf("of nothing: %v", chosen)
	}
}

func TestPickKeepsEveryBucketsSpikesAndEvaluations(t *testing.T) {
	t.Parallel()
	points := make([]Point, 10_000)
	spike := func(i int) bool { return i%500 == 123 }
	evaluation := func(i int) bool { return i%100 == 99 }
	gap := func(i int) bool { return i >= 6000 && i < 7000 }
	for i := range points {
		points[i] = Point{Step: int64(i), Values: [Columns]float64{Loss: float64(i%7) / 10, EvalLoss: math.NaN()}}
		switch {
		case gap(i):
			points[i].Values[Loss] = math.NaN()
		case spike(i):
			points[i].Values[Loss] = 5
		}
		if evaluation(i) {
			points[i].Values[EvalLoss] = 1
		}
	}
	chosen := Pick(points, 1000)
	in := func(i int) bool { _, ok := slices.BinarySearch(chosen, i); return ok }
	broken := false
	for i := range points {
		if (spike(i) && !gap(i) || evaluation(i)) && !in(i) {
			t.Errorf("point %d is missing", i)
		}
		broken = broken || gap(i) && !evaluation(i) && in(i)
	}
	if !broken {
		t.Error("nothing tells of the gap")
	}
}

func BenchmarkParse(b *testing.B) {
	data := []byte(`{"epoch":12.3456,"evalLoss":null,"jobId":"7e1cd6ce-0c0c-4a0c-8b0c-1b0c1b0c1b0c","learningRate":0.000012345,"loss":1.2345678901234567,"samplesPerSecond":20.123,"step":12345,"timestamp":"2026-03-04T05:06:07.000Z","tokensPerSecond":1500.25,"type":"training.log"}`)
	for b.Loop() {
		Parse(data)
	}
}
