package schema

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

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

func (p *parser) keyword(n *node, o *object, key string, value any) (err error) {
	at := join(n.at, key)
	switch key {
	case "$ref":
		ref, ok := value.(string)
		if !ok {
			return wrong(at, "not a string")
		}
		n.ref = ref
	case "type":
		n.kinds, err = parseKinds(value, at)
	case "nullable":
		if _, ok := value.(bool); !ok {
			return wrong(at, "not true or false")
		}
	case "enum":
		list, ok := value.([]any)
		if !ok || len(list) == 0 {
			return wrong(at, "not a list of at least one value")
		}
		err = n.allow(list, at)
	case "const":
		err = n.allow([]any{value}, at)
	case "allOf":
		n.all, err = p.list(value, at)
	case "anyOf":
		n.some, err = p.list(value, at)
	case "oneOf":
		n.one, err = p.list(value, at)
	case "properties", "patternProperties", "required", "additionalProperties", "minProperties", "maxProperties":
		n.objects = true
		err = p.objectKeyword(n, key, value, at)
	case "prefixItems", "items", "additionalItems", "minItems", "maxItems", "uniqueItems":
		n.elements = true
		err = p.arrayKeyword(n, o, key, value, at)
	case "minLength":
		n.minText, err = count(value, at)
	case "maxLength":
		n.maxText, err = count(value, at)
	case "pattern", "format":
		err = n.textKeyword(key, value, at)
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
		err = n.numberKeyword(key, value, at)
	default:
		if slices.Contains(annotations, key) || strings.HasPrefix(key, "x-") {
			return nil
		}
		return wrong(at, "the keyword %q is not supported", short(key))
	}
	return err
}

func parseKinds(value any, at string) (k kinds, err error) {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	for _, item := range list {
		name, _ := item.(string)
		kind, ok := kindNames[name]
		if !ok {
			return 0, wrong(at, "%s is not a type of JSON values", short(write(item)))
		}
		k |= kind
	}
	if k == 0 {
		return 0, wrong(at, "the list is empty")
	}
	return k, nil
}

// allow narrows the values to those of a list.
func (n *node) allow(list []any, at string) error {
	if err := checkNumbers(list, at); err != nil {
		return err
	}
	if n.enum != nil {
		known := map[string]bool{}
		for _, value := range n.enum {
			known[canonical(value)] = true
		}
		list = slices.DeleteFunc(slices.Clone(list), func(value any) bool { return !known[canonical(value)] })
	}
	n.enum = list
	if n.enum == nil {
		n.enum = []any{}
	}
	return nil
}

