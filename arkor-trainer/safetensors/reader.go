// Package safetensors reads and writes the tensor file format of Hugging Face
// models and adapters: eight bytes of header length, a JSON header, raw data.
package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// maxHeader is the bound of the reference implementation. A header is a few
// hundred bytes per tensor, so a bigger one is damage or an attack.
const maxHeader = 100 << 20

// maxDims and maxElements bound a shape, far above any model, so that sizes in
// bytes cannot overflow.
const (
	maxDims     = 16
	maxElements = math.MaxInt32 * 64
)

// elementSize gives the bytes per element of every dtype of the format.
func elementSize(dtype string) (int, bool) {
	switch dtype {
	case "BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2":
		return 1, true
	case "U16", "I16", "F16", "BF16":
		return 2, true
	case "U32", "I32", "F32":
		return 4, true
	case "U64", "I64", "F64":
		return 8, true
	}
	return 0, false
}

type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// Reader gives access to the tensors of one file. It keeps only the header in
// memory and may be used by several goroutines when its source may.
type Reader struct {
	source   io.ReaderAt
	data     int64 // offset of the data in source
	entries  map[string]entry
	names    []string
	metadata map[string]string
}

// NewReader validates the header of a file of the given size: its length, every
// dtype, shape and range, and that the ranges cover the data exactly once. Its
// errors name the tensor at fault.
func NewReader(r io.ReaderAt, size int64) (*Reader, error) {
	var prefix [8]byte
	if size < int64(len(prefix)) {
		return nil, fmt.Errorf("file of %d bytes is too short for a safetensors header", size)
	}
	if err := readFull(r, prefix[:], 0); err != nil {
		return nil, fmt.Errorf("read header length: %w", err)
	}
	length := binary.LittleEndian.Uint64(prefix[:])
	switch {
	case length > maxHeader:
		return nil, fmt.Errorf("header of %d bytes is over the limit of %d: not a safetensors file", length, maxHeader)
	case int64(length) > size-8:
		return nil, fmt.Errorf("header of %d bytes does not fit a file of %d: the file is truncated", length, size)
	}
	header := make([]byte, length)
	if err := readFull(r, header, 8); err != nil {
		return nil, fmt.Errorf("read header: %w", err)
	}
	f := &Reader{source: r, data: 8 + int64(length)}
	if err := f.parse(header); err != nil {
		return nil, err
	}
	return f, f.checkRanges(size - f.data)
}

// readFull is ReadAt that treats a full read at the end of the file as success.
func readFull(r io.ReaderAt, buf []byte, offset int64) error {
	n, err := r.ReadAt(buf, offset)
	if n == len(buf) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// parse reads the header key by key: a map would hide a name given twice.
func (r *Reader) parse(header []byte) error {
	r.entries = map[string]entry{}
	d := json.NewDecoder(bytes.NewReader(header))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("header is not a JSON object")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return fmt.Errorf("header: %w", err)
		}
		name := t.(string) // the decoder gives nothing else in this place
		if name == "__metadata__" {
			if err := d.Decode(&r.metadata); err != nil {
				return fmt.Errorf("header: __metadata__: %w", err)
			}
			continue
		}
		var e entry
		if err := d.Decode(&e); err != nil {
			return fmt.Errorf("tensor %s: header: %w", name, err)
		}
		if _, twice := r.entries[name]; twice {
			return fmt.Errorf("tensor %s: named twice in the header", name)
		}
		if err := e.check(); err != nil {
			return fmt.Errorf("tensor %s: %w", name, err)
		}
		r.entries[name] = e
		r.names = append(r.names, name)
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	if rest := bytes.TrimRight(header[d.InputOffset():], " "); len(rest) > 0 {
		return errors.New("header: something follows the JSON object")
	}
	slices.Sort(r.names)
	return nil
}

