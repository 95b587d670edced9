package llama

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// value is a node of the forward pass and the gradient of the loss with
// respect to it, which grows while the tape runs backwards.
type value struct {
	node    *graph.Node
	grad    *graph.Node // nil when nothing has flowed back
	trained bool        // whether it depends on a trained parameter
}

func (v *value) width() int { return v.node.Shape().Dimensions[v.node.Rank()-1] }
func (v *value) rows() int  { return v.node.Shape().Dimensions[0] }

func (v *value) flow(gradient *graph.Node) {
	if v.grad != nil {
		gradient = graph.Add(v.grad, gradient)
	}
	v.grad = gradient
}

// tape builds the forward graph and remembers how to build the backward one.
// The gradients are written out by hand, each beside its operation: derived
// ones transpose and broadcast large tensors, which are the slowest things the
// pure Go backend does, and took half of the time of a training step.
type tape struct {
	g        *graph.Graph
	dtype    dtypes.DType
	backward []func()
}

// record keeps the backward step of an operation with result y, to be built
// when y depends on a trained parameter and the loss on y.
func (t *tape) record(y *value, step func(dy *graph.Node)) *value {
	if y.trained {
		t.backward = append(t.backward, func() {
			if y.grad != nil {
				step(y.grad)
			}
		})
	}
	return y
}

// run builds the backward graph, last operation first.
func (t *tape) run() {
	for i := len(t.backward) - 1; i >= 0; i-- {
		t.backward[i]()
	}
}

func (t *tape) constant(data []float64, dims ...int) *graph.Node {
	if t.dtype == dtypes.Float64 {
		return graph.ConstTensor(t.g, tensors.FromFlatDataAndDimensions(data, dims...))
	}
	narrow := make([]float32, len(data))
	for i, x := range data {
		narrow[i] = float32(x)
	}
	return graph.ConstTensor(t.g, tensors.FromFlatDataAndDimensions(narrow, dims...))
}

func (t *tape) ones(dims ...int) *graph.Node {
	return graph.Ones(t.g, shapes.Make(t.dtype, dims...))
}

// matmul returns x[rows, k] times w, contracting axis 1 of x with an axis of w.
func matmul(x, w *graph.Node, axis int) *graph.Node {
	return graph.DotGeneral(x, []int{1}, nil, w, []int{axis}, nil)
}

// crossRows returns the sum over rows of the outer products of a's and b's
// rows: [rows, m] and [rows, n] to [m, n]. One operand has to be transposed,
// or the other and the result; the smaller total is taken. It is spelled out
// because the backend, left to itself, transposes both operands.
func crossRows(a, b *graph.Node) *graph.Node {
	rows, m, n := a.Shape().Dimensions[0], a.Shape().Dimensions[1], b.Shape().Dimensions[1]
	if rows*m <= rows*n+m*n {
		return matmul(graph.Transpose(a, 0, 1), b, 0)
	}
	return graph.Transpose(matmul(graph.Transpose(b, 0, 1), a, 0), 0, 1)
}

// rowSums returns the sum of each row, [rows, 1]. As a product with ones it
// runs on the vector unit, which the backend's reductions do not.
func (t *tape) rowSums(x *graph.Node) *graph.Node {
	return matmul(x, t.ones(1, x.Shape().Dimensions[1]), 1)
}

// outer returns column[rows, 1] times row[1, width].
func outer(column, row *graph.Node) *graph.Node {
	return graph.DotGeneral(column, []int{1}, nil, row, []int{0}, nil)
}

// repeat stacks n copies of x along the first axis: a copy of memory, where a
// broadcast would walk indices.
func repeat(x *graph.Node, n int) *graph.Node {
	if n == 1 {
		return x
	}
	copies := make([]*graph.Node, n)
	for i := range copies {
		copies[i] = x
	}
	return graph.Concatenate(copies, 0)
}