// checkNumbers refuses numbers that cannot be compared.
func checkNumbers(value any, at string) error {
	switch v := value.(type) {
	case json.Number:
		if _, err := rational(v); err != nil {
			return wrong(at, "%v", err)
		}
	case []any:
		for _, item := range v {
			if err := checkNumbers(item, at); err != nil {
				return err
			}
		}
	case *object:
		for _, key := range v.keys {
			if err := checkNumbers(v.values[key], at); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *parser) list(value any, at string) ([]*node, error) {
	list, ok := value.([]any)
	if !ok || len(list) == 0 {
		return nil, wrong(at, "not a list of at least one schema")
	}
	nodes := make([]*node, len(list))
	for i, item := range list {
		var err error
		if nodes[i], err = p.parse(item, join(at, fmt.Sprint(i))); err != nil {
			return nil, err
		}
	}
	return nodes, nil
}

func (p *parser) objectKeyword(n *node, key string, value any, at string) (err error) {
	switch key {
	case "additionalProperties":
		n.additional, err = p.parse(value, at)
		return err
	case "minProperties":
		n.least, err = count(value, at)
		return err
	case "maxProperties":
		n.most, err = count(value, at)
		return err
	case "required":
		list, ok := value.([]any)
		if !ok {
			return wrong(at, "not a list of names")
		}
		for _, item := range list {
			name, ok := item.(string)
			if !ok {
				return wrong(at, "%s is not a name", short(write(item)))
			}
			n.required = append(n.required, name)
		}
		return nil
	}
	o, ok := value.(*object)
	if !ok {
		return wrong(at, "not an object of schemas")
	}
	for _, name := range o.keys {
		child, err := p.parse(o.values[name], join(at, name))
		if err != nil {
			return err
		}
		if key == "properties" {
			n.properties = append(n.properties, property{name, child})
			continue
		}
		names, err := regular.Search(name)
		if err != nil {
			return wrong(join(at, name), "the pattern is %v", err)
		}
		n.patterns = append(n.patterns, patternProperty{names, child})
	}
	return nil
}

func (p *parser) arrayKeyword(n *node, o *object, key string, value any, at string) (err error) {
	list, isList := value.([]any)
	switch {
	case key == "minItems":
		n.minItems, err = count(value, at)
	case key == "maxItems":
		n.maxItems, err = count(value, at)
	case key == "uniqueItems":
		if value != false {
			return wrong(at, "uniqueItems is not supported")
		}
	case key == "prefixItems", key == "items" && isList: // the older way to say it
		if len(list) == 0 {
			return wrong(at, "not a list of at least one schema")
		}
		n.prefix, err = p.list(value, at)
	case key == "items":
		n.items, err = p.parse(value, at)
	case key == "additionalItems":
		if _, tuple := o.values["items"].([]any); tuple {
			n.items, err = p.parse(value, at)
		}
	}
	return err
}

func (n *node) textKeyword(key string, value any, at string) error {
	s, ok := value.(string)
	if !ok {
		return wrong(at, "not a string")
	}
	var d *regular.DFA
	var err error
	if key == "pattern" {
		d, err = regular.Search(s)
		if err != nil {
			return wrong(at, "the pattern is %v", err)
		}
	} else {
		if numberFormat(n, s) {
			return nil
		}
		pattern, known := formats[s]
		if !known {
			return wrong(at, "the format %q is not supported (supported: %s)", short(s), formatNames())
		}
		if d, err = regular.Full(pattern); err != nil {
			return wrong(at, "the format is %v", err)
		}
	}
	n.texts = append(n.texts, d)
	return nil
}

func (n *node) numberKeyword(key string, value any, at string) error {
	v, ok := value.(json.Number)
	if !ok {
		return wrong(at, "not a number")
	}
	r, err := rational(v)
	if err != nil {
		return wrong(at, "%v", err)
	}
	switch key {
	case "multipleOf":
		if r.Sign() <= 0 {
			return wrong(at, "not a number above 0")
		}
		n.divisors = append(n.divisors, r)
	case "minimum", "exclusiveMinimum":
		n.low = higher(n.low, &bound{r, key == "exclusiveMinimum"})
	default:
		n.high = lower(n.high, &bound{r, key == "exclusiveMaximum"})
	}
	return nil
}

// higher returns the lower limit that leaves less.
func higher(a, b *bound) *bound {
	if a == nil || b != nil && (b.value.Cmp(a.value) > 0 || b.value.Cmp(a.value) == 0 && b.open) {
		return b
	}
	return a
}

// lower returns the upper limit that leaves less.
func lower(a, b *bound) *bound {
	if a == nil || b != nil && (b.value.Cmp(a.value) < 0 || b.value.Cmp(a.value) == 0 && b.open) {
		return b
	}
	return a
}

func count(value any, at string) (int, error) {
	v, ok := value.(json.Number)
	if ok {
		if r, err := rational(v); err == nil && r.IsInt() && r.Sign() >= 0 && r.Num().IsInt64() {
			return int(min(r.Num().Int64(), 1<<30)), nil
		}
	}
	return 0, wrong(at, "%s is not a whole number from 0 on", short(write(value)))
}
