package llama

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// attention holds what the attention of every layer shares: the sizes of the
// batch and the tables that depend on positions only.
type attention struct {
	t                  *tape
	batch, length      int
	heads, kvHeads     int
	headDim            int
	queryCos, querySin *graph.Node // [batch*heads*length, headDim], with the 1/sqrt(headDim) of the scores
	keyCos, keySin     *graph.Node // [batch*kvHeads*length, headDim]
	swap               *graph.Node // [headDim, headDim], x times it turns (a, b) into (-b, a)
	mask               *graph.Node // [batch*kvHeads, heads/kvHeads*length, length], added to the scores
}

const masked = -1e9 // far below any score, and finite: no NaN from inf - inf

// newAttention builds the tables. frequencies are headDim/2 angles per position.
func newAttention(t *tape, batch, length, heads, kvHeads int, frequencies []float64) *attention {
	half := len(frequencies)
	a := &attention{t: t, batch: batch, length: length, heads: heads, kvHeads: kvHeads, headDim: 2 * half}
	cos, sin := make([]float64, length*2*half), make([]float64, length*2*half)
	for p := range length {
		for i, frequency := range frequencies {
			s, c := math.Sincos(float64(p) * frequency)
			at := p*2*half + i
			cos[at], cos[at+half] = c, c
			sin[at], sin[at+half] = s, s
		}
	}
	swap := make([]float64, 4*half*half)
	for i := range half {
		swap[(i+half)*2*half+i] = -1
		swap[i*2*half+i+half] = 1
	}
	a.swap = t.constant(swap, 2*half, 2*half)
	cosines, sines := t.constant(cos, length, 2*half), t.constant(sin, length, 2*half)
	a.keyCos, a.keySin = repeat(cosines, batch*kvHeads), repeat(sines, batch*kvHeads)
	scale := 1 / math.Sqrt(float64(2*half))
	a.queryCos = repeat(graph.MulScalar(cosines, scale), batch*heads)
	a.querySin = repeat(graph.MulScalar(sines, scale), batch*heads)

	// Causal only: sequences are padded on the right, so a padding key is never
	// seen by a token that counts, and a padding query never reaches the loss.
	mask := make([]float64, length*length)
	for query := range length {
		for key := query + 1; key < length; key++ {
			mask[query*length+key] = masked
		}
	}
	a.mask = graph.Reshape(repeat(t.constant(mask, length, length), batch*heads), batch*kvHeads, -1, length)
	return a
}

// split turns [batch*length, n*headDim] into [batch*n*length, headDim].
func (a *attention) split(x *graph.Node, n int) *graph.Node {
	x = graph.Reshape(x, a.batch, a.length, n, a.headDim)
	return graph.Reshape(graph.TransposeAllDims(x, 0, 2, 1, 3), -1, a.headDim)
}

// merge is the inverse of split.
func (a *attention) merge(x *graph.Node, n int) *graph.Node {
	x = graph.Reshape(x, a.batch, n, a.length, a.headDim)
	return graph.Reshape(graph.TransposeAllDims(x, 0, 2, 1, 3), a.batch*a.length, n*a.headDim)
}

// rotate applies the rotary positions, in the rotate_half convention of Hugging Face.
func (a *attention) rotate(x, cos, sin *graph.Node) *graph.Node {
	return graph.Add(graph.Mul(x, cos), graph.Mul(matmul(x, a.swap, 0), sin))
}

func (a *attention) rotateBack(dy, cos, sin *graph.Node) *graph.Node {
	return graph.Add(graph.Mul(dy, cos), matmul(graph.Mul(dy, sin), a.swap, 1))
}

// groups sees [batch*n*length, headDim] as [batch*kvHeads, n/kvHeads*length,
// headDim]: the query heads that share a key head become more rows of it.
func (a *attention) groups(x *graph.Node) *graph.Node {
	return graph.Reshape(x, a.batch*a.kvHeads, -1, a.headDim)
}

// contract is a product within each group over the given axes.
func contract(x *graph.Node, xAxis int, y *graph.Node, yAxis int) *graph.Node {
	return graph.DotGeneral(x, []int{xAxis}, []int{0}, y, []int{yAxis}, []int{0})
}

// attend is causal attention with rotary positions: q is
// [rows, heads*headDim], k and v are [rows, kvHeads*headDim].
func (a *attention) attend(q, k, v *value) *value {
	query := a.groups(a.rotate(a.split(q.node, a.heads), a.queryCos, a.querySin))
	key := a.groups(a.rotate(a.split(k.node, a.kvHeads), a.keyCos, a.keySin))
	val := a.groups(a.split(v.node, a.kvHeads))
	weights := softmax(graph.Add(contract(query, 2, key, 2), a.mask))
	out := contract(weights, 2, val, 1)
	y := &value{
		node:    a.merge(out, a.heads),
		trained: q.trained || k.trained || v.trained,
	}
	return a.t.record(y, func(dy *graph.Node) {
		dOut := a.groups(a.split(dy, a.heads))
		if v.trained {
			// As (dOutᵀ weights)ᵀ, so that the small factor is transposed and
			// not the length x length weights. The same for the keys below.
			v.flow(a.mergeTransposed(contract(flip(dOut), 2, weights, 1)))
		}
		if !q.trained && !k.trained {
			return
		}
		// dScores = weights (dWeights - sum(weights dWeights)). The sum equals
		// sum(dOut out); as one more column of dOut, against a column of ones
		// in the values, it is subtracted inside the product.
		column := graph.Neg(a.t.rowSums(graph.Reshape(graph.Mul(dOut, out), -1, a.headDim)))
		column = graph.Reshape(column, a.batch*a.kvHeads, -1, 1)
		wide := graph.Concatenate([]*graph.Node{dOut, column}, 2)
		wideValue := graph.Concatenate([]*graph.Node{val, a.t.ones(a.batch*a.kvHeads, a.length, 1)}, 2)
		dScores := graph.Mul(weights, contract(wide, 2, wideValue, 2))
		if q.trained {
			dQuery := graph.Reshape(contract(dScores, 2, key, 1), -1, a.headDim)
			q.flow(a.merge(a.rotateBack(dQuery, a.queryCos, a.querySin), a.heads))
		}
		if k.trained {
			dKey := flip(contract(flip(query), 2, dScores, 1))
			k.flow(a.merge(a.rotateBack(graph.Reshape(dKey, -1, a.headDim), a.keyCos, a.keySin), a.kvHeads))
		}
	})
}

// flip transposes within each group.
func flip(x *graph.Node) *graph.Node { return graph.TransposeAllDims(x, 0, 2, 1) }

// mergeTransposed turns [batch*kvHeads, headDim, length] into [rows, kvHeads*headDim].
func (a *attention) mergeTransposed(x *graph.Node) *graph.Node {
	x = graph.Reshape(x, a.batch, a.kvHeads, a.headDim, a.length)
	return graph.Reshape(graph.TransposeAllDims(x, 0, 3, 1, 2), a.batch*a.length, a.kvHeads*a.headDim)
}

// softmax is over the last axis.
func softmax(x *graph.Node) *graph.Node { return graph.BackendFusedSoftmax(x, x.Rank()-1) }
