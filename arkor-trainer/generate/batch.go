package generate

import "math"

// batchRows is the most tokens that go through the layers together: enough to
// make reading the weights cheap, few enough that activations stay in the
// processor's cache and a cancel is soon noticed.
const batchRows = 64

// batch takes tokens of several sequences through the layers together, one row
// for each, so that the weights are read once for all of them. What a row
// becomes depends on its own sequence alone, to the last bit: every sum is made
// in the same order whoever else is in the batch, and however a text is cut
// into batches.
type batch struct {
	engine *Engine
	parts  []part
	rows   int

	hidden, normed, query, key, value, attended, gate, up []float32 // [batchRows, ...]
	cos, sin                                              []float32 // [batchRows, HeadDim/2]
	logits                                                []float32 // [picked rows, VocabSize]

	job      *job
	product  productTask
	attend   attentionTask
	adapters adapterRows
}

// part is what a batch reads of one sequence.
type part struct {
	sequence *sequence
	tokens   []int32
	first    int // row of the first token
}

// last is the row of the last token.
func (p *part) last() int { return p.first + len(p.tokens) - 1 }

func (e *Engine) newBatch() *batch {
	c := &e.config
	attention, cache := c.NumHeads*c.HeadDim, c.NumKVHeads*c.HeadDim
	rows := func(width int) []float32 { return make([]float32, batchRows*width) }
	b := &batch{
		engine: e, job: newJob(),
		hidden: rows(c.HiddenSize), normed: rows(c.HiddenSize),
		query: rows(attention), key: rows(cache), value: rows(cache), attended: rows(attention),
		gate: rows(c.IntermediateSize), up: rows(c.IntermediateSize),
		cos: rows(c.HeadDim / 2), sin: rows(c.HeadDim / 2),
	}
	b.product.kernel, b.attend.batch = &e.kernel, b
	return b
}

// clear begins a new batch.
func (b *batch) clear() { b.parts, b.rows = b.parts[:0], 0 }

// add puts the next tokens of a sequence into the batch; a sequence comes at
// most once. The tokens have been checked, and there is room for them.
func (b *batch) add(s *sequence, tokens []int32) {
	s.reserve(len(tokens))
	b.parts = append(b.parts, part{s, tokens, b.rows})
	b.rows += len(tokens)
}

// forward reads the tokens of the batch into the caches of their sequences and
// leaves the last hidden states in b.hidden.
func (b *batch) forward() {
	c := &b.engine.config
	hidden := b.hidden[:b.rows*c.HiddenSize]
	for _, p := range b.parts {
		for t, token := range p.tokens {
			copy(hidden[(p.first+t)*c.HiddenSize:], b.engine.embedding[int(token)*c.HiddenSize:][:c.HiddenSize])
		}
		b.turn(p)
	}
	b.adapters.arrange(b.parts)
	for i := range b.engine.layers {
		b.attention(i, hidden)
		b.mlp(i, hidden)
	}
	rmsNorm(hidden, hidden, b.engine.norm, c.RMSNormEps)
	for _, p := range b.parts {
		p.sequence.length += len(p.tokens)
	}
}

// turn computes the rotations of the positions that are being read.
func (b *batch) turn(p part) {
	half := len(b.engine.frequencies)
	for t := range p.tokens {
		row := (p.first + t) * half
		for i, frequency := range b.engine.frequencies {
			sin, cos := math.Sincos(float64(p.sequence.length+t) * frequency)
			b.sin[row+i], b.cos[row+i] = float32(sin), float32(cos)
		}
	}
}

func (b *batch) attention(i int, hidden []float32) {
	c := &b.engine.config
	normed := b.normed[:len(hidden)]
	rmsNorm(normed, hidden, b.engine.layers[i].attentionNorm, c.RMSNormEps)
	attention, size, half := c.NumHeads*c.HeadDim, c.NumKVHeads*c.HeadDim, c.HeadDim/2
	query, key, value := b.query[:b.rows*attention], b.key[:b.rows*size], b.value[:b.rows*size]
	b.project(query, i, qProj, normed)
	b.project(key, i, kProj, normed)
	b.project(value, i, vProj, normed)
	for row := range b.rows {
		cos, sin := b.cos[row*half:][:half], b.sin[row*half:][:half]
		rotate(query[row*attention:][:attention], cos, sin)
		rotate(key[row*size:][:size], cos, sin)
	}
	for _, p := range b.parts {
		begin, n := p.sequence.length*size, len(p.tokens)*size
		copy(p.sequence.keys[i][begin:], key[p.first*size:][:n])
		copy(p.sequence.values[i][begin:], value[p.first*size:][:n])
	}
	b.attend.run(i)
	b.project(normed, i, oProj, b.attended[:b.rows*attention])
	add(hidden, normed)
}

func (b *batch) mlp(i int, hidden []float32) {
	c := &b.engine.config
	normed := b.normed[:len(hidden)]
	rmsNorm(normed, hidden, b.engine.layers[i].mlpNorm, c.RMSNormEps)
	gate, up := b.gate[:b.rows*c.IntermediateSize], b.up[:b.rows*c.IntermediateSize]
	b.project(gate, i, gateProj, normed)
	b.project(up, i, upProj, normed)
	swiGLU(gate, up)
	b.project(normed, i, downProj, gate)
	add(hidden, normed)
}

// score returns the scores of the next token after each of rows of the last
// forward, [len(rows)][VocabSize]. They are overwritten by the next call.
func (b *batch) score(rows []int) []float32 {
	c := &b.engine.config
	picked := b.normed[:len(rows)*c.HiddenSize]
	for i, row := range rows {
		copy(picked[i*c.HiddenSize:], b.hidden[row*c.HiddenSize:][:c.HiddenSize])
	}
	if n := len(rows) * c.VocabSize; cap(b.logits) < n {
		b.logits = make([]float32, n)
	}
	logits := b.logits[:len(rows)*c.VocabSize]
	b.multiply(logits, b.engine.output, picked, c.HiddenSize)
	return logits
}

// project applies a projection of layer i to the rows of x, and the adapters of
// the rows beside it: out = W x + B (A x).
func (b *batch) project(out []float32, i, projection int, x []float32) {
	b.adapters.inside(&b.engine.kernel, i, projection, x, len(x)/b.rows)
	b.product.adapters = &b.adapters
	b.multiply(out, b.engine.layers[i].projections[projection], x, len(x)/b.rows)
	b.product.adapters = nil
}

// multiply sets out to the products of w, [width, in], with the rows of x.
func (b *batch) multiply(out, w, x []float32, in int) {
	p := &b.product
	p.out, p.weights, p.x, p.in, p.width = out, w, x, in, len(w)/in
	chunks := 1
	if helpers := b.engine.pool.size; helpers > 0 && len(w)*(len(x)/in) >= worthSharing {
		chunks = 4 * (helpers + 1)
	}
	// Multiples of eight, so that the vectors of addWeighted, which sum in
	// another way than what is left over at the end, begin at the same columns
	// whatever the number of chunks.
	p.step = (p.width/chunks + 8) &^ 7
	b.engine.pool.run(b.job, p, (p.width+p.step-1)/p.step)
}
