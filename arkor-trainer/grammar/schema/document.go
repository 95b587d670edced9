// Package schema turns a JSON Schema into the grammar of the JSON texts that
// satisfy it. What cannot be kept to while a text is written is refused by name.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Limits on a schema.
const (
	maxBytes = 256 << 10
	maxDepth = 100
)

// Error is what is wrong with a schema, at a JSON pointer.
type Error struct {
	Pointer string
	Problem string
}

func (e *Error) Error() string {
	if e.Pointer == "" {
		return e.Problem
	}
	return "at " + e.Pointer + ": " + e.Problem
}

func wrong(pointer, format string, args ...any) error {
	return &Error{pointer, fmt.Sprintf(format, args...)}
}

// object is a JSON object that keeps the order of its keys.
type object struct {
	keys   []string
	values map[string]any
}

// decode reads one JSON value: nil, bool, string, json.Number, []any or *object.
func decode(text []byte) (any, error) {
	if len(text) > maxBytes {
		return nil, wrong("", "the schema has more than %d KiB", maxBytes>>10)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	value, err := decodeValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, wrong("", "there is more than one JSON value")
	}
	return value, nil
}

func decodeValue(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, wrong("", "not JSON: %v", err)
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	if depth == maxDepth {
		return nil, wrong("", "nested more than %d levels deep", maxDepth)
	}
	if delim == '[' {
		list := []any{}
		for d.More() {
			value, err := decodeValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err = d.Token()
		return list, err
	}
	o := &object{values: map[string]any{}}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, wrong("", "not JSON: %v", err)
		}
		value, err := decodeValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		name := key.(string)
		if _, twice := o.values[name]; !twice {
			o.keys = append(o.keys, name)
		}
		o.values[name] = value
	}
	if _, err = d.Token(); err != nil {
		return nil, wrong("", "not JSON: %v", err)
	}
	return o, nil
}

// resolve returns what a reference within the document points to.
func resolve(root any, ref string) (value any, pointer string, err error) {
	pointer, ok := strings.CutPrefix(ref, "#")
	if !ok || pointer != "" && pointer[0] != '/' {
		return nil, "", fmt.Errorf("the reference %q is not supported, only those within the schema (#/...) are", short(ref))
	}
	if unescaped, err := unescapePercent(pointer); err == nil {
		pointer = unescaped
	}
	value = root
	for part := range strings.SplitSeq(pointer, "/") {
		if part == "" && value == root {
			continue
		}
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch v := value.(type) {
		case *object:
			value, ok = v.values[part]
		case []any:
			i, err := strconv.Atoi(part)
			if ok = err == nil && i >= 0 && i < len(v); ok {
				value = v[i]
			}
		default:
			ok = false
		}
		if !ok {
			return nil, "", fmt.Errorf("the reference %q leads nowhere", short(ref))
		}
	}
	return value, pointer, nil
}

func unescapePercent(text string) (string, error) {
	var out []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			out = append(out, text[i])
			continue
		}
		if i+2 >= len(text) {
			return "", errors.New("incomplete escape")
		}
		b, err := strconv.ParseUint(text[i+1:i+3], 16, 8)
		if err != nil {
			return "", err
		}
		out = append(out, byte(b))
		i += 2
	}
	return string(out), nil
}

// join extends a JSON pointer.
func join(pointer, key string) string {
	return pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// write returns a value as compact JSON, numbers and the order of keys as they are.
func write(value any) string {
	switch v := value.(type) {
	case *object:
		parts := make([]string, len(v.keys))
		for i, key := range v.keys {
			parts[i] = quote(key) + ":" + write(v.values[key])
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = write(item)
		}
		return "[" + strings.Join(parts, ",") + "]"
	case string:
		return quote(v)
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return "null"
}

// canonical is the same for values that JSON Schema calls equal.
func canonical(value any) string {
	switch v := value.(type) {
	case *object:
		keys := slices.Sorted(slices.Values(v.keys))
		var out strings.Builder
		for _, key := range keys {
			out.WriteString(quote(key) + ":" + canonical(v.values[key]) + ",")
		}
		return "{" + out.String() + "}"
	case []any:
		var out strings.Builder
		for _, item := range v {
			out.WriteString(canonical(item) + ",")
		}
		return "[" + out.String() + "]"
	case json.Number:
		if r, err := rational(v); err == nil {
			return r.RatString()
		}
	}
	return write(value)
}

// rational reads a number exactly. Exponents that would take much memory are
// refused.
func rational(n json.Number) (*big.Rat, error) {
	if _, exponent, ok := strings.Cut(strings.ToLower(n.String()), "e"); ok {
		if e, err := strconv.Atoi(exponent); err != nil || e > 400 || e < -400 {
			return nil, fmt.Errorf("the number %s is too large or too small", short(n.String()))
		}
	}
	if len(n) > 400 {
		return nil, fmt.Errorf("the number %s has too many digits", short(n.String()))
	}
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		return nil, fmt.Errorf("%s is not a number", short(n.String()))
	}
	return r, nil
}

func short(text string) string {
	const limit = 80
	if len(text) > limit {
		return strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return text
}
