// Package jsonfile writes state files that other programs write as well: each
// keeps the fields that it does not know.
package jsonfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Field is one field of the object.
type Field struct {
	Name  string
	Value any
}

// Encode returns an object with the known fields in their order and the others
// behind them by name, indented by two, without a newline at the end.
func Encode(known []Field, others map[string]json.RawMessage) ([]byte, error) {
	for _, name := range slices.Sorted(maps.Keys(others)) {
		if !slices.ContainsFunc(known, func(f Field) bool { return f.Name == name }) {
			known = append(known, Field{name, others[name]})
		}
	}
	var b bytes.Buffer
	for i, f := range known {
		name, err := json.Marshal(f.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.MarshalIndent(f.Value, "  ", "  ")
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n  %s: %s", name, value)
	}
	return fmt.Appendf(nil, "{%s\n}", b.Bytes()), nil
}

// Get returns a field, or nil when it is absent, null or of another type.
func Get[T any](fields map[string]json.RawMessage, name string) *T {
	var value *T
	if json.Unmarshal(fields[name], &value) != nil {
		return nil
	}
	return value
}
