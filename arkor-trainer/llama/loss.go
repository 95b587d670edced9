package llama

import (
	"github.com/gomlx/gomlx/core/graph"
)

// targets says which rows predict what. All have length n, or n x 1.
type targets struct {
	positions *graph.Node // row that predicts; padding repeats a row
	tokens    *graph.Node // token it should predict
	picks     *graph.Node // i*vocabulary + tokens[i], counted within a chunk
	weights   *graph.Node // [n, 1], 1, or 0 for padding
}

const (
	chunkLogits = 4 << 20 // most logits that one chunk of rows should have
	tiny        = 1e-37   // least probability that a loss is computed from
)

// crossEntropy returns the sum of -log p(target) over the predicting rows, [n,
// 1]. Only these rows meet the output matrix head[vocabulary, width], chunk of
// them at a time, and no row is ever compared with the whole vocabulary to find its
// target. The gradient of the sum is recorded.
func (t *tape) crossEntropy(x, head *value, want targets, chunk int) *graph.Node {
	rows := t.gather(x, want.positions)
	n := rows.rows()
	var losses, gradients []*graph.Node
	for from := 0; from < n; from += chunk {
		to := min(from+chunk, n)
		part := func(x *graph.Node) *graph.Node {
			if from == 0 && to == n {
				return x
			}
			return graph.Slice(x, graph.AxisRange(from, to))
		}
		hidden, weights := part(rows.node), part(want.weights)
		tokens := graph.InsertAxes(part(want.tokens), -1)
		p := softmax(matmul(hidden, head.node, 1))
		picked := graph.Gather(graph.Reshape(p, -1, 1), graph.InsertAxes(part(want.picks), -1))
		losses = append(losses, graph.Mul(weights, graph.Neg(graph.Log(graph.MaxScalar(picked, tiny)))))

		// The logits' gradient is p less one at the target, times the weight.
		// It is linear in both, so the weight and the one are applied to rows
		// of the model's width and not to rows of the vocabulary's.
		if rows.trained {
			spread := outer(weights, t.ones(1, x.width()))
			gradients = append(gradients, graph.Mul(spread,
				graph.Sub(matmul(p, head.node, 0), graph.Gather(head.node, tokens))))
		}
		if head.trained {
			weighted := graph.Mul(hidden, outer(weights, t.ones(1, x.width())))
			head.flow(graph.Sub(crossRows(p, weighted),
				graph.Scatter(tokens, weighted, head.node.Shape(), false, false)))
		}
	}
	if rows.trained {
		rows.flow(stack(gradients))
	}
	return stack(losses)
}

func stack(parts []*graph.Node) *graph.Node {
	if len(parts) == 1 {
		return parts[0]
	}
	return graph.Concatenate(parts, 0)
}
