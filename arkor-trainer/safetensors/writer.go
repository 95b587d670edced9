package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Tensor is one tensor to write: row-major values and how to store them.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
	DType string // "F32" (also for ""), "BF16" or "F16"; the latter two round to nearest even
}

func (t Tensor) dtype() string { return cmp.Or(t.DType, "F32") }

// Write stores tensors so that equal input gives equal bytes. Wider dtypes come
// first and names are sorted within a dtype, which keeps every tensor aligned;
// the header is padded to a multiple of eight bytes. Metadata gets
// "format": "pt" unless it names a format, because loaders ask for it.
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	order := slices.Clone(tensors)
	slices.SortStableFunc(order, func(a, b Tensor) int {
		x, _ := elementSize(a.dtype())
		y, _ := elementSize(b.dtype())
		return cmp.Or(cmp.Compare(y, x), cmp.Compare(a.Name, b.Name))
	})
	header, err := encodeHeader(order, metadata)
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return fmt.Errorf("write header: %w", err)
	}
	buf := make([]byte, 0, 1<<16)
	for _, t := range order {
		encode := encoder(t.dtype())
		for chunk := range slices.Chunk(t.Data, 1<<14) {
			buf = encode(buf[:0], chunk)
			if _, err := w.Write(buf); err != nil {
				return fmt.Errorf("write tensor %s: %w", t.Name, err)
			}
		}
	}
	return nil
}

func encodeHeader(order []Tensor, metadata map[string]string) ([]byte, error) {
	meta := maps.Clone(metadata)
	if meta == nil {
		meta = map[string]string{}
	}
	if meta["format"] == "" {
		meta["format"] = "pt"
	}
	var header bytes.Buffer
	header.Write(make([]byte, 8))
	header.WriteString(`{"__metadata__":`)
	if err := appendJSON(&header, meta); err != nil { // encoding/json sorts the keys of a map
		return nil, err
	}
	var at int64
	seen := map[string]bool{"__metadata__": true}
	for _, t := range order {
		if seen[t.Name] {
			return nil, fmt.Errorf("tensor %s: the name is taken", t.Name)
		}
		seen[t.Name] = true
		if encoder(t.dtype()) == nil {
			return nil, fmt.Errorf("tensor %s: cannot write dtype %q", t.Name, t.DType)
		}
		n, err := elements(t.Shape)
		if err != nil {
			return nil, fmt.Errorf("tensor %s: %w", t.Name, err)
		}
		if n != len(t.Data) {
			return nil, fmt.Errorf("tensor %s: shape %v needs %d values, there are %d", t.Name, t.Shape, n, len(t.Data))
		}
		width, _ := elementSize(t.dtype())
		e := entry{DType: t.dtype(), Shape: t.Shape, Offsets: [2]int64{at, at + int64(n*width)}}
		if e.Shape == nil {
			e.Shape = []int{} // a scalar; null is not allowed
		}
		at = e.Offsets[1]
		header.WriteByte(',')
		if err := appendJSON(&header, t.Name); err != nil {
			return nil, err
		}
		header.WriteByte(':')
		if err := appendJSON(&header, e); err != nil {
			return nil, err
		}
	}
	header.WriteByte('}')
	for header.Len()%8 != 0 {
		header.WriteByte(' ')
	}
	if header.Len()-8 > maxHeader {
		return nil, errors.New("the header is too large")
	}
	data := header.Bytes()
	binary.LittleEndian.PutUint64(data, uint64(len(data)-8))
	return data, nil
}

func appendJSON(b *bytes.Buffer, value any) error {
	data, err := json.Marshal(value)
	b.Write(data)
	return err
}
