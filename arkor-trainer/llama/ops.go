package llama

import (
	"github.com/gomlx/gomlx/core/graph"
)

// All values are [rows, width], where rows are the tokens of all sequences.

func (t *tape) add(a, b *value) *value {
	y := &value{node: graph.Add(a.node, b.node), trained: a.trained || b.trained}
	return t.record(y, func(dy *graph.Node) {
		for _, x := range []*value{a, b} {
			if x.trained {
				x.flow(dy)
			}
		}
	})
}

func (t *tape) scale(x *value, factor float64) *value {
	if factor == 1 {
		return x
	}
	y := &value{node: graph.MulScalar(x.node, factor), trained: x.trained}
	return t.record(y, func(dy *graph.Node) { x.flow(graph.MulScalar(dy, factor)) })
}

// linear returns x times the transpose of w[out, in].
func (t *tape) linear(x, w *value) *value {
	forward, back := w.node, w.node
	forwardAxis, backAxis := 1, 0
	if w.width() <= narrow {
		forward = graph.Transpose(w.node, 0, 1)
		back = forward
		forwardAxis, backAxis = 0, 1
	}
	y := &value{node: matmul(x.node, forward, forwardAxis), trained: x.trained || w.trained}
	return t.record(y, func(dy *graph.Node) {
		if w.trained {
			w.flow(crossRows(dy, x.node))
		}
		if x.trained {
			x.flow(matmul(dy, back, backAxis))
		}
	})
}

// narrow is the inner width from which on a weight is used as it lies. The
// backend's kernels need either a long sum or a wide result to be fast; for the
// B of an adapter the transposed weight gives them that in both directions.
const narrow = 64

// adapted is a linear layer with a low-rank addition: x Wᵀ + scale (x Aᵀ) Bᵀ.
func (t *tape) adapted(x, w, a, b *value, scale float64) *value {
	return t.add(t.linear(x, w), t.linear(t.scale(t.linear(x, a), scale), b))
}

// rmsNorm returns x / sqrt(mean(x²) + eps) * w, row by row; w is [width].
func (t *tape) rmsNorm(x, w *value, eps float64) *value {
	width := x.width()
	row := graph.Reshape(w.node, 1, width)
	mean := graph.MulScalar(t.rowSums(graph.Mul(x.node, x.node)), 1/float64(width))
	inverse := graph.Reciprocal(graph.Sqrt(graph.AddScalar(mean, eps)))
	scale := outer(inverse, row)
	y := &value{node: graph.Mul(x.node, scale), trained: x.trained || w.trained}
	return t.record(y, func(dy *graph.Node) {
		product := graph.Mul(dy, x.node)
		if w.trained {
			w.flow(graph.Reshape(crossRows(inverse, product), width))
		}
		if !x.trained {
			return
		}
		// d(inverse) flows through the mean of squares:
		// dx = dy scale - x inverse³ sum(dy w x) / width
		cube := graph.Mul(inverse, graph.Mul(inverse, inverse))
		pull := graph.MulScalar(graph.Mul(cube, matmul(product, row, 1)), -1/float64(width))
		x.flow(graph.Add(
			graph.Mul(dy, scale),
			graph.Mul(x.node, outer(pull, t.ones(1, width)))))
	})
}

// swiGLU returns gate * sigmoid(gate) * up.
func (t *tape) swiGLU(gate, up *value) *value {
	sigmoid := graph.Sigmoid(gate.node)
	silu := graph.Mul(gate.node, sigmoid)
	y := &value{node: graph.Mul(silu, up.node), trained: gate.trained || up.trained}
	return t.record(y, func(dy *graph.Node) {
		if up.trained {
			up.flow(graph.Mul(dy, silu))
		}
		if gate.trained {
			// The derivative of silu is sigmoid + silu (1 - sigmoid).
			slope := graph.Sub(graph.Add(sigmoid, silu), graph.Mul(silu, sigmoid))
			gate.flow(graph.Mul(graph.Mul(dy, up.node), slope))
		}
	})
}

// gather returns the rows of w[n, width] that ids[count] names.
func (t *tape) gather(w *value, ids *graph.Node) *value {
	indices := graph.InsertAxes(ids, -1)
	y := &value{node: graph.Gather(w.node, indices), trained: w.trained}
	return t.record(y, func(dy *graph.Node) {
		w.flow(graph.Scatter(indices, dy, w.node.Shape(), false, false))
	})
}
