package generate

import "slices"

const (
	maxPrefixes = 32
	// maxPrefixValues bounds the caches that are kept, to 64 MiB.
	maxPrefixValues = 16 << 20
	// leastPrefix is from how many tokens a text is worth keeping.
	leastPrefix = 16
)

// prefixes keeps the keys and values of texts that were read: the next request
// with the same system prompt, or the next turn of a conversation, begins with
// what one of them has read already. Only the scheduler uses it.
type prefixes struct {
	recent []*prefix // the last used first
	values int       // in their caches
	limit  int
}

type prefix struct {
	adapter      *Adapter
	tokens       []int32
	keys, values [][]float32
	size         int
}

// copyTo gives a new sequence, which is to read tokens, the longest beginning
// that is known. At least one token is left: its scores are needed.
func (p *prefixes) copyTo(s *sequence, tokens []int32) {
	best, length := -1, 0
	for i, known := range p.recent {
		if n := common(known.tokens, tokens[:len(tokens)-1]); known.adapter == s.adapter && n > length {
			best, length = i, n
		}
	}
	if best < 0 {
		return
	}
	known := p.recent[best]
	copy(p.recent[1:best+1], p.recent[:best])
	p.recent[0] = known
	n := length * s.config.NumKVHeads * s.config.HeadDim
	for i := range s.keys {
		copy(s.keys[i], known.keys[i][:n])
		copy(s.values[i], known.values[i][:n])
	}
	s.length = length
}

// keep takes over the caches of a sequence that is at its end and read tokens,
// of which the last ones may be missing.
func (p *prefixes) keep(s *sequence, tokens []int32) {
	tokens = tokens[:s.length]
	size := 2 * s.config.NumLayers * s.room * s.config.NumKVHeads * s.config.HeadDim
	if len(tokens) < leastPrefix || size > maxPrefixValues {
		return
	}
	p.recent = slices.DeleteFunc(p.recent, func(known *prefix) bool {
		covered := known.adapter == s.adapter && len(known.tokens) == common(known.tokens, tokens)
		if covered {
			p.values -= known.size
		}
		return covered
	})
	p.recent = slices.Insert(p.recent, 0, &prefix{s.adapter, tokens, s.keys, s.values, size})
	p.values += size
	for len(p.recent) > p.limit || p.values > maxPrefixValues {
		last := len(p.recent) - 1
		p.values -= p.recent[last].size
		p.recent = slices.Delete(p.recent, last, last+1)
	}
}

// common returns how many tokens two texts begin with together.
func common(a, b []int32) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
