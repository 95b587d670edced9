package generate

import "math"

// exp is e to the x in single precision, correct to two units in the last
// place. math.Exp would do, but is slower and suffers beside vector code.
func exp(x float32) float32 {
	switch {
	case x > 88.72283:
		return float32(math.Inf(1))
	case x < -87.33654:
		return 0
	case x != x:
		return x
	}
	// x = k ln 2 + f, with |f| at most half of ln 2, and ln 2 in two parts so
	// that f is exact.
	k := float32(int32(x*math.Log2E + 0.5))
	if x < 0 {
		k = float32(int32(x*math.Log2E - 0.5))
	}
	f := x - k*0.693359375 + k*2.12194440e-4
	// The polynomial of Cephes' expf.
	p := float32(1.9875691500e-4)
	p = p*f + 1.3981999507e-3
	p = p*f + 8.3334519073e-3
	p = p*f + 4.1665795894e-2
	p = p*f + 1.6666665459e-1
	p = p*f + 5.0000001201e-1
	p = p*f*f + f + 1
	// In two steps, for the largest k does not fit an exponent.
	half := int32(k) / 2
	return p * math.Float32frombits(uint32(127+half)<<23) * math.Float32frombits(uint32(127+int32(k)-half)<<23)
}

// softmax turns scores into weights that sum to one, in place. The largest
// score is taken out first, so that nothing overflows.
func softmax(scores []float32) {
	largest := scores[0]
	for _, s := range scores[1:] {
		largest = max(largest, s)
	}
	var total float32
	for i, s := range scores {
		e := exp(s - largest)
		scores[i] = e
		total += e
	}
	scale := 1 / total
	for i := range scores {
		scores[i] *= scale
	}
}

// rmsNorm sets out to x divided by its root mean square, times weight. Both
// hold one or more vectors of len(weight) end to end.
func rmsNorm(out, x, weight []float32, eps float64) {
	n := len(weight)
	for ; len(x) > 0; x, out = x[n:], out[n:] {
		var squares float64
		for _, v := range x[:n] {
			squares += float64(v) * float64(v)
		}
		scale := float32(1 / math.Sqrt(squares/float64(n)+eps))
		for i, w := range weight {
			out[i] = x[i] * scale * w
		}
	}
}

// swiGLU sets gate to silu(gate) times up.
func swiGLU(gate, up []float32) {
	up = up[:len(gate)]
	for i, g := range gate {
		gate[i] = g / (1 + exp(-g)) * up[i]
	}
}

// rotate turns the pairs (i, i+half) of every head in x by the angles whose
// cosines and sines are given; half is len(cos), a head is twice that.
func rotate(x, cos, sin []float32) {
	half := len(cos)
	sin = sin[:half]
	for ; len(x) > 0; x = x[2*half:] {
		low, high := x[:half], x[half:2*half]
		for i, c := range cos {
			a, b := low[i], high[i]
			low[i] = a*c - b*sin[i]
			high[i] = b*c + a*sin[i]
		}
	}
}

// add adds y to x.
func add(x, y []float32) {
	y = y[:len(x)]
	for i, v := range y {
		x[i] += v
	}
}
