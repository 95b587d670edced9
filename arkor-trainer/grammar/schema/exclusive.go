package schema

import (
	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/regular"
)

// maxExclusiveDepth is how deep differences of alternatives are looked for.
const maxExclusiveDepth = 4

// checkExclusive refuses a oneOf unless a value can satisfy no two of its
// schemas: then it means the same as anyOf.
func (c *compiler) checkExclusive(n *node) error {
	if c.exclusive[n] {
		return nil
	}
	c.exclusive[n] = true // also where the schema is met again on the way
	for i, a := range n.one {
		for j, b := range n.one[:i] {
			ok, err := c.disjoint([]*node{a}, []*node{b}, 0)
			if err != nil {
				return err
			}
			if !ok {
				return wrong(join(n.at, "oneOf"), "a value may satisfy both schema %d and schema %d: use anyOf, or tell them apart by a required property with a const", j, i)
			}
		}
	}
	return nil
}

// disjoint reports whether it is certain that no value satisfies both conjunctions.
func (c *compiler) disjoint(a, b []*node, depth int) (bool, error) {
	if depth > maxExclusiveDepth {
		return false, nil
	}
	left, err := c.alternatives(a)
	if err != nil {
		return false, err
	}
	right, err := c.alternatives(b)
	if err != nil {
		return false, err
	}
	for _, l := range left {
		for _, r := range right {
			ok, err := c.apart(merge(l), merge(r), depth)
			if !ok || err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// apart is disjoint for shapes: for each type that both allow there has to be a
// difference.
func (c *compiler) apart(a, b *shape, depth int) (bool, error) {
	if c.work += 50; c.work > maxWork {
		return false, wrong(a.at, "too complex: its alternatives are too many")
	}
	common := a.kinds & b.kinds
	if a.enum != nil || b.enum != nil {
		return listedApart(a, b)
	}
	if common&(null|boolean) != 0 {
		return false, nil
	}
	if common&number != 0 && !rangesApart(a, b) {
		return false, nil
	}
	if common&text != 0 && !textsApart(a, b) {
		return false, nil
	}
	if common&array != 0 && !(a.maxItems >= 0 && a.maxItems < b.minItems || b.maxItems >= 0 && b.maxItems < a.minItems) {
		return false, nil
	}
	if common&mapping != 0 {
		return c.objectsApart(a, b, depth)
	}
	return true, nil
}

func listedApart(a, b *shape) (bool, error) {
	if a.enum == nil {
		a, b = b, a
	}
	listed := map[string]bool{}
	for _, value := range b.enum {
		listed[canonical(value)] = true
	}
	for _, value := range a.enum {
		if ok, err := a.allows(value); !ok && err == nil {
			continue
		}
		if b.enum != nil && !listed[canonical(value)] {
			continue
		}
		if ok, err := b.allows(value); ok || err != nil {
			return false, nil
		}
	}
	return true, nil
}

func rangesApart(a, b *shape) bool {
	below := func(high, low *bound) bool {
		if high == nil || low == nil {
			return false
		}
		order := high.value.Cmp(low.value)
		return order < 0 || order == 0 && (high.open || low.open)
	}
	return below(a.high, b.low) || below(b.high, a.low)
}

func textsApart(a, b *shape) bool {
	if a.maxText >= 0 && a.maxText < b.minText || b.maxText >= 0 && b.maxText < a.minText {
		return true
	}
	if len(a.texts) == 0 || len(b.texts) == 0 {
		return false
	}
	both := a.texts[0]
	for _, d := range append(a.texts[1:len(a.texts):len(a.texts)], b.texts...) {
		var err error
		if both, err = regular.And(both, d); err != nil {
			return false
		}
	}
	return both.Empty()
}

// objectsApart looks for a property that one of two objects has and that would
// not do in the other.
func (c *compiler) objectsApart(a, b *shape, depth int) (bool, error) {
	for range 2 {
		for _, name := range a.names() {
			if !a.required()[name] {
				continue
			}
			ok, err := c.disjoint(orAnything(a.property(name, c.closed)), orAnything(b.property(name, c.closed)), depth+1)
			if ok || err != nil {
				return ok, err
			}
		}
		a, b = b, a
	}
	return false, nil
}

// orAnything is the conjunction of nothing as a schema.
func orAnything(conj []*node) []*node {
	if len(conj) == 0 {
		return []*node{{kinds: anything, most: -1, maxItems: -1, maxText: -1}}
	}
	return conj
}
