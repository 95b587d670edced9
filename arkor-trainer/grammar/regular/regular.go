// Package regular turns regular expressions into automata over characters, so
// that several conditions on one text can be made one.
package regular

import (
	"errors"
	"slices"
	"unicode/utf8"
)

// Limits on an automaton; see ErrTooLarge.
const (
	maxStates = 20_000
	maxArcs   = 400_000
)

// ErrTooLarge is the error of expressions that would take too many states.
var ErrTooLarge = errors.New("too complex: it takes more than 20,000 states to follow")

// DFA is a deterministic automaton over characters. State 0 is the start.
type DFA struct{ States []State }

// State has arcs in order of their characters, which do not overlap. What no
// arc covers cannot follow.
type State struct {
	Accept bool
	Arcs   []Arc
}

// Arc leads to a state by any character from Lo to Hi.
type Arc struct {
	Lo, Hi rune
	To     int32
}

// Match reports whether the automaton accepts all of text.
func (d *DFA) Match(text string) bool {
	at := int32(0)
	for _, r := range text {
		if at = d.step(at, r); at < 0 {
			return false
		}
	}
	return d.States[at].Accept
}

// step returns the state after r, -1 when r cannot follow.
func (d *DFA) step(at int32, r rune) int32 {
	arcs := d.States[at].Arcs
	i, found := slices.BinarySearchFunc(arcs, r, func(a Arc, r rune) int {
		switch {
		case a.Hi < r:
			return -1
		case a.Lo > r:
			return 1
		}
		return 0
	})
	if !found {
		return -1
	}
	return arcs[i].To
}

// Empty reports whether the automaton accepts no text.
func (d *DFA) Empty() bool {
	seen := make([]bool, len(d.States))
	queue := []int32{0}
	seen[0] = true
	for len(queue) > 0 {
		s := d.States[queue[len(queue)-1]]
		queue = queue[:len(queue)-1]
		if s.Accept {
			return false
		}
		for _, a := range s.Arcs {
			if !seen[a.To] {
				seen[a.To] = true
				queue = append(queue, a.To)
			}
		}
	}
	return true
}

// And accepts what both accept.
func And(a, b *DFA) (*DFA, error) {
	type pair struct{ a, b int32 }
	ids := map[pair]int32{{0, 0}: 0}
	pairs := []pair{{0, 0}}
	d := &DFA{}
	arcs := 0
	for i := 0; i < len(pairs); i++ {
		x, y := a.States[pairs[i].a], b.States[pairs[i].b]
		s := State{Accept: x.Accept && y.Accept}
		for j, k := 0, 0; j < len(x.Arcs) && k < len(y.Arcs); {
			p, q := x.Arcs[j], y.Arcs[k]
			if lo, hi := max(p.Lo, q.Lo), min(p.Hi, q.Hi); lo <= hi {
				to := pair{p.To, q.To}
				id, ok := ids[to]
				if !ok {
					id = int32(len(pairs))
					ids[to], pairs = id, append(pairs, to)
				}
				s.Arcs = append(s.Arcs, Arc{lo, hi, id})
			}
			if p.Hi < q.Hi {
				j++
			} else {
				k++
			}
		}
		d.States = append(d.States, s)
		if arcs += len(s.Arcs); arcs > maxArcs || len(pairs) > maxStates {
			return nil, ErrTooLarge
		}
	}
	return d, nil
}

// Not accepts the texts that d does not.
func Not(d *DFA) *DFA {
	dead := int32(len(d.States))
	n := &DFA{}
	for _, s := range d.States {
		c := State{Accept: !s.Accept}
		next := rune(0)
		for _, a := range s.Arcs {
			if a.Lo > next {
				c.Arcs = append(c.Arcs, Arc{next, a.Lo - 1, dead})
			}
			c.Arcs = append(c.Arcs, a)
			next = a.Hi + 1
		}
		if next <= utf8.MaxRune {
			c.Arcs = append(c.Arcs, Arc{next, utf8.MaxRune, dead})
		}
		n.States = append(n.States, c)
	}
	n.States = append(n.States, State{Accept: true, Arcs: []Arc{{0, utf8.MaxRune, dead}}})
	return n
}

// Length accepts the texts of least to most characters; most below zero is no
// limit.
func Length(least, most int) (*DFA, error) {
	n := max(least, most)
	if n >= maxStates {
		return nil, ErrTooLarge
	}
	d := &DFA{States: make([]State, n+1)}
	for i := range d.States {
		d.States[i].Accept = i >= least
		if i < n {
			d.States[i].Arcs = []Arc{{0, utf8.MaxRune, int32(i + 1)}}
		}
	}
	if most < 0 {
		d.States[n].Arcs = []Arc{{0, utf8.MaxRune, int32(n)}}
	}
	return d, nil
}

// Words accepts exactly the given texts.
func Words(words []string) *DFA {
	d := &DFA{States: make([]State, 1)}
	for _, word := range words {
		at := int32(0)
		for _, r := range word {
			to := d.step(at, r)
			if to < 0 {
				to = int32(len(d.States))
				arcs := append(d.States[at].Arcs, Arc{r, r, to})
				slices.SortFunc(arcs, func(a, b Arc) int { return int(a.Lo - b.Lo) })
				d.States[at].Arcs = arcs
				d.States = append(d.States, State{})
			}
			at = to
		}
		d.States[at].Accept = true
	}
	return d
}
