package gguf

import (
	"encoding/binary"
	"math"

	"github.com/arkorlab/arkor-go/arkor-trainer/safetensors"
)

// quantBlock is how many values of Q8_0 share a scale.
const quantBlock = 32

// appendValues appends values as they are stored, whole blocks of them.
func appendValues(dst []byte, t Type, values []float32) []byte {
	switch t {
	case F16:
		for _, v := range values {
			dst = binary.LittleEndian.AppendUint16(dst, safetensors.FloatToHalf(v))
		}
	case Q8_0:
		for ; len(values) > 0; values = values[quantBlock:] {
			dst = appendQuantized(dst, values[:quantBlock])
		}
	default:
		for _, v := range values {
			dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
		}
	}
	return dst
}

// appendQuantized does what llama.cpp's reference does, to the bit.
func appendQuantized(dst []byte, block []float32) []byte {
	var largest float32
	for _, v := range block {
		largest = max(largest, float32(math.Abs(float64(v))))
	}
	scale := largest / 127
	inverse := 1 / scale
	if inverse > math.MaxFloat32 { // all is zero, or as good as that
		inverse = 0
	}
	dst = binary.LittleEndian.AppendUint16(dst, safetensors.FloatToHalf(scale))
	for _, v := range block {
		dst = append(dst, byte(int8(math.Round(float64(v*inverse)))))
	}
	return dst
}

// readValues is the inverse of appendValues.
func readValues(dst []float32, t Type, src []byte) {
	switch t {
	case F16:
		for i := range dst {
			dst[i] = safetensors.HalfToFloat(binary.LittleEndian.Uint16(src[2*i:]))
		}
	case Q8_0:
		for ; len(dst) > 0; dst, src = dst[quantBlock:], src[2+quantBlock:] {
			scale := safetensors.HalfToFloat(binary.LittleEndian.Uint16(src))
			for i := range quantBlock {
				dst[i] = scale * float32(int8(src[2+i]))
			}
		}
	default:
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
		}
	}
}
