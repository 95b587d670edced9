package schema

import (
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/network"
	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/regular"
)

// object appends an object: its properties in the order of the schema, those
// that are not required or not, then others where they are allowed.
func (c *compiler) object(from network.State, s *shape) (network.State, error) {
	b := c.b
	names, required := s.names(), s.required()
	if len(names) > maxProperties {
		return 0, wrong(s.at, "more than %d properties are not supported", maxProperties)
	}
	least := s.least
	if least <= len(required) {
		least = 0
	}
	if least > len(names)+1 {
		return 0, wrong(s.at, "minProperties over the number of named properties is not supported")
	}
	// Properties are counted up to where it stops to matter.
	most := s.most
	if most > len(names)+maxProperties {
		most = len(names) + maxProperties
	}
	limit := max(least, most, 1)
	inside := c.blank(b.Byte(from, network.Of("{")))
	last := b.State()
	at := []network.State{inside} // by the number of properties written; noState where it cannot be
	separate := func(from network.State, written int) network.State {
		if written == 0 {
			return from
		}
		return c.blank(b.Byte(c.blank(from), network.Of(",")))
	}
	full := func(written int) bool { return most >= 0 && written >= most }
	for i, name := range names {
		if c.work += 1 + len(names)/10; c.work > maxWork {
			return 0, wrong(s.at, "too complex: it has too many properties")
		}
		value := c.rule(s.property(name, c.closed))
		after := slices.Repeat([]network.State{noState}, min(i+1, limit)+1)
		reach := func(written int) network.State {
			if after[written] == noState {
				after[written] = b.State()
			}
			return after[written]
		}
		for written, state := range at {
			if state == noState {
				continue
			}
			if !required[name] {
				b.Link(state, reach(written))
			}
			if !full(written) {
				key := b.Text(separate(state, written), quote(name))
				b.CallTo(c.blank(b.Byte(c.blank(key), network.Of(":"))), value, reach(min(written+1, limit)))
			}
		}
		at = after
	}
	others, err := c.others(s, names)
	if err != nil {
		return 0, err
	}
	if len(others) > 0 {
		for written := 0; written < len(at); written++ {
			if at[written] == noState || full(written) {
				continue
			}
			to := min(written+1, limit)
			if to == len(at) {
				at = append(at, noState)
			}
			if at[to] == noState {
				at[to] = b.State()
			}
			end := at[to]
			if least > 1 {
				// Two others may have the same name, so only one is counted on.
				end = last
				if to < least {
					continue
				}
			}
			start := separate(at[written], written)
			for _, o := range others {
				colon := c.blank(b.Byte(c.blank(b.Call(start, o.key)), network.Of(":")))
				b.CallTo(colon, o.value, end)
			}
		}
	}
	for written, state := range at {
		if state != noState && written >= least {
			b.Link(state, last)
		}
	}
	return b.Byte(c.blank(last), network.Of("}")), nil
}

// other is a kind of properties that the schema does not name.
type other struct{ key, value network.Rule }

// others returns the kinds of properties that are not named: one for each
// combination of patterns that their names may match.
func (c *compiler) others(s *shape, names []string) ([]other, error) {
	var patterns []*regular.DFA
	for _, n := range s.nodes {
		for _, p := range n.patterns {
			patterns = append(patterns, p.names)
		}
	}
	if len(patterns) > 4 {
		return nil, wrong(s.at, "more than 4 patterns in patternProperties are not supported")
	}
	plain, err := regular.Full(`[^"\\\x00-\x1f]+`)
	if err != nil {
		return nil, err
	}
	if plain, err = regular.And(plain, regular.Not(regular.Words(names))); err != nil {
		return nil, wrong(s.at, "the names of its properties are %v", err)
	}
	var kinds []other
	for choice := range 1 << len(patterns) {
		keys := plain
		for i, d := range patterns {
			if choice>>i&1 == 0 {
				d = regular.Not(d)
			}
			if keys, err = regular.And(keys, d); err != nil {
				return nil, wrong(s.at, "the patterns of patternProperties are together %v", err)
			}
		}
		var conj []*node
		said, i := false, 0
		for _, n := range s.nodes {
			matched := false
			for _, p := range n.patterns {
				if choice>>i&1 != 0 {
					conj, matched = append(conj, p.node), true
				}
				i++
			}
			said = said || matched || n.additional != nil
			if !matched && n.additional != nil {
				conj = append(conj, n.additional)
			}
		}
		if !said && c.closed || slices.ContainsFunc(conj, func(n *node) bool { return n.never }) || keys.Empty() {
			continue
		}
		key, start := c.b.Rule("a name")
		c.b.Final(c.b.Byte(c.b.Automaton(c.b.Byte(start, network.Of(`"`)), keys, true), network.Of(`"`)))
		kinds = append(kinds, other{key, c.rule(conj)})
	}
	return kinds, nil
}

// quote writes a JSON string.
func quote(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range text {
		out.WriteString(network.Escape(r))
	}
	out.WriteByte('"')
	return out.String()
}

// array appends a list.
func (c *compiler) array(from network.State, s *shape) (network.State, error) {
	if s.minItems > longest {
		return 0, wrong(s.at, "minItems over %d is not supported", longest)
	}
	most := s.maxItems
	if most > longest {
		most = longest
	}
	b := c.b
	inside := c.blank(b.Byte(from, network.Of("[")))
	last := b.State() // after the last element
	next := func(at network.State, i int) network.State {
		if i > 0 {
			at = c.blank(b.Byte(c.blank(at), network.Of(",")))
		}
		if i >= s.fixed() {
			i = -1
		}
		return b.Call(at, c.rule(s.element(i)))
	}
	at := inside
	apart := max(s.minItems, s.fixed())
	if most >= 0 {
		apart = max(s.minItems, most)
	}
	for i := range apart {
		if i >= s.minItems && (most < 0 || i <= most) {
			b.Link(at, last)
		}
		if most >= 0 && i >= most {
			at = b.State() // nothing leads there
			break
		}
		at = next(at, i)
	}
	if most < 0 {
		if apart == 0 {
			b.Link(at, last)
			at = next(at, 0)
		}
		loop := b.State()
		b.Link(at, loop)
		b.Link(next(loop, max(apart, 1)), loop)
		at = loop
	}
	b.Link(at, last)
	return b.Byte(c.blank(last), network.Of("]")), nil
}
