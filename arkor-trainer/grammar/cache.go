package grammar

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
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

	compiling chan struct{} // a token for whoever compiles

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
	c := &Cache{stops: stops, compiling: make(chan struct{}, 1), bytes: func(token int32) []byte {
		if isStop[token] {
			return nil
		}
		return bytes(token)
	}}
	c.vocab = sync.OnceValue(func() *network.Vocabulary { return network.NewVocabulary(size, c.bytes) })
	return c
}

// Matcher returns a matcher for one answer. Forms are compiled one at a time:
// who sends many large ones keeps others with new forms waiting, and nobody who
// is being answered. Errors are of type *Error, or that of ctx.
func (c *Cache) Matcher(ctx context.Context, f Form) (*network.Matcher, error) {
	data, err := json.Marshal(f)
	if err != nil {
		return nil, &Error{err}
	}
	key := sha256.Sum256(fmt.Appendf(data, "%T", f))
	machine := c.find(key)
	if machine == nil {
		select {
		case c.compiling <- struct{}{}:
			defer func() { <-c.compiling }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if machine = c.find(key); machine == nil { // another answer may have had it compiled
			if machine, err = c.compile(f); err != nil {
				return nil, err
			}
			c.keep(entry{key, machine})
		}
	}
	return machine.Matcher(c.bytes, c.stops), nil
}

func (c *Cache) compile(f Form) (*network.Machine, error) {
	n, err := f.Compile()
	if err != nil {
		return nil, err
	}
	machine := network.NewMachine(n, c.vocab())
	if machine.Dead() {
		return nil, &Error{errors.New("too ambiguous: there are too many ways to read how an answer begins")}
	}
	return machine, nil
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
