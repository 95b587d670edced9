package gguf

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Tensor is one tensor to write: row-major values and how to store them. Shape
// is as in safetensors, with the length of a row last.
type Tensor struct {
	Name  string
	Shape []int
	Type  Type
	Data  []float32
}

// Write stores metadata and tensors in the order in which they are given. Values
// that the type of their tensor cannot hold are an error that names it.
func Write(w io.Writer, metadata []Pair, tensors []Tensor) error {
	header, err := encodeHeader(metadata, tensors)
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	buf := make([]byte, 0, 1<<17)
	for _, t := range tensors {
		written := 0
		for rest := t.Data; len(rest) > 0; {
			n := min(len(rest), 1<<14) // whole blocks
			if !storable(t.Type, rest[:n]) {
				return fmt.Errorf("tensor %s holds values that %v cannot store", t.Name, t.Type)
			}
			buf = appendValues(buf[:0], t.Type, rest[:n])
			if _, err := w.Write(buf); err != nil {
				return fmt.Errorf("write tensor %s: %w", t.Name, err)
			}
			written += len(buf)
			rest = rest[n:]
		}
		if _, err := w.Write(make([]byte, padding(written))); err != nil {
			return fmt.Errorf("write tensor %s: %w", t.Name, err)
		}
	}
	return nil
}

// storable reports whether no value is, or becomes, something else than a number.
func storable(t Type, values []float32) bool {
	const maxHalf = 65504
	most := float32(math.MaxFloat32)
	switch t {
	case F16:
		most = maxHalf
	case Q8_0:
		most = 127 * maxHalf
	}
	for _, v := range values {
		if !(v >= -most && v <= most) {
			return false
		}
	}
	return true
}

func padding[N int | int64](n N) N { return (alignment - n%alignment) % alignment }

func encodeHeader(metadata []Pair, tensors []Tensor) ([]byte, error) {
	out := []byte(magic)
	out = binary.LittleEndian.AppendUint32(out, version)
	out = binary.LittleEndian.AppendUint64(out, uint64(len(tensors)))
	out = binary.LittleEndian.AppendUint64(out, uint64(len(metadata)))
	taken := map[string]bool{}
	for _, pair := range metadata {
		if taken[pair.Key] {
			return nil, fmt.Errorf("metadata %s is there twice", pair.Key)
		}
		taken[pair.Key] = true
		out = appendString(out, pair.Key)
		var err error
		if out, err = appendPair(out, pair.Value); err != nil {
			return nil, fmt.Errorf("metadata %s: %w", pair.Key, err)
		}
	}
	clear(taken)
	at := int64(0)
	for _, t := range tensors {
		size, err := t.Type.size(t.Shape)
		if n, _ := elements(t.Shape); err == nil && n != int64(len(t.Data)) {
			err = fmt.Errorf("shape %v needs %d values, there are %d", t.Shape, n, len(t.Data))
		}
		if err == nil && (taken[t.Name] || len(t.Name) > maxName) {
			err = fmt.Errorf("the name is taken or too long")
		}
		if err != nil {
			return nil, fmt.Errorf("tensor %s: %w", t.Name, err)
		}
		taken[t.Name] = true
		out = appendString(out, t.Name)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(t.Shape)))
		for i := range t.Shape { // the format counts from the length of a row on
			out = binary.LittleEndian.AppendUint64(out, uint64(t.Shape[len(t.Shape)-1-i]))
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(t.Type))
		out = binary.LittleEndian.AppendUint64(out, uint64(at))
		at += size + padding(size)
	}
	return append(out, make([]byte, padding(len(out)))...), nil
}

func appendString(out []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint64(out, uint64(len(s))), s...)
}

// appendPair appends the type of a value and the value.
func appendPair(out []byte, value any) ([]byte, error) {
	kind := func(k uint32) { out = binary.LittleEndian.AppendUint32(out, k) }
	switch v := value.(type) {
	case uint32:
		kind(kindUint32)
		return binary.LittleEndian.AppendUint32(out, v), nil
	case float32:
		kind(kindFloat32)
		return binary.LittleEndian.AppendUint32(out, math.Float32bits(v)), nil
	case bool:
		kind(kindBool)
		if v {
			return append(out, 1), nil
		}
		return append(out, 0), nil
	case string:
		kind(kindString)
		return appendString(out, v), nil
	case []string:
		kind(kindArray)
		kind(kindString)
		out = binary.LittleEndian.AppendUint64(out, uint64(len(v)))
		for _, s := range v {
			out = appendString(out, s)
		}
		return out, nil
	case []int32:
		kind(kindArray)
		kind(kindInt32)
		out = binary.LittleEndian.AppendUint64(out, uint64(len(v)))
		for _, n := range v {
			out = binary.LittleEndian.AppendUint32(out, uint32(n))
		}
		return out, nil
	}
	return nil, fmt.Errorf("values of %T are not written", value)
}
