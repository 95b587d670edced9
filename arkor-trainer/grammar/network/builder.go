// Package network decides which text may follow which: a grammar over bytes,
// made of rules that call each other, is run against a vocabulary of tokens.
package network

import (
	"errors"
	"fmt"
)

// State is a place in a rule, Rule a part of the grammar that others call.
type (
	State int32
	Rule  int32
)

// Set is a set of bytes.
type Set [4]uint64

// Bytes returns the set of the bytes from low to high.
func Bytes(low, high byte) (s Set) {
	for b := int(low); b <= int(high); b++ {
		s[b>>6] |= 1 << (b & 63)
	}
	return s
}

// Of returns the set of the bytes of text.
func Of(text string) (s Set) {
	for i := range len(text) {
		s[text[i]>>6] |= 1 << (text[i] & 63)
	}
	return s
}

// Has reports whether b is in the set.
func (s Set) Has(b byte) bool { return s[b>>6]>>(b&63)&1 != 0 }

// Or returns the bytes of both.
func (s Set) Or(o Set) Set {
	for i := range s {
		s[i] |= o[i]
	}
	return s
}

// And returns the bytes that are in both.
func (s Set) And(o Set) Set {
	for i := range s {
		s[i] &= o[i]
	}
	return s
}

// Not returns the bytes that are not in the set.
func (s Set) Not() Set {
	for i := range s {
		s[i] = ^s[i]
	}
	return s
}

type state struct {
	edges []edge  // by a byte
	empty []State // by nothing
	calls []call
	final bool // the rule may end here
}

type edge struct {
	set int32
	to  State
}

type call struct {
	rule Rule
	to   State
}

// Limits on a grammar. Together with the limits of a Machine they bound what an
// answer may cost, whatever was asked for.
const (
	maxStates = 200_000
	maxRules  = 20_000
)

// ErrTooLarge is what Build returns for a grammar over the limits.
var ErrTooLarge = errors.New("too large: what it allows takes more than 200,000 states to follow")

// Builder collects rules. Its methods add to what is there; a grammar over the
// limits ends Build.
type Builder struct {
	states []state
	starts []State
	names  []string
	sets   []Set
	ids    map[Set]int32
	shared map[string]Rule // rules of characters, by what they are
}

type overflow struct{}

// Build runs define, which returns the rule that a whole text has to match.
func Build(define func(*Builder) (Rule, error)) (n *Network, err error) {
	b := &Builder{ids: map[Set]int32{}, shared: map[string]Rule{}}
	defer func() {
		switch v := recover().(type) {
		case nil:
		case overflow:
			n, err = nil, ErrTooLarge
		default:
			panic(v)
		}
	}()
	root, err := define(b)
	if err != nil {
		return nil, err
	}
	return b.finish(root)
}

// Rule makes a rule and returns it with its start. name is for messages.
func (b *Builder) Rule(name string) (Rule, State) {
	if len(b.starts) == maxRules {
		panic(overflow{})
	}
	start := b.State()
	b.starts, b.names = append(b.starts, start), append(b.names, name)
	return Rule(len(b.starts) - 1), start
}

// Start returns where a rule begins.
func (b *Builder) Start(r Rule) State { return b.starts[r] }

// State makes a state.
func (b *Builder) State() State {
	if len(b.states) == maxStates {
		panic(overflow{})
	}
	b.states = append(b.states, state{})
	return State(len(b.states) - 1)
}

// Final marks a state where the rule may end.
func (b *Builder) Final(s State) { b.states[s].final = true }

// Link allows to go on from one state to another for nothing.
func (b *Builder) Link(from, to State) {
	b.states[from].empty = append(b.states[from].empty, to)
}

// Edge allows to go from one state to another by any byte of a set.
func (b *Builder) Edge(from State, set Set, to State) {
	id, ok := b.ids[set]
	if !ok {
		id = int32(len(b.sets))
		b.sets, b.ids[set] = append(b.sets, set), id
	}
	b.states[from].edges = append(b.states[from].edges, edge{id, to})
}

// CallTo allows to go from one state to another by what a rule matches.
func (b *Builder) CallTo(from State, r Rule, to State) {
	b.states[from].calls = append(b.states[from].calls, call{r, to})
}

// Call is CallTo a new state, which it returns.
func (b *Builder) Call(from State, r Rule) State {
	to := b.State()
	b.CallTo(from, r, to)
	return to
}

// Byte is Edge to a new state, which it returns.
func (b *Builder) Byte(from State, set Set) State {
	to := b.State()
	b.Edge(from, set, to)
	return to
}

// Text appends exactly text and returns where it ends.
func (b *Builder) Text(from State, text string) State {
	for i := range len(text) {
		from = b.Byte(from, Bytes(text[i], text[i]))
	}
	return from
}

// Words allows any of words and returns where they end. Common beginnings are
// shared, so that many words cost no more than they have bytes.
func (b *Builder) Words(from State, words []string) State {
	type step struct {
		at State
		b  byte
	}
	next := map[step]State{}
	end := b.State()
	for _, word := range words {
		at := from
		for i := range len(word) {
			s := step{at, word[i]}
			to, ok := next[s]
			if !ok {
				to = b.Byte(at, Bytes(word[i], word[i]))
				next[s] = to
			}
			at = to
		}
		b.Link(at, end)
	}
	return end
}

// Repeat appends what part appends, from least to most times; most below zero
// is no limit. It returns where that ends.
func (b *Builder) Repeat(from State, least, most int, part func(from State) State) State {
	at := from
	for range least {
		at = part(at)
	}
	end := b.State()
	if most < 0 {
		loop := b.State()
		b.Link(at, loop)
		b.Link(part(loop), loop)
		b.Link(loop, end)
		return end
	}
	for range most - least {
		b.Link(at, end)
		at = part(at)
	}
	b.Link(at, end)
	return end
}

// RecursionError is a rule that begins with itself, so that there would be no
// end to following it.
type RecursionError struct{ Rule string }

func (e *RecursionError) Error() string {
	return fmt.Sprintf("%s begins with itself (left recursion): write the repetition with * or +, or put the recursion at the end", e.Rule)
}

// ErrNothing is what Build returns for a grammar that no text matches.
var ErrNothing = errors.New("nothing satisfies it")
