package generate

import "math"

// attentionTask lets the tokens being read look at all before them and at
// themselves. A chunk is one head.
type attentionTask struct {
	session *session
	layer   int
	room    int       // tokens that fit the cache
	scores  []float32 // [NumHeads, room]
}

func (a *attentionTask) run(layer int) {
	a.layer = layer
	s := a.session
	c := &s.engine.config
	if 2*s.tokens*(s.length+s.tokens)*c.NumHeads*c.HeadDim < worthSharing {
		for head := range c.NumHeads {
			a.chunk(head)
		}
		return
	}
	s.engine.pool.run(s.job, a, c.NumHeads)
}

func (a *attentionTask) chunk(head int) {
	s := a.session
	c := &s.engine.config
	size, attention := c.NumKVHeads*c.HeadDim, c.NumHeads*c.HeadDim
	shared := head / (c.NumHeads / c.NumKVHeads) // several heads read one pair of key and value
	keys := s.keys[a.layer][shared*c.HeadDim:]
	values := s.values[a.layer][shared*c.HeadDim:]
	scale := float32(1 / math.Sqrt(float64(c.HeadDim)))
	for t := range s.tokens {
		begin := t*attention + head*c.HeadDim
		query, out := s.query[begin:][:c.HeadDim], s.attended[begin:][:c.HeadDim]
		scores := a.scores[head*a.room:][:s.length+t+1]
		for i := range query {
			query[i] *= scale
		}
		s.engine.kernel.dotRows(scores, query, keys, size)
		softmax(scores)
		clear(out)
		s.engine.kernel.addWeighted(out, scores, values, size)
	}
}
