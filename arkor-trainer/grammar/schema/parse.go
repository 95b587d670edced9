package schema

import (
	"math/big"
	"slices"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/regular"
)

// kinds is a set of the types of JSON values.
type kinds uint8

const (
	null kinds = 1 << iota
	boolean
	integer
	fraction // a number that is no integer
	text
	array
	mapping

	number   = integer | fraction
	anything = null | boolean | number | text | array | mapping
)

var kindNames = map[string]kinds{
	"null": null, "boolean": boolean, "integer": integer, "number": number, "string": text, "array": array, "object": mapping,
}

// node is one schema of a document, as it was written.
type node struct {
	at    string // JSON pointer
	never bool   // the schema false
	ref   string
	kinds kinds
	enum  []any // nil when there is none
	all   []*node
	some  []*node // anyOf
	one   []*node // oneOf

	properties []property
	patterns   []patternProperty
	required   []string
	additional *node // nil when nothing is said
	least      int   // properties
	most       int   // properties, -1 without limit

	prefix            []*node
	items             *node // nil when nothing is said
	minItems          int
	maxItems          int // -1 without limit
	minText           int
	maxText           int // -1 without limit
	texts             []*regular.DFA
	low, high         *bound
	divisors          []*big.Rat
	objects, elements bool // says something about objects or arrays
}

type property struct {
	name string
	node *node
}

type patternProperty struct {
	names *regular.DFA
	node  *node
}

// bound is a limit on numbers.
type bound struct {
	value *big.Rat
	open  bool // the value itself is outside
}

// annotations say something to readers, nothing about values.
var annotations = []string{
	"$schema", "$id", "id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "example",
	"deprecated", "readOnly", "writeOnly", "discriminator", "externalDocs", "xml", "contentMediaType", "contentEncoding", "$anchor",
}

type parser struct {
	root   any
	strict bool
	nodes  map[string]*node // by pointer
}

// parse reads the schema at a pointer and all schemas in it.
func (p *parser) parse(value any, at string) (*node, error) {
	if n := p.nodes[at]; n != nil {
		return n, nil
	}
	n := &node{at: at, kinds: anything, most: -1, maxItems: -1, maxText: -1}
	p.nodes[at] = n
	switch v := value.(type) {
	case bool:
		n.never = !v
		return n, nil
	case *object:
		for _, key := range v.keys {
			if err := p.keyword(n, v, key, v.values[key]); err != nil {
				return nil, err
			}
		}
		if v.values["nullable"] == true && v.values["type"] != nil {
			n.kinds |= null
		}
		if p.strict {
			if err := n.checkStrict(v); err != nil {
				return nil, err
			}
		}
		return n, nil
	}
	return nil, wrong(at, "a schema is an object, true or false, not %s", short(write(value)))
}

// checkStrict holds an object schema to what strict asks for.
func (n *node) checkStrict(o *object) error {
	if !n.objects && (n.kinds != mapping && n.kinds != mapping|null) {
		return nil
	}
	if n.additional == nil || !n.additional.never {
		return wrong(n.at, "strict needs additionalProperties: false in every object")
	}
	for _, p := range n.properties {
		if !slices.Contains(n.required, p.name) {
			return wrong(n.at, "strict needs every property in required, %q is not", short(p.name))
		}
	}
	return nil
}
