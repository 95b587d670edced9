package gguf

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Reader gives access to a file. It keeps the metadata in memory, and may be
// used by several goroutines when its source may.
type Reader struct {
	source  io.ReaderAt
	size    int64
	data    int64 // where the tensors begin
	pairs   []Pair
	values  map[string]any
	tensors map[string]tensorInfo
	names   []string
}

type tensorInfo struct {
	kind   Type
	shape  []int // length of a row last
	offset int64 // from the beginning of the tensors
	size   int64
}

// NewReader reads and validates the header of a file of the given size: that
// every count and length fits into the file, that all tensors are of a known
// type and lie in the file one behind the other. Its errors name what is wrong.
func NewReader(source io.ReaderAt, size int64) (*Reader, error) {
	d := &decoder{in: bufio.NewReader(io.NewSectionReader(source, 0, size)), left: size}
	if string(d.bytes(len(magic))) != magic {
		return nil, errors.New("not a GGUF file")
	}
	if v := d.uint32(); d.err == nil && v != version {
		return nil, fmt.Errorf("GGUF of version %d is not supported, %d is", v, version)
	}
	r := &Reader{source: source, size: size, values: map[string]any{}, tensors: map[string]tensorInfo{}}
	tensors, pairs := d.uint64(), d.uint64()
	switch {
	case d.err != nil:
		return nil, d.err
	case tensors > maxTensors:
		return nil, fmt.Errorf("%d tensors, more than %d", tensors, maxTensors)
	case pairs > maxPairs:
		return nil, fmt.Errorf("%d entries of metadata, more than %d", pairs, maxPairs)
	}
	for range pairs {
		if err := r.readPair(d); err != nil {
			return nil, err
		}
	}
	if a, ok := r.values["general.alignment"]; ok && a != uint32(alignment) {
		return nil, fmt.Errorf("general.alignment %v is not supported, %d is", a, alignment)
	}
	for range tensors {
		if err := r.readTensor(d); err != nil {
			return nil, err
		}
	}
	at := size - d.left
	r.data = at + padding(at)
	return r, r.checkRanges()
}

func (r *Reader) readPair(d *decoder) error {
	key := d.string()
	value := d.value()
	switch _, twice := r.values[key]; {
	case d.err != nil:
		return fmt.Errorf("metadata %q: %w", shorten(key), d.err)
	case twice:
		return fmt.Errorf("metadata %q is there twice", shorten(key))
	}
	r.pairs, r.values[key] = append(r.pairs, Pair{key, value}), value
	return nil
}

func (r *Reader) readTensor(d *decoder) error {
	name := d.string()
	dims := d.uint32()
	if d.err == nil && (dims < 1 || dims > maxDims) {
		d.err = fmt.Errorf("%d dimensions, there have to be 1 to %d", dims, maxDims)
	}
	var t tensorInfo
	if d.err == nil {
		for range dims {
			n := d.uint64()
			if n > math.MaxInt32 {
				d.err = fmt.Errorf("a dimension of %d", n)
			}
			t.shape = append(t.shape, int(n))
		}
		slices.Reverse(t.shape)
	}
	t.kind = Type(d.uint32())
	offset := d.uint64()
	_, twice := r.tensors[name]
	if d.err == nil {
		t.size, d.err = t.kind.size(t.shape)
	}
	switch {
	case d.err != nil:
	case twice || name == "" || len(name) > maxName:
		d.err = errors.New("the name is taken, empty or too long")
	case offset > uint64(r.size) || offset%alignment != 0:
		d.err = fmt.Errorf("its data is at %d of a file of %d bytes", offset, r.size)
	}
	if d.err != nil {
		return fmt.Errorf("tensor %q: %w", shorten(name), d.err)
	}
	t.offset = int64(offset)
	r.tensors[name] = t
	r.names = append(r.names, name)
	return nil
}

// checkRanges tests that the tensors lie in the file and not in each other.
func (r *Reader) checkRanges() error {
	order := slices.Clone(r.names)
	slices.SortFunc(order, func(a, b string) int { return cmp.Compare(r.tensors[a].offset, r.tensors[b].offset) })
	var at int64
	for _, name := range order {
		t := r.tensors[name]
		switch {
		case t.offset < at:
			return fmt.Errorf("tensor %q overlaps the one before it", shorten(name))
		case t.offset+t.size > r.size-r.data:
			return fmt.Errorf("tensor %q ends behind the end of the file, which is truncated", shorten(name))
		}
		at = t.offset + t.size
	}
	return nil
}

// Metadata returns all entries, in the order of the file.
func (r *Reader) Metadata() []Pair { return slices.Clone(r.pairs) }

// Value returns an entry of the metadata, of one of the types that Pair names,
// or nil when there is none.
func (r *Reader) Value(key string) any { return r.values[key] }

// Names returns the names of all tensors, in the order of the file.
func (r *Reader) Names() []string { return slices.Clone(r.names) }

// Info returns the type and shape of a tensor; ok is false when there is none.
func (r *Reader) Info(name string) (kind Type, shape []int, ok bool) {
	t, ok := r.tensors[name]
	return t.kind, slices.Clone(t.shape), ok
}

// Float32 reads a tensor in row-major order.
func (r *Reader) Float32(name string) ([]float32, error) {
	t, ok := r.tensors[name]
	if !ok {
		return nil, fmt.Errorf("tensor %q is missing", name)
	}
	n, _ := elements(t.shape) // checked by NewReader, as is that the file is as long
	values := make([]float32, n)
	block, width := t.kind.blockSize()
	chunk := (1 << 14) / block * block
	buf := make([]byte, min(chunk, len(values))/block*width)
	at := r.data + t.offset
	for rest := values; len(rest) > 0; {
		count := min(chunk, len(rest))
		part := buf[:count/block*width]
		if got, err := r.source.ReadAt(part, at); got < len(part) {
			return nil, fmt.Errorf("tensor %q: read data: %w", name, err)
		}
		readValues(rest[:count], t.kind, part)
		rest, at = rest[count:], at+int64(len(part))
	}
	return values, nil
}

func shorten(text string) string {
	const limit = 80
	return text[:min(limit, len(text))]
}
