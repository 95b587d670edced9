package grammar

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/network"
)

// maxCached is how many forms are remembered, with what was found out about
// their tokens.
const maxCached = 16

// Form is what an answer can be held to: a *Spec or *Calls.
type Form interface {
	Compile() (*network.Network, error)
}

// Cache makes matchers for the answers of one model. It may be used by any
// number of goroutines.
type Cache struct {
	bytes func(token int32) []byte
	stops []int32
	vocab func() *network.Vocabulary

	mu     sync.Mutex
	recent []entry // the last used first
}

type entry struct {
	key     [sha256.Size]byte
	machine *network.Machine
}

// NewCache returns a cache for a vocabulary of so many tokens. bytes returns
// those of a token, nil for one that is no text; stops end an answer.
func NewCache(size int, bytes func(token int32) []byte, stops []int32) *Cache {
	isStop := map[int32]bool{}
	for _, stop := range stops {
		isStop[stop] = true
	}
	c := &Cache{stops: stops, bytes: func(token int32) []byte {
		if isStop[token] {
			return nil
		}
		return bytes(token)
	}}
	c.vocab = sync.OnceValue(func() *network.Vocabulary { return network.NewVocabulary(size, c.bytes) })
	return c
}

// Matcher returns a matcher for one answer. Errors are of type *Error.
func (c *Cache) Matcher(f Form) (*network.Matcher, error) {
	data, err := json.Marshal(f)
	if err != nil {
		return nil, &Error{err}
	}
	key := sha256.Sum256(fmt.Appendf(data, "%T", f))
	machine := c.find(key)
	if machine == nil {
		n, err := f.Compile()
		if err != nil {
			return nil, err
		}
		machine = network.NewMachine(n, c.vocab())
		c.keep(entry{key, machine})
	}
	return machine.Matcher(c.bytes, c.stops), nil
}

func (c *Cache) find(key [sha256.Size]byte) *network.Machine {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, e := range c.recent {
		if e.key == key {
			copy(c.recent[1:i+1], c.recent[:i])
			c.recent[0] = e
			return e.machine
		}
	}
	return nil
}

func (c *Cache) keep(e entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recent = append([]entry{e}, c.recent[:min(len(c.recent), maxCached-1)]...)
}
