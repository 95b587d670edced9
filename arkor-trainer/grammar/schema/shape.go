package schema

import (
	"encoding/json"
	"math/big"
	"slices"
	"unicode/utf8"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/regular"
)

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
