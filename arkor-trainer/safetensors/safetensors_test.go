package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	return append(b, make([]byte, data)...)
}

func open(b []byte) (*Reader, error) { return NewReader(bytes.NewReader(b), int64(len(b))) }

func sample(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	err := Write(&b, []Tensor{
		{Name: "b", Shape: []int{2, 3}, Data: []float32{1, -2, 3.5, 0, 1e-30, float32(math.Inf(1))}},
		{Name: "a", Shape: []int{2}, Data: []float32{0.5, -65504}, DType: "F16"},
		{Name: "c", Data: []float32{7}},
		{Name: "d", Shape: []int{0, 4}, Data: nil, DType: "BF16"},
		{Name: "e", Shape: []int{1, 1, 1}, Data: []float32{-1.5}, DType: "BF16"},
	}, map[string]string{"step": "12"})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	raw := sample(t)
	r, err := open(raw)
	if err != nil {
		t.Fatal(err)
	}
	type tensor struct {
		DType string
		Shape []int
		Data  []float32
	}
	got := map[string]tensor{}
	for _, name := range r.Names() {
		dtype, shape, ok := r.Info(name)
		data, shape2, err := r.Float32(name)
		if err != nil || !ok || !slices.Equal(shape, shape2) {
			t.Fatalf("%s: %v, shapes %v %v", name, err, shape, shape2)
		}
		got[name] = tensor{dtype, shape, data}
	}
	want := map[string]tensor{
		"a": {"F16", []int{2}, []float32{0.5, -65504}},
		"b": {"F32", []int{2, 3}, []float32{1, -2, 3.5, 0, 1e-30, float32(math.Inf(1))}},
		"c": {"F32", []int{}, []float32{7}},
		"d": {"BF16", []int{0, 4}, []float32{}},
		"e": {"BF16", []int{1, 1, 1}, []float32{-1.5}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"format": "pt", "step": "12"}, r.Metadata()); diff != "" {
		t.Error(diff)
	}
	if n := binary.LittleEndian.Uint64(raw); n%8 != 0 {
		t.Errorf("header of %d bytes is not padded", n)
	}
	if !bytes.Equal(raw, sample(t)) {
		t.Error("writing twice gives different bytes")
	}
}

func TestWriteIgnoresOrder(t *testing.T) {
	t.Parallel()
	tensors := []Tensor{{Name: "y", Shape: []int{1}, Data: []float32{2}}, {Name: "x", Shape: []int{1}, Data: []float32{1}}}
	var one, two bytes.Buffer
	if err := Write(&one, tensors, nil); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(tensors)
	if err := Write(&two, tensors, nil); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the order of the input shows in the file")
	}
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	one := Tensor{Name: "x", Shape: []int{1}, Data: []float32{1}}
	for name, tensors := range map[string][]Tensor{
		"the name is taken":    {one, one},
		"needs 2 values":       {{Name: "x", Shape: []int{2}, Data: []float32{1}}},
		`cannot write dtype`:   {{Name: "x", Shape: []int{1}, Data: []float32{1}, DType: "I64"}},
		"a negative dimension": {{Name: "x", Shape: []int{-1}}},
	} {
		if err := Write(&bytes.Buffer{}, tensors, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q", err, name)
		}
	}
	if err := Write(failing{}, []Tensor{one}, nil); !errors.Is(err, errFull) {
		t.Errorf("got %v, want the writer's error", err)
	}
}

