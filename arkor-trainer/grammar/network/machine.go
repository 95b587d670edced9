package network

import (
	"encoding/binary"
	"slices"
	"sync"
)

// Limits on what following an answer may take. What exceeds them costs time or
// choice, never correctness: caches are emptied, and of very many ways to read
// an answer only the first are followed, each of which can be brought to an end.
const (
	maxItems   = 2048
	maxSeen    = 4 * maxItems // while a byte is followed
	maxMemory  = 16 << 20     // bytes that are kept, about
	maxWork    = 2_000_000    // items looked at for one mask: about a tenth of a second
	configWork = 50           // what a new config counts for
)

// What is counted for the memory of the parts of a machine, with the maps that
// they are in.
const (
	configBytes = 200
	itemBytes   = 24 // a slice grows by more than what is put in
	frameBytes  = 100
)

// Dead reports whether no way to begin an answer was found within the limits.
func (m *Machine) Dead() bool { return m.start.dead() }

// Machine runs a network against a vocabulary and remembers what it found out.
// It may be used by any number of goroutines.
type Machine struct {
	net   *Network
	vocab *Vocabulary
	start *config

	mu      sync.Mutex
	frames  map[frame]*frame
	configs map[string]*config
	memory  int // bytes in use, about
	work    int
	serial  uint32
	seen    map[item]struct{}
	todo    []item
}

// frame is a call that waits for its end. Equal stacks are the same pointer.
type frame struct {
	to     State
	parent *frame
	id     uint32
}

// item is one way to read the text so far: a state, and the calls around it.
type item struct {
	state State
	stack *frame
}

// config is all ways to read a text.
type config struct {
	items    []item // those that a byte can follow
	complete bool   // the text may end here
	next     []*config
	mask     []uint64 // tokens that may follow; nil when it is not known
}

// NewMachine returns a machine for the texts of net, written in the tokens of vocab.
func NewMachine(net *Network, vocab *Vocabulary) *Machine {
	m := &Machine{net: net, vocab: vocab, seen: map[item]struct{}{}}
	m.reset()
	m.todo = append(m.todo[:0], item{net.starts[net.root], nil})
	m.start = m.settle()
	return m
}

func (m *Machine) reset() {
	m.frames, m.configs, m.memory = map[frame]*frame{}, map[string]*config{}, 0
}

func (m *Machine) push(to State, parent *frame) *frame {
	key := frame{to: to, parent: parent}
	f := m.frames[key]
	if f == nil {
		m.serial++
		f = &frame{to, parent, m.serial}
		m.frames[key] = f
		m.memory += frameBytes
	}
	return f
}

// settle follows links, calls and ends from the items of m.todo until only
// states that need a byte are left.
func (m *Machine) settle() *config {
	c := &config{}
	clear(m.seen)
	for len(m.todo) > 0 {
		it := m.todo[len(m.todo)-1]
		m.todo = m.todo[:len(m.todo)-1]
		if _, ok := m.seen[it]; ok {
			continue
		}
		if len(m.seen) >= maxSeen || len(c.items) >= maxItems {
			continue
		}
		m.seen[it] = struct{}{}
		s := &m.net.states[it.state]
		if len(s.edges) > 0 {
			c.items = append(c.items, it)
		}
		if s.final {
			if it.stack == nil {
				c.complete = true
			} else {
				m.todo = append(m.todo, item{it.stack.to, it.stack.parent})
			}
		}
		for _, to := range slices.Backward(s.empty) {
			m.todo = append(m.todo, item{to, it.stack})
		}
		// First into what is called: it leads to bytes sooner than what is behind.
		for _, call := range slices.Backward(s.calls) {
			stack := it.stack
			if !m.net.tail[call.to] {
				stack = m.push(call.to, stack)
			}
			m.todo = append(m.todo, item{m.net.starts[call.rule], stack})
		}
	}
	m.work += len(m.seen)
	return m.intern(c)
}

