package gguf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

var errTruncated = errors.New("the file ends in its header")

// decoder reads the parts of a header. After the first error everything is
// zero. Nothing is allocated that the rest of the file could not fill.
type decoder struct {
	in   *bufio.Reader
	left int64 // bytes of the file
	err  error
}

func (d *decoder) bytes(n int) []byte {
	if d.err == nil && int64(n) > d.left {
		d.err = errTruncated
	}
	if d.err != nil {
		return nil
	}
	buf := make([]byte, n)
	if _, err := io.ReadFull(d.in, buf); err != nil {
		d.err = err
		return nil
	}
	d.left -= int64(n)
	return buf
}

func (d *decoder) uint(width int) uint64 {
	var buf [8]byte
	copy(buf[:], d.bytes(width))
	return binary.LittleEndian.Uint64(buf[:])
}

func (d *decoder) uint32() uint32 { return uint32(d.uint(4)) }
func (d *decoder) uint64() uint64 { return d.uint(8) }

func (d *decoder) string() string {
	n := d.uint64()
	if n > uint64(max(d.left, 0)) {
		d.err = errors.Join(d.err, errTruncated)
		return ""
	}
	return string(d.bytes(int(n)))
}

func (d *decoder) value() any {
	kind := d.uint32()
	if kind != kindArray {
		return d.scalar(kind)
	}
	kind = d.uint32()
	n := d.uint64()
	if n > uint64(max(d.left, 0)) { // an element has at least a byte
		d.err = errors.Join(d.err, errTruncated)
		return nil
	}
	switch kind {
	case kindUint8:
		return list[uint8](d, kind, n)
	case kindInt8:
		return list[int8](d, kind, n)
	case kindUint16:
		return list[uint16](d, kind, n)
	case kindInt16:
		return list[int16](d, kind, n)
	case kindUint32:
		return list[uint32](d, kind, n)
	case kindInt32:
		return list[int32](d, kind, n)
	case kindFloat32:
		return list[float32](d, kind, n)
	case kindBool:
		return list[bool](d, kind, n)
	case kindString:
		return list[string](d, kind, n)
	case kindUint64:
		return list[uint64](d, kind, n)
	case kindInt64:
		return list[int64](d, kind, n)
	case kindFloat64:
		return list[float64](d, kind, n)
	}
	d.unknown(kind)
	return nil
}

// list grows as it reads: n is only what the file claims.
func list[T any](d *decoder, kind uint32, n uint64) []T {
	values := []T{}
	for range n {
		value, ok := d.scalar(kind).(T)
		if d.err != nil || !ok {
			return nil
		}
		values = append(values, value)
	}
	return values
}

func (d *decoder) scalar(kind uint32) any {
	switch kind {
	case kindUint8:
		return uint8(d.uint(1))
	case kindInt8:
		return int8(d.uint(1))
	case kindUint16:
		return uint16(d.uint(2))
	case kindInt16:
		return int16(d.uint(2))
	case kindUint32:
		return d.uint32()
	case kindInt32:
		return int32(d.uint32())
	case kindFloat32:
		return math.Float32frombits(d.uint32())
	case kindBool:
		return d.uint(1) != 0
	case kindString:
		return d.string()
	case kindUint64:
		return d.uint64()
	case kindInt64:
		return int64(d.uint64())
	case kindFloat64:
		return math.Float64frombits(d.uint64())
	}
	d.unknown(kind)
	return nil
}

func (d *decoder) unknown(kind uint32) {
	if d.err == nil {
		d.err = fmt.Errorf("values of the kind %d are not supported", kind)
	}
}