// check tests what one entry says of itself.
func (e entry) check() error {
	width, ok := elementSize(e.DType)
	if !ok {
		return fmt.Errorf("unknown dtype %q", e.DType)
	}
	n, err := elements(e.Shape)
	if err != nil {
		return err
	}
	begin, end := e.Offsets[0], e.Offsets[1]
	if begin < 0 || end < begin {
		return fmt.Errorf("data offsets %d to %d are not a range", begin, end)
	}
	if want := int64(n) * int64(width); end-begin != want {
		return fmt.Errorf("shape %v of %s needs %d bytes, the header gives it %d", e.Shape, e.DType, want, end-begin)
	}
	return nil
}

// elements is the product of shape; a scalar has one.
func elements(shape []int) (int, error) {
	if len(shape) > maxDims {
		return 0, fmt.Errorf("shape has %d dimensions, at most %d are allowed", len(shape), maxDims)
	}
	n := int64(1)
	for _, dim := range shape {
		if dim < 0 {
			return 0, fmt.Errorf("shape %v has a negative dimension", shape)
		}
		if dim > 0 && n > maxElements/int64(dim) {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n *= int64(dim)
	}
	return int(n), nil
}

// checkRanges tests that the tensors lie end to end in size bytes.
func (r *Reader) checkRanges(size int64) error {
	order := slices.Clone(r.names)
	slices.SortStableFunc(order, func(a, b string) int {
		x, y := r.entries[a].Offsets, r.entries[b].Offsets
		return slices.Compare(x[:], y[:])
	})
	var at int64
	for _, name := range order {
		begin, end := r.entries[name].Offsets[0], r.entries[name].Offsets[1]
		switch {
		case end > size:
			return fmt.Errorf("tensor %s: data ends at byte %d of %d: the file is truncated", name, end, size)
		case begin < at:
			return fmt.Errorf("tensor %s: data overlaps the tensor before it", name)
		case begin > at:
			return fmt.Errorf("tensor %s: %d bytes before its data belong to no tensor", name, begin-at)
		}
		at = end
	}
	if at != size {
		return fmt.Errorf("%d bytes at the end of the file belong to no tensor", size-at)
	}
	return nil
}

// Names returns the names of all tensors, sorted. The slice is the caller's.
func (r *Reader) Names() []string { return slices.Clone(r.names) }

// Metadata returns the free-form strings of the header, nil when there are none.
func (r *Reader) Metadata() map[string]string { return r.metadata }

// Info returns the dtype and shape of a tensor; ok is false when the file has
// no tensor of that name.
func (r *Reader) Info(name string) (dtype string, shape []int, ok bool) {
	e, ok := r.entries[name]
	return e.DType, slices.Clone(e.Shape), ok
}

// Float32 reads a tensor in row-major order. F32, F16 and BF16 are converted;
// every other dtype is an error, and so is a name that is not in the file.
func (r *Reader) Float32(name string) ([]float32, []int, error) {
	e, ok := r.entries[name]
	if !ok {
		return nil, nil, fmt.Errorf("tensor %s: not in the file", name)
	}
	decode := decoder(e.DType)
	if decode == nil {
		return nil, nil, fmt.Errorf("tensor %s: dtype %s cannot be read as numbers of a model (F32, F16 and BF16 can)", name, e.DType)
	}
	n, _ := elements(e.Shape) // checked by NewReader
	width, _ := elementSize(e.DType)
	values := make([]float32, n)
	buf := make([]byte, min(1<<18, n*width))
	at := r.data + e.Offsets[0]
	for rest := values; len(rest) > 0; {
		count := min(len(buf)/width, len(rest))
		chunk := buf[:count*width]
		if err := readFull(r.source, chunk, at); err != nil {
			return nil, nil, fmt.Errorf("tensor %s: read data: %w", name, err)
		}
		decode(rest[:count], chunk)
		rest = rest[count:]
		at += int64(len(chunk))
	}
	return values, slices.Clone(e.Shape), nil
}