// intern returns the known config that equals c, or keeps c.
func (m *Machine) intern(c *config) *config {
	slices.SortFunc(c.items, func(a, b item) int {
		if a.state != b.state {
			return int(a.state) - int(b.state)
		}
		return int(idOf(a.stack)) - int(idOf(b.stack))
	})
	key := make([]byte, 0, 8*len(c.items)+1)
	for _, it := range c.items {
		key = binary.LittleEndian.AppendUint32(key, uint32(it.state))
		key = binary.LittleEndian.AppendUint32(key, idOf(it.stack))
	}
	if c.complete {
		key = append(key, 1)
	}
	if known := m.configs[string(key)]; known != nil {
		return known
	}
	c.next = make([]*config, m.net.classes)
	m.work += configWork + 4*len(c.items) // which were sorted
	m.memory += configBytes + len(key) + itemBytes*len(c.items) + 8*len(c.next)
	m.configs[string(key)] = c
	return c
}

func idOf(f *frame) uint32 {
	if f == nil {
		return 0
	}
	return f.id
}

func (c *config) dead() bool { return len(c.items) == 0 && !c.complete }

// step returns what is left of the ways to read a text after one more byte.
func (m *Machine) step(c *config, b byte) *config {
	class := m.net.class[b]
	if next := c.next[class]; next != nil {
		return next
	}
	m.todo = m.todo[:0]
	for _, it := range c.items {
		for _, e := range m.net.states[it.state].edges {
			if m.net.members[e.set][class>>6]>>(class&63)&1 != 0 {
				m.todo = append(m.todo, item{e.to, it.stack})
			}
		}
	}
	slices.Reverse(m.todo) // the first are followed first
	m.work += len(c.items)
	next := m.settle()
	c.next[class] = next
	return next
}

// walk is the way through the vocabulary on which the tokens that may follow a
// config are found. It can be interrupted.
type walk struct {
	from *config
	mask []uint64
	node int32     // to look at next
	path []*config // by depth
	work int
}

// pieceWork is how much is looked at before others get their turn: a few
// milliseconds.
const pieceWork = 50_000

// walk goes on with w for a while, and returns whether it is at its end.
func (m *Machine) walk(w *walk) (done bool) {
	nodes := m.vocab.nodes
	if w.mask == nil {
		w.mask = make([]uint64, (m.vocab.size+63)/64)
		w.path = append(w.path[:0], w.from)
	}
	for m.work = 0; w.node < int32(len(nodes)); {
		if m.work > pieceWork {
			w.work += m.work
			return false
		}
		n := &nodes[w.node]
		if w.work+m.work > maxWork && n.depth > 1 {
			w.node = n.next // tokens of one byte still make every text possible
			continue
		}
		at := m.step(w.path[n.depth-1], n.b)
		if at.dead() {
			w.node = n.next
			continue
		}
		if n.token >= 0 {
			w.mask[n.token>>6] |= 1 << (n.token & 63)
		}
		w.path = append(w.path[:n.depth], at)
		w.node++
	}
	m.memory += 8 * len(w.mask)
	w.from.mask = w.mask
	return true
}

// trim empties the caches when they have grown too large. It returns c in the
// new ones: what a text so far came from is never needed again.
func (m *Machine) trim(c *config) *config {
	if m.memory <= maxMemory {
		return c
	}
	m.reset()
	m.start = m.adopt(m.start)
	return m.adopt(c)
}

// adopt copies a config into emptied caches.
func (m *Machine) adopt(c *config) *config {
	fresh := &config{complete: c.complete, mask: c.mask}
	for _, it := range c.items {
		fresh.items = append(fresh.items, item{it.state, m.adoptStack(it.stack)})
	}
	return m.intern(fresh)
}

func (m *Machine) adoptStack(f *frame) *frame {
	var calls []State
	for ; f != nil; f = f.parent {
		calls = append(calls, f.to)
	}
	var stack *frame
	for _, to := range slices.Backward(calls) {
		stack = m.push(to, stack)
	}
	return stack
}
