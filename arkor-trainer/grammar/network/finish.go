package network

import "slices"

// Network is a grammar that can be run. It is immutable.
type Network struct {
	states  []state
	starts  []State
	root    Rule
	tail    []bool      // by state: nothing but the end of the rule can follow
	class   [256]uint8  // bytes that no set tells apart have the same
	members [][4]uint64 // by set: its classes
	classes int
}

// finish checks the grammar and drops what leads nowhere.
func (b *Builder) finish(root Rule) (*Network, error) {
	live := b.productive()
	if !live[b.starts[root]] {
		return nil, ErrNothing
	}
	for i := range b.states {
		s := &b.states[i]
		s.edges = slices.DeleteFunc(s.edges, func(e edge) bool { return !live[e.to] })
		s.empty = slices.DeleteFunc(s.empty, func(to State) bool { return !live[to] })
		s.calls = slices.DeleteFunc(s.calls, func(c call) bool { return !live[c.to] || !live[b.starts[c.rule]] })
	}
	if err := b.checkRecursion(); err != nil {
		return nil, err
	}
	n := &Network{states: b.states, starts: b.starts, root: root}
	n.classify(b.sets)
	n.tail = make([]bool, len(n.states))
	for i := len(n.states) - 1; i >= 0; i-- { // links mostly lead to later states
		s := &n.states[i]
		if len(s.edges)+len(s.calls) == 0 {
			n.tail[i] = s.final && len(s.empty) == 0 || !s.final && len(s.empty) == 1 && n.tail[s.empty[0]]
		}
	}
	return n, nil
}

// productive tells the states from which the end of their rule can be reached.
// Dropping the others means that whatever an answer begins with, it can be
// brought to an end.
func (b *Builder) productive() []bool {
	return b.fixpoint(true)
}

// fixpoint tells the states from which the end of their rule can be reached,
// with or without bytes on the way.
func (b *Builder) fixpoint(bytes bool) []bool {
	holds := make([]bool, len(b.states))
	before := make([][]State, len(b.states))   // states that hold when this one does
	waiting := make([][]call, len(b.starts))   // by rule: calls made of it, as {from, to}
	owner := make([][]Rule, len(b.states))     // rules that start here
	returning := make([][]call, len(b.states)) // by the state after a call
	for i, s := range b.states {
		from := State(i)
		if bytes {
			for _, e := range s.edges {
				before[e.to] = append(before[e.to], from)
			}
		}
		for _, to := range s.empty {
			before[to] = append(before[to], from)
		}
		for _, c := range s.calls {
			waiting[c.rule] = append(waiting[c.rule], call{Rule(from), c.to})
			returning[c.to] = append(returning[c.to], call{c.rule, from})
		}
	}
	for r, start := range b.starts {
		owner[start] = append(owner[start], Rule(r))
	}
	var queue []State
	add := func(s State) {
		if !holds[s] {
			holds[s] = true
			queue = append(queue, s)
		}
	}
	for i, s := range b.states {
		if s.final {
			add(State(i))
		}
	}
	for len(queue) > 0 {
		s := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, from := range before[s] {
			add(from)
		}
		for _, c := range returning[s] { // rule, from
			if holds[b.starts[c.rule]] {
				add(c.to)
			}
		}
		for _, r := range owner[s] {
			for _, c := range waiting[r] { // from, to
				if holds[c.to] {
					add(State(c.rule))
				}
			}
		}
	}
	return holds
}

// checkRecursion finds rules that can call themselves before any byte.
func (b *Builder) checkRecursion() error {
	nullable := b.fixpoint(false)
	const (
		unseen = iota
		open
		done
	)
	seen := make([]uint8, len(b.starts))
	type visit struct {
		rule  Rule
		first []Rule // rules that it may begin with, not yet followed
	}
	for r := range b.starts {
		if seen[r] != unseen {
			continue
		}
		seen[r] = open
		path := []visit{{Rule(r), b.firstCalls(Rule(r), nullable)}}
		for len(path) > 0 {
			v := &path[len(path)-1]
			if len(v.first) == 0 {
				seen[v.rule] = done
				path = path[:len(path)-1]
				continue
			}
			next := v.first[0]
			v.first = v.first[1:]
			switch seen[next] {
			case open:
				return &RecursionError{b.names[next]}
			case unseen:
				seen[next] = open
				path = append(path, visit{next, b.firstCalls(next, nullable)})
			}
		}
	}
	return nil
}

// firstCalls returns the rules that r may call before any byte.
func (b *Builder) firstCalls(r Rule, nullable []bool) []Rule {
	seen := map[State]bool{b.starts[r]: true}
	queue := []State{b.starts[r]}
	add := func(s State) {
		if !seen[s] {
			seen[s] = true
			queue = append(queue, s)
		}
	}
	called := map[Rule]bool{}
	var first []Rule
	for len(queue) > 0 {
		s := &b.states[queue[len(queue)-1]]
		queue = queue[:len(queue)-1]
		for _, to := range s.empty {
			add(to)
		}
		for _, c := range s.calls {
			if !called[c.rule] {
				called[c.rule] = true
				first = append(first, c.rule)
			}
			if nullable[b.starts[c.rule]] {
				add(c.to)
			}
		}
	}
	return first
}

// classify numbers the classes of bytes that all sets treat alike.
func (n *Network) classify(sets []Set) {
	n.classes = 1
	for _, set := range sets {
		split := map[uint8]uint8{} // class of the members, by the class they had
		counts := [256][2]int{}
		for i := range 256 {
			in := 0
			if set.Has(byte(i)) {
				in = 1
			}
			counts[n.class[i]][in]++
		}
		for i := range 256 {
			c := n.class[i]
			if !set.Has(byte(i)) || counts[c][0] == 0 {
				continue
			}
			to, ok := split[c]
			if !ok {
				to = uint8(n.classes)
				split[c] = to
				n.classes++
			}
			n.class[i] = to
		}
	}
	n.members = make([][4]uint64, len(sets))
	for id, set := range sets {
		for i := range 256 {
			if set.Has(byte(i)) {
				c := n.class[i]
				n.members[id][c>>6] |= 1 << (c & 63)
			}
		}
	}
}
