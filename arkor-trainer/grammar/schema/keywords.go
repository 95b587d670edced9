package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/regular"
)

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
