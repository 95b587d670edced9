// Package gguf reads and writes the model files of llama.cpp and Ollama: a
// header with typed metadata, then tensors, each at an aligned place.
package gguf

import "fmt"

const (
	magic     = "GGUF"
	version   = 3
	alignment = 32

	// Bounds of what is read, far above any model.
	maxPairs   = 1 << 16
	maxTensors = 1 << 16
	maxName    = 1 << 10
	maxDims    = 4
)

// Type is how the values of a tensor are stored.
type Type uint32

// The types that this package knows, by their numbers in the format.
const (
	F32  Type = 0
	F16  Type = 1
	Q8_0 Type = 8 // blocks of 32 values of one byte with a common scale
)

func (t Type) String() string {
	switch t {
	case F32:
		return "f32"
	case F16:
		return "f16"
	case Q8_0:
		return "q8_0"
	}
	return fmt.Sprintf("type %d", uint32(t))
}

// blockSize returns how many values are stored together, and in how many bytes;
// 0 for a type that is not known.
func (t Type) blockSize() (values, bytes int) {
	switch t {
	case F32:
		return 1, 4
	case F16:
		return 1, 2
	case Q8_0:
		return quantBlock, 2 + quantBlock
	}
	return 0, 0
}

// Fits reports whether rows of this width can be stored as t.
func (t Type) Fits(width int) bool {
	values, _ := t.blockSize()
	return values > 0 && width > 0 && width%values == 0
}

// size returns the bytes of a tensor of a shape, its rows last.
func (t Type) size(shape []int) (int64, error) {
	values, bytes := t.blockSize()
	if values == 0 {
		return 0, fmt.Errorf("%v is not supported, f32, f16 and q8_0 are", t)
	}
	n, err := elements(shape)
	if err != nil {
		return 0, err
	}
	if !t.Fits(shape[len(shape)-1]) {
		return 0, fmt.Errorf("rows of %d values cannot be stored as %v, which takes blocks of %d", shape[len(shape)-1], t, values)
	}
	return n / int64(values) * int64(bytes), nil
}

// elements is the product of a shape.
func elements(shape []int) (int64, error) {
	const most = int64(1) << 40
	if len(shape) == 0 || len(shape) > maxDims {
		return 0, fmt.Errorf("%d dimensions, there have to be 1 to %d", len(shape), maxDims)
	}
	n := int64(1)
	for _, dim := range shape {
		if dim < 1 || int64(dim) > most/n {
			return 0, fmt.Errorf("shape %v is out of range", shape)
		}
		n *= int64(dim)
	}
	return n, nil
}

// Pair is one entry of the metadata. Value is a bool, string, float32, float64,
// or an integer of a fixed width, or a slice of one of these.
type Pair struct {
	Key   string
	Value any
}

// The numbers of the types of metadata.
const (
	kindUint8 uint32 = iota
	kindInt8
	kindUint16
	kindInt16
	kindUint32
	kindInt32
	kindFloat32
	kindBool
	kindString
	kindArray
	kindUint64
	kindInt64
	kindFloat64
)
