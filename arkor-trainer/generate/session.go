package generate

import (
	"errors"
	"fmt"
	"math"
)

const (
	// prefillWidth is how many tokens of a prompt go through the layers
	// together: enough to make reading the weights cheap, few enough that
	// activations stay in the processor's cache and a cancel is soon noticed.
	prefillWidth = 64

	// worthSharing is the number of multiplications from which handing a part
	// to another processor pays for waking it.
	worthSharing = 1 << 18
)

// ErrContextTooLong is the cause of errors about prompts that leave no room.
var ErrContextTooLong = errors.New("the context is too long")

// session is one sequence on its way through the model: the keys and values of
// what was read so far, and room for the activations of the next tokens.
type session struct {
	engine  *Engine
	adapter *Adapter
	length  int // tokens in the cache
	tokens  int // tokens of the last forward
	width   int // most tokens of one forward

	keys, values [][]float32 // per layer, [length, NumKVHeads*HeadDim]

	hidden, normed, query, attended, gate, up []float32 // [width, ...]
	low                                       []float32 // [width, rank], inside of an adapter
	cos, sin                                  []float32 // [width, HeadDim/2]
	logits                                    []float32 // [VocabSize]

	next    [1]int32 // the token of a step
	job     *job
	product productTask
	attend  attentionTask
}

// newSession checks the prompt and makes room for it and for more tokens.
func (e *Engine) newSession(prompt []int32, adapter *Adapter, more int) (*session, error) {
	c := e.config
	if len(prompt) == 0 {
		return nil, errors.New("the prompt is empty")
	}
	if len(prompt)+min(more, 1) > c.MaxPositions {
		return nil, fmt.Errorf("%w: the conversation has %d tokens and the model reads %d together with its answer",
			ErrContextTooLong, len(prompt), c.MaxPositions)
	}
	for i, token := range prompt {
		if token < 0 || int(token) >= c.VocabSize {
			return nil, fmt.Errorf("token %d at position %d is not in the vocabulary of %d", token, i, c.VocabSize)
		}
	}
	if adapter != nil && len(adapter.layers) != c.NumLayers {
		return nil, fmt.Errorf("the adapter is for a model of %d layers, this one has %d", len(adapter.layers), c.NumLayers)
	}
	width := min(len(prompt), prefillWidth)
	attention := c.NumHeads * c.HeadDim
	s := &session{
		engine: e, adapter: adapter, width: width, job: newJob(),
		keys: make([][]float32, c.NumLayers), values: make([][]float32, c.NumLayers),
		hidden:   make([]float32, width*c.HiddenSize),
		normed:   make([]float32, width*c.HiddenSize),
		query:    make([]float32, width*attention),
		attended: make([]float32, width*attention),
		gate:     make([]float32, width*c.IntermediateSize),
		up:       make([]float32, width*max(c.IntermediateSize, c.HiddenSize)),
		cos:      make([]float32, width*c.HeadDim/2),
		sin:      make([]float32, width*c.HeadDim/2),
		logits:   make([]float32, c.VocabSize),
	}
	if adapter != nil {
		s.low = make([]float32, width*adapter.rank)
	}
	s.product.kernel = &e.kernel
	s.attend.session = s
	// Long answers are rare: room for all of a large maxTokens would often be
	// wasted, so grow doubles it when it is used up.
	s.grow(min(len(prompt)+min(more, 256), c.MaxPositions))
	return s, nil
}

// grow makes room in the cache for n tokens.
func (s *session) grow(n int) {
	c := &s.engine.config
	size := c.NumKVHeads * c.HeadDim
	for i := range s.keys {
		for _, cache := range []*[]float32{&s.keys[i], &s.values[i]} {
			bigger := make([]float32, n*size)
			copy(bigger, *cache)
			*cache = bigger
		}
	}
	s.attend.scores = make([]float32, c.NumHeads*n)
	s.attend.room = n
}

// forward reads tokens, at most width of them, into the cache and leaves their
// last hidden states in s.hidden. The tokens have been checked, and the
// sequence stays within the model's positions.
func (s *session) forward(tokens []int32) {
	c := &s.engine.config
	s.tokens = len(tokens)
	if need := s.length + s.tokens; need > s.attend.room {
		s.grow(min(max(need, 2*s.attend.room), c.MaxPositions))
	}
	hidden := s.hidden[:s.tokens*c.HiddenSize]
	for t, token := range tokens {
		copy(hidden[t*c.HiddenSize:], s.engine.embedding[int(token)*c.HiddenSize:][:c.HiddenSize])
	}
	s.turn()
	for i := range s.engine.layers {
		s.attention(i, hidden)
		s.mlp(i, hidden)
	}
	rmsNorm(hidden, hidden, s.engine.norm, c.RMSNormEps)
	s.length += s.tokens
}