var errFull = errors.New("disk full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestReaderRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, want string
		file       []byte
	}{
		{"empty", "too short", nil},
		{"short", "too short", make([]byte, 7)},
		{"huge header", "over the limit", binary.LittleEndian.AppendUint64(nil, math.MaxUint64)},
		{"header past the end", "truncated", binary.LittleEndian.AppendUint64(nil, 9)},
		{"no object", "not a JSON object", file(`[]`, 0)},
		{"not JSON", "header", file(`{"a"`, 0)},
		{"tail", "something follows", file(`{} {}`, 0)},
		{"metadata", "__metadata__", file(`{"__metadata__":{"a":1}}`, 0)},
		{"dtype", `tensor a: unknown dtype "F33"`, file(`{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}`, 4)},
		{"negative dimension", "tensor a: shape [-1] has a negative", file(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4)},
		{"overflow", "too large", file(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}`, 4)},
		{"dimensions", "17 dimensions", file(`{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}`, 4)},
		{"fraction", "tensor a: header", file(`{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}`, 4)},
		{"size", "needs 8 bytes, the header gives it 4", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4)},
		{"backwards", "not a range", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 4)},
		{"negative offset", "not a range", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`, 4)},
		{"truncated", "tensor a: data ends at byte 4 of 3", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 3)},
		{"tail bytes", "1 bytes at the end", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 5)},
		{"hole", "tensor a: 4 bytes before", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8)},
		{"overlap", "tensor b: data overlaps", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}`, 6)},
		{"twice", "tensor a: named twice", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4)},
	} {
		if _, err := open(test.file); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
}

func TestEveryTruncationIsRefused(t *testing.T) {
	t.Parallel()
	raw := sample(t)
	for n := range raw {
		if _, err := open(raw[:n]); err == nil {
			t.Errorf("the first %d of %d bytes are accepted", n, len(raw))
		}
	}
}

func TestFloat32Refuses(t *testing.T) {
	t.Parallel()
	r, err := open(file(`{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}`, 8))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Float32("a"); err == nil || !strings.Contains(err.Error(), "tensor a: dtype I64") {
		t.Error(err)
	}
	if _, _, err := r.Float32("b"); err == nil || !strings.Contains(err.Error(), "tensor b: not in the file") {
		t.Error(err)
	}
	// A file that shrinks after it was opened.
	raw := file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8)
	r, err = NewReader(bytes.NewReader(raw[:len(raw)-1]), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Float32("a"); err == nil || !strings.Contains(err.Error(), "tensor a: read data") {
		t.Error(err)
	}
}

func TestHalfRoundTrip(t *testing.T) {
	t.Parallel()
	for h := range 1 << 16 {
		f := HalfToFloat(uint16(h))
		if math.IsNaN(float64(f)) {
			if back := HalfToFloat(FloatToHalf(f)); !math.IsNaN(float64(back)) {
				t.Fatalf("%#x: NaN is lost", h)
			}
			continue
		}
		if back := FloatToHalf(f); back != uint16(h) {
			t.Fatalf("%#x became %v became %#x", h, f, back)
		}
		if b := math.Float32frombits(uint32(h) << 16); !math.IsNaN(float64(b)) && floatToBrain(b) != uint16(h) {
			t.Fatalf("bf16 %#x became %#x", h, floatToBrain(b))
		}
	}
}

// Rounding is to the nearest, so no neighbour is closer.
func TestRoundingIsNearest(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		f := float32(math.Ldexp(rng.Float64()*2-1, rng.IntN(40)-26))
		h := FloatToHalf(f)
		distance := math.Abs(float64(HalfToFloat(h)) - float64(f))
		for _, near := range []uint16{h - 1, h + 1} {
			if d := math.Abs(float64(HalfToFloat(near)) - float64(f)); d < distance && near&0x7fff <= 0x7c00 {
				t.Fatalf("%v: %v is nearer than %v", f, HalfToFloat(near), HalfToFloat(h))
			}
		}
	}
	if got := floatToBrain(math.Float32frombits(0x3f808000)); got != 0x3f80 {
		t.Errorf("a tie goes to even, got %#x", got)
	}
	if got := FloatToHalf(65520); got != 0x7c00 {
		t.Errorf("65520 rounds to infinity, got %#x", got)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(sample(f))
	f.Add(file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := open(raw)
		if err != nil {
			return
		}
		for _, name := range r.Names() {
			dtype, shape, ok := r.Info(name)
			if !ok {
				t.Fatalf("%q is listed and absent", name)
			}
			data, _, err := r.Float32(name)
			if decoder(dtype) != nil && err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			if n, _ := elements(shape); err == nil && n != len(data) {
				t.Fatalf("%q: %d values for shape %v", name, len(data), shape)
			}
		}
	})
}
