package safetensors

import (
	"encoding/binary"
	"math"
)

// decoder returns the function that turns little-endian data into float32, or
// nil for a dtype that holds no model weights.
func decoder(dtype string) func(dst []float32, src []byte) {
	switch dtype {
	case "F32":
		return func(dst []float32, src []byte) {
			for i := range dst {
				dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
			}
		}
	case "BF16":
		return func(dst []float32, src []byte) {
			for i := range dst {
				dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(src[2*i:])) << 16)
			}
		}
	case "F16":
		return func(dst []float32, src []byte) {
			for i := range dst {
				dst[i] = HalfToFloat(binary.LittleEndian.Uint16(src[2*i:]))
			}
		}
	}
	return nil
}

// encoder returns the function that appends values in a dtype, or nil.
func encoder(dtype string) func(dst []byte, values []float32) []byte {
	switch dtype {
	case "F32":
		return func(dst []byte, values []float32) []byte {
			for _, v := range values {
				dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
			}
			return dst
		}
	case "BF16":
		return func(dst []byte, values []float32) []byte {
			for _, v := range values {
				dst = binary.LittleEndian.AppendUint16(dst, floatToBrain(v))
			}
			return dst
		}
	case "F16":
		return func(dst []byte, values []float32) []byte {
			for _, v := range values {
				dst = binary.LittleEndian.AppendUint16(dst, FloatToHalf(v))
			}
			return dst
		}
	}
	return nil
}

// HalfToFloat returns the value of an IEEE 754 half.
func HalfToFloat(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exponent := uint32(h>>10) & 0x1f
	fraction := uint32(h & 0x3ff)
	switch exponent {
	case 0: // zero and subnormal: fraction times 2^-24, exact in float32
		value := float32(fraction) * 0x1p-24
		return math.Float32frombits(sign | math.Float32bits(value))
	case 0x1f: // infinity and NaN
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

// FloatToHalf rounds to the nearest, ties to even; what is too large becomes infinity.
func FloatToHalf(f float32) uint16 {
	bits := math.Float32bits(f)
	sign := uint16(bits>>16) & 0x8000
	magnitude := bits & 0x7fffffff
	switch {
	case magnitude > 0x7f800000:
		return sign | 0x7e00
	case magnitude >= 0x47800000: // 65536 and up
		return sign | 0x7c00
	case magnitude < 0x38800000: // under 2^-14: subnormal, in units of 2^-24
		units := math.RoundToEven(float64(math.Float32frombits(magnitude)) * 0x1p24)
		return sign | uint16(units)
	}
	rounded := magnitude + 0xfff + magnitude>>13&1
	return sign | uint16((rounded-112<<23)>>13)
}

// floatToBrain rounds to the nearest, ties to even.
func floatToBrain(f float32) uint16 {
	bits := math.Float32bits(f)
	if bits&0x7fffffff > 0x7f800000 {
		return uint16(bits>>16) | 0x40 // rounding could turn a NaN into infinity
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}
