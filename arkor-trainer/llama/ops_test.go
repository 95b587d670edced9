package llama

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Each operation alone, against the slope of sum(y c) for a fixed random c.
func TestOperationsAreDifferentiatedRight(t *testing.T) {
	t.Parallel()
	frequencies := []float64{1, 0.3}
	for _, test := range []struct {
		name   string
		shapes [][]int
		build  func(*tape, []*value) *value
	}{
		{"add", [][]int{{3, 4}, {3, 4}}, func(t *tape, x []*value) *value { return t.add(x[0], x[1]) }},
		{"add to itself", [][]int{{3, 4}}, func(t *tape, x []*value) *value { return t.add(x[0], t.scale(x[0], 3)) }},
		{"linear", [][]int{{3, 4}, {5, 4}}, func(t *tape, x []*value) *value { return t.linear(x[0], x[1]) }},
		{"linear, wide", [][]int{{3, narrow + 6}, {5, narrow + 6}}, func(t *tape, x []*value) *value { return t.linear(x[0], x[1]) }},
		{"linear, more rows than it is wide", [][]int{{9, 2}, {7, 2}}, func(t *tape, x []*value) *value { return t.linear(x[0], x[1]) }},
		{"adapted", [][]int{{3, 6}, {5, 6}, {2, 6}, {5, 2}}, func(t *tape, x []*value) *value { return t.adapted(x[0], x[1], x[2], x[3], 0.7) }},
		{"rmsNorm", [][]int{{3, 6}, {6}}, func(t *tape, x []*value) *value { return t.rmsNorm(x[0], x[1], 1e-3) }},
		{"swiGLU", [][]int{{3, 6}, {3, 6}}, func(t *tape, x []*value) *value { return t.swiGLU(x[0], x[1]) }},
		{"attention", [][]int{{6, 8}, {6, 8}, {6, 8}}, func(t *tape, x []*value) *value {
			return newAttention(t, 2, 3, 2, 2, frequencies).attend(x[0], x[1], x[2])
		}},
		{"attention with grouped queries", [][]int{{6, 16}, {6, 8}, {6, 8}}, func(t *tape, x []*value) *value {
			return newAttention(t, 2, 3, 4, 2, frequencies).attend(x[0], x[1], x[2])
		}},
		{"gather", [][]int{{5, 3}}, func(t *tape, x []*value) *value {
			return t.gather(x[0], graph.Const(t.g, []int32{1, 4, 1, 0}))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			checkOperation(t, test.shapes, test.build)
		})
	}
}

func checkOperation(t *testing.T, inputs [][]int, build func(*tape, []*value) *value) {
	t.Helper()
	backend, err := gobackend.New("ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	g := graph.NewGraph(backend, "operation")
	tp := &tape{g: g, dtype: dtypes.Float64}
	var values []*value
	var buffers []compute.Buffer
	var data [][]float64
	for _, dims := range inputs {
		shape := shapes.Make(dtypes.Float64, dims...)
		values = append(values, &value{node: graph.Parameter(g, "", shape), trained: true})
		buffer, flat, err := backend.NewSharedBuffer(0, shape)
		if err != nil {
			t.Fatal(err)
		}
		for i := range flat.([]float64) {
			flat.([]float64)[i] = rng.NormFloat64()
		}
		buffers, data = append(buffers, buffer), append(data, flat.([]float64))
	}
	y := build(tp, values)
	c := make([]float64, y.node.Shape().Size())
	for i := range c {
		c[i] = rng.NormFloat64()
	}
	weights := tp.constant(c, y.node.Shape().Dimensions...)
	y.flow(weights)
	tp.run()
	outputs := []*graph.Node{graph.ReduceAllSum(graph.Mul(y.node, weights))}
	for _, v := range values {
		outputs = append(outputs, v.grad)
	}
	if err := g.Compile(outputs...); err != nil {
		t.Fatal(err)
	}
	execute := func() (float64, [][]float64) {
		results, err := g.Executable().Execute(buffers, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		var flats [][]float64
		for _, result := range results {
			flat, err := result.Data()
			if err != nil {
				t.Fatal(err)
			}
			flats = append(flats, append([]float64(nil), flat.([]float64)...))
		}
		return flats[0][0], flats[1:]
	}
	_, gradients := execute()
	const h = 1e-6
	for i, gradient := range gradients {
		for j, got := range gradient {
			kept := data[i][j]
			data[i][j] = kept + h
			up, _ := execute()
			data[i][j] = kept - h
			down, _ := execute()
			data[i][j] = kept
			if want := (up - down) / (2 * h); math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
				t.Fatalf("gradient of input %d at %d is %v, the slope is %v", i, j, got, want)
			}
		}
	}
}
