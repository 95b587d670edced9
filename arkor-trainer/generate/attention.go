package generate

import "math"

// attentionTask lets the tokens being read look at all before them in their
// sequence and at themselves. A chunk is one head of one part of the batch.
type attentionTask struct {
	batch *batch
	layer int
}

func (a *attentionTask) run(layer int) {
	a.layer = layer
	b := a.batch
	c := &b.engine.config
	chunks, work := len(b.parts)*c.NumHeads, 0
	for _, p := range b.parts {
		work += 2 * len(p.tokens) * (p.sequence.length + len(p.tokens)) * c.NumHeads * c.HeadDim
	}
	if work < worthSharing {
		for i := range chunks {
			a.chunk(i)
		}
		return
	}
	b.engine.pool.run(b.job, a, chunks)
}

func (a *attentionTask) chunk(i int) {
	b := a.batch
	c := &b.engine.config
	p, head := &b.parts[i/c.NumHeads], i%c.NumHeads
	s := p.sequence
	size, attention := c.NumKVHeads*c.HeadDim, c.NumHeads*c.HeadDim
	shared := head / (c.NumHeads / c.NumKVHeads) // several heads read one pair of key and value
	keys := s.keys[a.layer][shared*c.HeadDim:]
	values := s.values[a.layer][shared*c.HeadDim:]
	scale := float32(1 / math.Sqrt(float64(c.HeadDim)))
	for t := range p.tokens {
		begin := (p.first+t)*attention + head*c.HeadDim
		query, out := b.query[begin:][:c.HeadDim], b.attended[begin:][:c.HeadDim]
		scores := s.scores[head*s.room:][:s.length+t+1]
		for i := range query {
			query[i] *= scale
		}
		b.engine.kernel.dotRows(scores, query, keys, size)
		softmax(scores)
		clear(out)
		b.engine.kernel.addWeighted(out, scores, values, size)
	}
}
