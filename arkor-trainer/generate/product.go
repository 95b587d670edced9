package generate

const (
	// worthSharing is the number of multiplications from which handing a part
	// to another processor pays for waking it.
	worthSharing = 1 << 18

	// blockValues is how many weights are multiplied with all rows before the
	// next are read: they stay in the processor's second cache.
	blockValues = 32 << 10
)

// productTask is one matrix product with what adapters add to it; a chunk is a
// range of columns of the result.
type productTask struct {
	kernel          *kernel
	out, weights, x []float32
	in, width, step int
	adapters        *adapterRows // nil: none
}

func (p *productTask) chunk(i int) {
	begin := i * p.step
	end := min(begin+p.step, p.width)
	if len(p.x) == p.in {
		p.kernel.dotRows(p.out[begin:end], p.x, p.weights[begin*p.in:end*p.in], p.in)
	} else {
		block := max(8, blockValues/p.in)
		for first := begin; first < end; first += block {
			last := min(first+block, end)
			p.kernel.dotTile(p.out[first:], p.width, p.x, p.weights[first*p.in:last*p.in], p.in)
		}
	}
	if p.adapters != nil {
		p.adapters.outside(p.kernel, p.out, p.width, begin, end)
	}
}

// adapterRows are the rows of a batch that have an adapter. Each row gets what
// its own adapter makes of it.
type adapterRows struct {
	spans []adapterSpan
	low   []float32 // A x, the inside of the change
	size  int       // values of low in use
}

// adapterSpan is a run of rows with the same adapter.
type adapterSpan struct {
	adapter      *Adapter
	first, count int
	low          int      // where its part of low begins
	pair         *lowRank // of the present projection, nil when it has none
}

// arrange finds the spans of a batch.
func (a *adapterRows) arrange(parts []part) {
	a.spans, a.size = a.spans[:0], 0
	for _, p := range parts {
		adapter := p.sequence.adapter
		if adapter == nil {
			continue
		}
		if n := len(a.spans); n > 0 && a.spans[n-1].adapter == adapter && a.spans[n-1].first+a.spans[n-1].count == p.first {
			a.spans[n-1].count += len(p.tokens)
		} else {
			a.spans = append(a.spans, adapterSpan{adapter: adapter, first: p.first, count: len(p.tokens), low: a.size})
		}
		a.size += len(p.tokens) * adapter.rank
	}
	if len(a.low) < a.size {
		a.low = make([]float32, a.size)
	}
}

// inside computes A x for a projection of a layer.
func (a *adapterRows) inside(k *kernel, layer, projection int, x []float32, in int) {
	for i := range a.spans {
		s := &a.spans[i]
		s.pair = &s.adapter.layers[layer][projection]
		if s.pair.down == nil {
			s.pair = nil
			continue
		}
		rank := s.adapter.rank
		k.dotTile(a.low[s.low:][:s.count*rank], rank, x[s.first*in:][:s.count*in], s.pair.down, in)
	}
}

// outside adds B (A x) to the columns from begin to end of out.
func (a *adapterRows) outside(k *kernel, out []float32, width, begin, end int) {
	for i := range a.spans {
		s := &a.spans[i]
		if s.pair == nil {
			continue
		}
		rank := s.adapter.rank
		for t := range s.count {
			k.addWeighted(out[(s.first+t)*width:][begin:end], a.low[s.low+t*rank:][:rank], s.pair.up[begin:], width)
		}
	}
}
