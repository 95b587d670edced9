package schema

import "slices"

// maxAlternatives bounds what anyOf, oneOf and allOf multiply to.
const maxAlternatives = 512

// path is the schemas that lead to one, innermost first.
type path struct {
	node  *node
	outer *path
}

func (p *path) has(n *node) bool {
	for ; p != nil; p = p.outer {
		if p.node == n {
			return true
		}
	}
	return false
}

type pending struct {
	node *node
	path *path
}

// alternatives writes a conjunction of schemas as alternatives, each of which
// is a conjunction without references and choices.
func (c *compiler) alternatives(conj []*node) ([][]*node, error) {
	var todo []pending
	for _, n := range conj {
		todo = append(todo, pending{n, nil})
	}
	var found [][]*node
	err := c.expand(todo, nil, &found)
	return found, err
}

func (c *compiler) expand(todo []pending, flat []*node, found *[][]*node) error {
	for len(todo) > 0 {
		next := todo[0]
		todo = todo[1:]
		n := next.node
		if next.path.has(n) {
			return wrong(n.at, "the schema refers to itself with nothing in between")
		}
		if slices.Contains(flat, n) {
			continue
		}
		if c.work++; c.work > maxWork {
			return wrong(n.at, "too complex: its alternatives are too many")
		}
		flat = append(flat[:len(flat):len(flat)], n)
		inner := &path{n, next.path}
		var more []pending
		if n.ref != "" {
			target, err := c.target(n)
			if err != nil {
				return err
			}
			more = append(more, pending{target, inner})
		}
		for _, child := range n.all {
			more = append(more, pending{child, inner})
		}
		todo = append(more, todo...)
		choices, err := c.choices(n)
		if err != nil {
			return err
		}
		if len(choices) == 0 {
			continue
		}
		// Each combination of the choices of this schema goes on by itself.
		for _, choice := range choices {
			rest := make([]pending, 0, len(choice)+len(todo))
			for _, child := range choice {
				rest = append(rest, pending{child, inner})
			}
			if err := c.expand(append(rest, todo...), flat, found); err != nil {
				return err
			}
		}
		return nil
	}
	if len(*found) == maxAlternatives {
		return wrong(flat[0].at, "too complex: its alternatives multiply to more than %d", maxAlternatives)
	}
	*found = append(*found, flat)
	return nil
}

// choices returns the ways to choose one of anyOf and one of oneOf.
func (c *compiler) choices(n *node) ([][]*node, error) {
	if len(n.one) > 0 {
		if err := c.checkExclusive(n); err != nil {
			return nil, err
		}
	}
	var choices [][]*node
	switch {
	case len(n.some) > 0 && len(n.one) > 0:
		for _, a := range n.some {
			for _, b := range n.one {
				choices = append(choices, []*node{a, b})
			}
		}
	default:
		for _, a := range append(n.some[:len(n.some):len(n.some)], n.one...) {
			choices = append(choices, []*node{a})
		}
	}
	return choices, nil
}

// target is the schema that a reference points to.
func (c *compiler) target(n *node) (*node, error) {
	value, pointer, err := resolve(c.parser.root, n.ref)
	if err != nil {
		return nil, wrong(join(n.at, "$ref"), "%v", err)
	}
	return c.parser.parse(value, pointer)
}
