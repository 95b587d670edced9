package generate

// kernel is the arithmetic that takes nearly all the time. One set of functions
// is chosen when an engine is made; all sets agree up to the order of summation.
// Within a set a product has one value, to the last bit, whichever function and
// place in its arguments it is computed by: answers would otherwise depend on
// who else is being answered.
type kernel struct {
	name string

	// dotRows sets out[r] to the product of x and the len(x) values that begin
	// at rows[r*stride].
	dotRows func(out, x, rows []float32, stride int)

	// dotTile does the same for several x at once, which reads rows only once:
	// out[t*outStride+r] becomes the product of row r and the t-th x. The x lie
	// end to end, cols values each, and so do the rows.
	dotTile func(out []float32, outStride int, x, rows []float32, cols int)

	// addWeighted adds to out the sum over r of weights[r] times the len(out)
	// values that begin at rows[r*stride].
	addWeighted func(out, weights, rows []float32, stride int)
}

// portableKernel runs everywhere.
func portableKernel() kernel {
	return kernel{"portable", dotRows, dotTile, addWeighted}
}

func dotRows(out, x, rows []float32, stride int) {
	for r := range out {
		out[r] = dot(x, rows[r*stride:])
	}
}

// dot keeps four sums, so that additions need not wait for each other.
func dot(x, y []float32) float32 {
	y = y[:len(x)]
	var a, b, c, d float32
	for len(x) >= 4 && len(y) >= 4 {
		a += x[0] * y[0]
		b += x[1] * y[1]
		c += x[2] * y[2]
		d += x[3] * y[3]
		x, y = x[4:], y[4:]
	}
	for i, v := range x {
		a += v * y[i]
	}
	return (a + b) + (c + d)
}

func dotTile(out []float32, outStride int, x, rows []float32, cols int) {
	for r := range len(rows) / cols {
		row := rows[r*cols : (r+1)*cols]
		for t := range len(x) / cols {
			out[t*outStride+r] = dot(x[t*cols:(t+1)*cols], row)
		}
	}
}

func addWeighted(out, weights, rows []float32, stride int) {
	for r, w := range weights {
		row := rows[r*stride:][:len(out)]
		for i, v := range row {
			out[i] += w * v
		}
	}
}
