//go:build goexperiment.simd && amd64

package generate

import (
	"simd/archsimd"
	"unsafe"
)

// fastestKernel returns the vector kernel when this processor can run it.
func fastestKernel() kernel {
	if archsimd.X86.AVX2() && archsimd.X86.FMA() {
		return kernel{"avx2", dotRowsAVX2, dotTileAVX2, addWeightedAVX2}
	}
	return portableKernel()
}

// The functions below check the bounds of their arguments once, at the start,
// and then read through pointers: a check per load costs more than the sum.
// Each one clears the upper halves of the registers at its end, because code
// without vector prefixes, such as math.Exp, is very slow while they are in use.

type vector = archsimd.Float32x8

func at(p *float32, i int) *float32 {
	return (*float32)(unsafe.Add(unsafe.Pointer(p), 4*i))
}

func load(p *float32, i int) vector {
	return archsimd.LoadFloat32x8((*[8]float32)(unsafe.Add(unsafe.Pointer(p), 4*i)))
}

// sum adds up a vector in the same order as sums does.
func sum(v vector) float32 {
	pairs := v.AddPairsGrouped(v)
	pairs = pairs.AddPairsGrouped(pairs)
	return pairs.GetLo().Add(pairs.GetHi()).GetElem(0)
}

// sums returns the sum of each of four vectors.
func sums(a, b, c, d vector) (s [4]float32) {
	pairs := a.AddPairsGrouped(b).AddPairsGrouped(c.AddPairsGrouped(d))
	pairs.GetLo().Add(pairs.GetHi()).Store(&s)
	return s
}

func dotRowsAVX2(out, x, rows []float32, stride int) {
	n := len(x)
	if len(out) == 0 {
		return
	}
	_ = rows[:(len(out)-1)*stride+n]
	if n == 0 {
		clear(out)
		return
	}
	px := &x[0]
	whole := n &^ 7
	r := 0
	for ; r+4 <= len(out); r += 4 {
		p0 := &rows[r*stride]
		p1, p2, p3 := at(p0, stride), at(p0, 2*stride), at(p0, 3*stride)
		var a0, a1, a2, a3 vector
		for i := 0; i < whole; i += 8 {
			v := load(px, i)
			a0 = load(p0, i).MulAdd(v, a0)
			a1 = load(p1, i).MulAdd(v, a1)
			a2 = load(p2, i).MulAdd(v, a2)
			a3 = load(p3, i).MulAdd(v, a3)
		}
		s := (*[4]float32)(out[r:])
		*s = sums(a0, a1, a2, a3)
		for i := whole; i < n; i++ {
			v := x[i]
			s[0] += v * *at(p0, i)
			s[1] += v * *at(p1, i)
			s[2] += v * *at(p2, i)
			s[3] += v * *at(p3, i)
		}
	}
	for ; r < len(out); r++ {
		p := &rows[r*stride]
		var a vector
		for i := 0; i < whole; i += 8 {
			a = load(px, i).MulAdd(load(p, i), a)
		}
		s := sum(a)
		for i := whole; i < n; i++ {
			s += x[i] * *at(p, i)
		}
		out[r] = s
	}
	archsimd.ClearAVXUpperBits()
}

// dotTileAVX2 computes four positions by two rows at a time, as many sums as
// the registers hold beside their factors.
func dotTileAVX2(out []float32, outStride int, x, rows []float32, cols int) {
	count, tokens := len(rows)/cols, len(x)/cols
	whole := cols &^ 7
	t := 0
	for ; t+4 <= tokens; t += 4 {
		x0 := &x[t*cols : (t+4)*cols][0]
		x1, x2, x3 := at(x0, cols), at(x0, 2*cols), at(x0, 3*cols)
		o0 := out[t*outStride:][:count]
		o1 := out[(t+1)*outStride:][:count]
		o2 := out[(t+2)*outStride:][:count]
		o3 := out[(t+3)*outStride:][:count]
		for r := 0; r < count; r += 2 {
			second := min(r+1, count-1) // an odd last row is computed twice
			p, q := &rows[r*cols : (r+1)*cols][0], &rows[second*cols : (second+1)*cols][0]
			var a0, a1, a2, a3, b0, b1, b2, b3 vector
			for i := 0; i < whole; i += 8 {
				v, w := load(p, i), load(q, i)
				y := load(x0, i)
				a0, b0 = y.MulAdd(v, a0), y.MulAdd(w, b0)
				y = load(x1, i)
				a1, b1 = y.MulAdd(v, a1), y.MulAdd(w, b1)
				y = load(x2, i)
				a2, b2 = y.MulAdd(v, a2), y.MulAdd(w, b2)
				y = load(x3, i)
				a3, b3 = y.MulAdd(v, a3), y.MulAdd(w, b3)
			}
			s, u := sums(a0, a1, a2, a3), sums(b0, b1, b2, b3)
			for i := whole; i < cols; i++ {
				v, w := *at(p, i), *at(q, i)
				for j, y := range [4]float32{*at(x0, i), *at(x1, i), *at(x2, i), *at(x3, i)} {
					s[j] += y * v
					u[j] += y * w
				}
			}
			o0[r], o1[r], o2[r], o3[r] = s[0], s[1], s[2], s[3]
			o0[second], o1[second], o2[second], o3[second] = u[0], u[1], u[2], u[3]
		}
	}
	for ; t < tokens; t++ {
		dotRowsAVX2(out[t*outStride:][:count], x[t*cols:(t+1)*cols], rows, cols)
	}
	archsimd.ClearAVXUpperBits()
}

func addWeightedAVX2(out, weights, rows []float32, stride int) {
	n := len(out)
	if n == 0 || len(weights) == 0 {
		return
	}
	_ = rows[:(len(weights)-1)*stride+n]
	first := &rows[0]
	i := 0
	for ; i+32 <= n; i += 32 {
		o := &out[i]
		a, b, c, d := load(o, 0), load(o, 8), load(o, 16), load(o, 24)
		row := i // an offset: a pointer would end up outside of the slice
		for _, weight := range weights {
			w := archsimd.BroadcastFloat32x8(weight)
			a = w.MulAdd(load(first, row), a)
			b = w.MulAdd(load(first, row+8), b)
			c = w.MulAdd(load(first, row+16), c)
			d = w.MulAdd(load(first, row+24), d)
			row += stride
		}
		a.StoreSlice(out[i:])
		b.StoreSlice(out[i+8:])
		c.StoreSlice(out[i+16:])
		d.StoreSlice(out[i+24:])
	}
	for ; i+8 <= n; i += 8 {
		a := load(&out[i], 0)
		for r, weight := range weights {
			a = archsimd.BroadcastFloat32x8(weight).MulAdd(load(first, r*stride+i), a)
		}
		a.StoreSlice(out[i:])
	}
	for ; i < n; i++ {
		for r, weight := range weights {
			out[i] += weight * *at(first, r*stride+i)
		}
	}
	archsimd.ClearAVXUpperBits()
}