// turn computes the rotations of the positions that are being read.
func (s *session) turn() {
	half := len(s.engine.frequencies)
	for t := range s.tokens {
		for i, frequency := range s.engine.frequencies {
			sin, cos := math.Sincos(float64(s.length+t) * frequency)
			s.sin[t*half+i], s.cos[t*half+i] = float32(sin), float32(cos)
		}
	}
}

func (s *session) attention(i int, hidden []float32) {
	c := &s.engine.config
	l := &s.engine.layers[i]
	normed := s.normed[:len(hidden)]
	rmsNorm(normed, hidden, l.attentionNorm, c.RMSNormEps)
	size, attention, half := c.NumKVHeads*c.HeadDim, c.NumHeads*c.HeadDim, c.HeadDim/2
	query := s.query[:s.tokens*attention]
	keys := s.keys[i][s.length*size:][:s.tokens*size]
	values := s.values[i][s.length*size:][:s.tokens*size]
	s.project(query, i, qProj, normed)
	s.project(keys, i, kProj, normed)
	s.project(values, i, vProj, normed)
	for t := range s.tokens {
		cos, sin := s.cos[t*half:][:half], s.sin[t*half:][:half]
		rotate(query[t*attention:][:attention], cos, sin)
		rotate(keys[t*size:][:size], cos, sin)
	}
	s.attend.run(i)
	s.project(normed, i, oProj, s.attended[:s.tokens*attention])
	add(hidden, normed)
}

func (s *session) mlp(i int, hidden []float32) {
	c := &s.engine.config
	normed := s.normed[:len(hidden)]
	rmsNorm(normed, hidden, s.engine.layers[i].mlpNorm, c.RMSNormEps)
	gate, up := s.gate[:s.tokens*c.IntermediateSize], s.up[:s.tokens*c.IntermediateSize]
	s.project(gate, i, gateProj, normed)
	s.project(up, i, upProj, normed)
	swiGLU(gate, up)
	s.project(normed, i, downProj, gate)
	add(hidden, normed)
}

// logitsOf returns the scores of the next token after the t-th of the last
// forward. The slice is used again by the next call.
func (s *session) logitsOf(t int) []float32 {
	n := s.engine.config.HiddenSize
	s.multiply(s.logits, s.engine.output, s.hidden[t*n:][:n], n)
	return s.logits
}

// project applies a projection of layer i to the vectors of x, and the adapter
// beside it: out = W x + B (A x).
func (s *session) project(out []float32, i, projection int, x []float32) {
	in := len(x) / s.tokens
	s.multiply(out, s.engine.layers[i].projections[projection], x, in)
	if s.adapter == nil {
		return
	}
	pair := &s.adapter.layers[i][projection]
	if pair.down == nil {
		return
	}
	low := s.low[:s.tokens*s.adapter.rank]
	s.multiply(low, pair.down, x, in)
	width := len(out) / s.tokens
	for t := range s.tokens {
		weights := low[t*s.adapter.rank:][:s.adapter.rank]
		s.engine.kernel.addWeighted(out[t*width:][:width], weights, pair.up, width)
	}
}

// multiply sets out to the products of w, [rows, in], with the vectors of x.
func (s *session) multiply(out, w, x []float32, in int) {
	p := &s.product
	p.out, p.weights, p.x, p.in = out, w, x, in
	p.rows = len(w) / in
	chunks := 1
	if helpers := s.engine.pool.size; helpers > 0 && len(w)*(len(x)/in) >= worthSharing {
		chunks = min(4*(helpers+1), p.rows/4+1)
	}
	p.step = (p.rows/chunks + 4) &^ 3
	s.engine.pool.run(s.job, p, (p.rows+p.step-1)/p.step)
}

// productTask is one matrix product; a chunk is a range of rows.
type productTask struct {
	kernel          *kernel
	out, weights, x []float32
	in, rows, step  int
}

func (p *productTask) chunk(i int) {
	first := i * p.step
	last := min(first+p.step, p.rows)
	weights := p.weights[first*p.in : last*p.in]
	if len(p.x) == p.in {
		p.kernel.dotRows(p.out[first:last], p.x, weights, p.in)
		return
	}
	p.kernel.dotTile(p.out[first:], p.rows, p.x, weights, p.in)
}
