package gguf

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func random(n int, size float64) []float32 {
	rng := rand.New(rand.NewPCG(1, 2))
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(rng.NormFloat64() * size)
	}
	return values
}

func sample() ([]Pair, []Tensor) {
	return []Pair{
			{"general.architecture", "llama"}, {"general.alignment", uint32(32)}, {"f", float32(1e-5)}, {"b", true},
			{"tokens", []string{"a", "", "Ġthe"}}, {"types", []int32{1, -3}},
		}, []Tensor{
			{"norm", []int{7}, F32, random(7, 1)}, // whose end is not aligned
			{"half", []int{3, 5}, F16, random(15, 1)},
			{"small", []int{2, 64}, Q8_0, random(128, 1)},
			{"whole", []int{600, 32}, F32, random(600*32, 1)}, // of several chunks
			{"big", []int{600, 32}, Q8_0, random(600*32, 1)},
		}
}

func write(t testing.TB, metadata []Pair, tensors []Tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, metadata, tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(data []byte) (*Reader, error) {
	return NewReader(bytes.NewReader(data), int64(len(data)))
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	metadata, tensors := sample()
	r, err := read(write(t, metadata, tensors))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(metadata, r.Metadata()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"norm", "half", "small", "whole", "big"}, r.Names()); diff != "" {
		t.Error(diff)
	}
	for _, want := range tensors {
		kind, shape, ok := r.Info(want.Name)
		if !ok || kind != want.Type || !cmp.Equal(shape, want.Shape) {
			t.Errorf("%s: %v %v %v", want.Name, kind, shape, ok)
		}
		got, err := r.Float32(want.Name)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range want.Data {
			var bound float64
			switch want.Type {
			case F16:
				bound = math.Abs(float64(v)) * 0x1p-11
			case Q8_0:
				// Half a step, and what the rounding of the scale moves the farthest value.
				block := want.Data[i/quantBlock*quantBlock:][:quantBlock]
				scale := largest(block) / 127
				bound = scale*(0.5+1e-4) + 127*scale*0x1p-11
			}
			if d := math.Abs(float64(got[i] - v)); d > bound {
				t.Fatalf("%s[%d]: %v became %v, %v away, over %v", want.Name, i, v, got[i], d, bound)
			}
		}
	}
	if _, err := r.Float32("none"); err == nil {
		t.Error("a tensor that is not there was read")
	}
}

func largest(values []float32) (m float64) {
	for _, v := range values {
		m = max(m, math.Abs(float64(v)))
	}
	return m
}

// The layout of llama.cpp's block_q8_0: a half, then 32 signed bytes.
func TestQuantizedBytes(t *testing.T) {
	t.Parallel()
	block := make([]float32, quantBlock)
	block[0], block[1], block[2] = 127, -63.5, 0.5
	want := append([]byte{0x00, 0x3c}, make([]byte, quantBlock)...) // scale 1
	want[2], want[3], want[4] = 127, 0xc0, 1                        // halves are rounded away from zero
	if diff := cmp.Diff(want, appendValues(nil, Q8_0, block)); diff != "" {
		t.Error(diff)
	}
	for _, tiny := range []float32{0, math.SmallestNonzeroFloat32} {
		for i := range block {
			block[i] = tiny
		}
		if diff := cmp.Diff(make([]byte, 2+quantBlock), appendValues(nil, Q8_0, block)); diff != "" {
			t.Error(tiny, diff)
		}
	}
}

func TestWriteRefusals(t *testing.T) {
	t.Parallel()
	for want, tensors := range map[string][]Tensor{
		"tensor x holds values that f16 cannot store":         {{"x", []int{1}, F16, []float32{70000}}},
		"tensor x holds values that f32 cannot store":         {{"x", []int{1}, F32, []float32{float32(math.NaN())}}},
		"tensor x: rows of 33 values cannot be stored as q8_": {{"x", []int{2, 33}, Q8_0, make([]float32, 66)}},
		"tensor x: shape [2] needs 2 values, there are 1":     {{"x", []int{2}, F32, make([]float32, 1)}},
		"tensor x: the name is taken":                         {{"x", []int{1}, F32, make([]float32, 1)}, {"x", []int{1}, F32, make([]float32, 1)}},
		"tensor x: type 2 is not supported":                   {{"x", []int{1}, 2, make([]float32, 1)}},
	} {
		if err := Write(io.Discard, nil, tensors); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	for want, pairs := range map[string][]Pair{
		"metadata a is there twice":               {{"a", true}, {"a", true}},
		"metadata a: values of int are not writt": {{"a", 1}},
	} {
		if err := Write(io.Discard, pairs, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestReadRefusals(t *testing.T) {
	t.Parallel()
	metadata, tensors := sample()
	whole := write(t, metadata, tensors)
	with := func(offset int, value uint64, width int) []byte {
		data := bytes.Clone(whole)
		var raw [8]byte
		binary.LittleEndian.PutUint64(raw[:], value)
		copy(data[offset:], raw[:width])
		return data
	}
	one := func(change func(data []byte, name int)) []byte {
		data := write(t, nil, tensors[:1])
		change(data, bytes.Index(data, []byte("norm")))
		return data
	}
	overlap := write(t, nil, tensors[:2])
	i := bytes.Index(overlap, []byte("half"))
	binary.LittleEndian.PutUint64(overlap[i+4+4+16+4:], 0)
	for want, data := range map[string][]byte{
		"not a GGUF file":                          []byte("GGML1234"),
		"GGUF of version 2 is not supported":       with(4, 2, 4),
		"the file ends in its header":              whole[:40],
		"tensors, more than":                       with(8, 1<<40, 8),
		"entries of metadata, more than":           with(16, 1<<40, 8),
		`metadata "": the file ends in its header`: with(24, 1<<62, 8),
		"truncated": whole[:len(whole)-64],
		`tensor "norm": type 77 is not supported`:  one(func(d []byte, n int) { d[n+4+4+8] = 77 }),
		`tensor "norm": 9 dimensions`:              one(func(d []byte, n int) { d[n+4] = 9 }),
		"is at 1 of a file":                        one(func(d []byte, n int) { d[n+4+4+8+4] = 1 }),
		`tensor "norm": shape [0] is out of range`: one(func(d []byte, n int) { d[n+4+4] = 0 }),
		`tensor "half" overlaps`:                   overlap,
	} {
		if _, err := read(data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func FuzzReader(f *testing.F) {
	metadata, tensors := sample()
	f.Add(write(f, metadata, tensors[:3]))
	f.Add(write(f, nil, nil))
	f.Add([]byte("GGUF\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00k\x09\x00\x00\x00\x0a\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := read(data)
		if err != nil {
			return
		}
		for _, name := range r.Names() {
			values, err := r.Float32(name)
			if err != nil {
				t.Fatalf("%q was accepted and not read: %v", name, err)
			}
			if len(values) > len(data) { // a value takes more than a byte
				t.Fatalf("%d values of %d bytes", len(values), len(data))
			}
		}
	})
}
