package schema

import (
	"encoding/json"
	"math/big"
	"slices"
	"unicode/utf8"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/regular"
)

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

// shape is a conjunction of schemas without references and choices, as one.
type shape struct {
	nodes []*node
	at    string
	kinds kinds
	enum  []any // nil when there is none

	least, most        int
	minItems, maxItems int
	minText, maxText   int
	texts              []*regular.DFA
	low, high          *bound
	divisors           []*big.Rat
}

func merge(nodes []*node) *shape {
	s := &shape{nodes: nodes, at: nodes[0].at, kinds: anything, most: -1, maxItems: -1, maxText: -1}
	limit := func(a, b int) int {
		if a < 0 || b >= 0 && b < a {
			return b
		}
		return a
	}
	for _, n := range nodes {
		if n.never {
			s.kinds = 0
		}
		s.kinds &= n.kinds
		if n.enum != nil {
			both := &node{enum: s.enum}
			_ = both.allow(n.enum, "") // the numbers in it have been checked
			s.enum = both.enum
		}
		s.least, s.most = max(s.least, n.least), limit(s.most, n.most)
		s.minItems, s.maxItems = max(s.minItems, n.minItems), limit(s.maxItems, n.maxItems)
		s.minText, s.maxText = max(s.minText, n.minText), limit(s.maxText, n.maxText)
		s.texts = append(s.texts, n.texts...)
		s.low, s.high = higher(s.low, n.low), lower(s.high, n.high)
		s.divisors = append(s.divisors, n.divisors...)
	}
	return s
}

// required returns the names of the properties that have to be there.
func (s *shape) required() map[string]bool {
	names := map[string]bool{}
	for _, n := range s.nodes {
		for _, name := range n.required {
			names[name] = true
		}
	}
	return names
}

// names returns all properties that are named, in the order of the schema.
func (s *shape) names() []string {
	var names []string
	seen := map[string]bool{}
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, n := range s.nodes {
		for _, p := range n.properties {
			add(p.name)
		}
	}
	for _, n := range s.nodes {
		for _, name := range n.required {
			add(name)
		}
	}
	return names
}

// property returns the schemas that the property of a name has to satisfy.
func (s *shape) property(name string, closed bool) []*node {
	var conj []*node
	said := false
	for _, n := range s.nodes {
		named := false
		for _, p := range n.properties {
			if p.name == name {
				conj, named = append(conj, p.node), true
			}
		}
		for _, p := range n.patterns {
			if p.names.Match(name) {
				conj, named = append(conj, p.node), true
			}
		}
		said = said || named || n.additional != nil
		if !named && n.additional != nil {
			conj = append(conj, n.additional)
		}
	}
	if !said && closed {
		return []*node{never}
	}
	return conj
}

var never = &node{at: "", never: true, most: -1, maxItems: -1, maxText: -1}

// element returns the schemas that the i-th element has to satisfy; below zero
// it is the elements after all that are told apart.
func (s *shape) element(i int) []*node {
	var conj []*node
	for _, n := range s.nodes {
		switch {
		case i >= 0 && i < len(n.prefix):
			conj = append(conj, n.prefix[i])
		case n.items != nil:
			conj = append(conj, n.items)
		}
	}
	return conj
}

// fixed is how many elements are told apart.
func (s *shape) fixed() int {
	fixed := 0
	for _, n := range s.nodes {
		fixed = max(fixed, len(n.prefix))
	}
	return fixed
}

// kindOf returns the type of a value.
func kindOf(value any) kinds {
	switch v := value.(type) {
	case bool:
		return boolean
	case string:
		return text
	case []any:
		return array
	case *object:
		return mapping
	case json.Number:
		if r, err := rational(v); err == nil && !r.IsInt() {
			return fraction
		}
		return integer
	}
	return null
}

// allows reports whether a listed value satisfies the rest of the shape. Lists
// and objects beside conditions on what is in them are refused.
func (s *shape) allows(value any) (bool, error) {
	kind := kindOf(value)
	if s.kinds&kind == 0 {
		return false, nil
	}
	switch kind {
	case text:
		t := value.(string)
		n := utf8.RuneCountInString(t)
		if n < s.minText || s.maxText >= 0 && n > s.maxText {
			return false, nil
		}
		return !slices.ContainsFunc(s.texts, func(d *regular.DFA) bool { return !d.Match(t) }), nil
	case integer, fraction:
		r, err := rational(value.(json.Number))
		return err == nil && s.inRange(r), nil
	case mapping, array:
		for _, n := range s.nodes {
			if kind == mapping && n.objects || kind == array && n.elements {
				return false, wrong(n.at, "a listed %s together with conditions on what is in it is not supported", map[kinds]string{mapping: "object", array: "array"}[kind])
			}
		}
	}
	return true, nil
}

func (s *shape) inRange(r *big.Rat) bool {
	if s.low != nil && (r.Cmp(s.low.value) < 0 || s.low.open && r.Cmp(s.low.value) == 0) {
		return false
	}
	if s.high != nil && (r.Cmp(s.high.value) > 0 || s.high.open && r.Cmp(s.high.value) == 0) {
		return false
	}
	for _, d := range s.divisors {
		if !new(big.Rat).Quo(r, d).IsInt() {
			return false
		}
	}
	return true
}
