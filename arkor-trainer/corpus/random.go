package corpus

import "math/bits"

// random is splitmix64. It is written out here because the corpus, and with it
// the tokenizer and the weights of the builtin model, must come out the same
// with every version of Go.
type random struct{ state uint64 }

func (r *random) uint64() uint64 {
	r.state += 0x9E3779B97F4A7C15
	z := r.state
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// intn returns a number from 0 to n-1.
func (r *random) intn(n int) int {
	high, _ := bits.Mul64(r.uint64(), uint64(n))
	return int(high)
}

// chance is true in percent of 100 cases.
func (r *random) chance(percent int) bool { return r.intn(100) < percent }

func pick[T any](r *random, from []T) T { return from[r.intn(len(from))] }
