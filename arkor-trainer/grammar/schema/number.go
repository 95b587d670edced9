package schema

import (
	"math/big"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/network"
)

const (
	// maxDigits is how many digits a number with conditions has: as many as are
	// told apart by everyone who reads it.
	maxDigits    = 15
	usualPlaces  = 6 // digits after the point, unless the conditions need more
	maxRemainder = 2000
)

var digits = network.Bytes('0', '9')

// numbers appends a number or an integer.
func (c *compiler) numbers(from network.State, s *shape) (network.State, error) {
	whole := s.kinds&fraction == 0
	if s.low == nil && s.high == nil && len(s.divisors) == 0 {
		if whole {
			return c.b.Call(from, c.integerRule()), nil
		}
		return c.b.Call(from, c.numberRule()), nil
	}
	r, err := c.scaled(s, whole)
	if err != nil {
		return 0, err
	}
	end := c.b.State()
	zero := new(big.Int)
	r.free = map[[2]int64]network.State{}
	r.end = end
	if low := maxInt(r.low, zero); low.Cmp(r.high) <= 0 {
		c.magnitudes(from, r, low, r.high)
	}
	if r.low.Sign() < 0 {
		low := maxInt(big.NewInt(1), new(big.Int).Neg(r.high))
		high := new(big.Int).Neg(r.low)
		if low.Cmp(high) <= 0 {
			c.magnitudes(c.b.Text(from, "-"), r, low, high)
		}
	}
	return end, nil
}

func (c *compiler) integerRule() network.Rule {
	return c.once("an integer", func(at network.State) network.State {
		end := c.b.State()
		c.b.Link(c.wholePart(at), end)
		return end
	})
}

// wholePart appends an optional sign and up to fifteen digits.
func (c *compiler) wholePart(from network.State) network.State {
	sign := c.b.Byte(from, network.Of("-"))
	c.b.Link(from, sign)
	end := c.b.Byte(sign, network.Of("0"))
	more := c.b.Repeat(c.b.Byte(sign, network.Bytes('1', '9')), 0, maxDigits-1, func(at network.State) network.State { return c.b.Byte(at, digits) })
	c.b.Link(more, end)
	return end
}

func (c *compiler) numberRule() network.Rule {
	return c.once("a number", func(at network.State) network.State {
		digit := func(at network.State) network.State { return c.b.Byte(at, digits) }
		whole := c.wholePart(at)
		exponent := c.b.State()
		c.b.Link(whole, exponent)
		c.b.Link(c.b.Repeat(c.b.Text(whole, "."), 1, maxDigits, digit), exponent)
		end := c.b.State()
		c.b.Link(exponent, end)
		e := c.b.Byte(exponent, network.Of("eE"))
		sign := c.b.Byte(e, network.Of("+-"))
		c.b.Link(e, sign)
		c.b.Link(c.b.Repeat(sign, 1, 2, digit), end)
		return end
	})
}

// scaledRange is a range of numbers in units of the last place after the point.
type scaledRange struct {
	low, high *big.Int
	places    int
	divisor   int64

	end  network.State
	free map[[2]int64]network.State // once both bounds are kept: by digits to come and remainder
}

// scaled brings bounds and divisors to whole numbers, exactly or not at all.
func (c *compiler) scaled(s *shape, whole bool) (r scaledRange, err error) {
	if !whole {
		r.places = usualPlaces
	}
	step := new(big.Rat).SetInt64(1)
	for i, d := range s.divisors {
		if i == 0 && !whole {
			step = d
		} else {
			step = commonMultiple(step, d)
		}
	}
	// Room for the digits before the point that the bounds need. What bounds have
	// after it beyond the room is rounded to the inside.
	before := 1
	for _, b := range []*bound{s.low, s.high} {
		if b == nil {
			continue
		}
		head := new(big.Int).Quo(b.value.Num(), b.value.Denom())
		before = max(before, len(head.Abs(head).Text(10)))
		if r.places > 0 {
			r.places = max(r.places, decimalPlaces(b.value))
		}
	}
	if before > maxDigits {
		return r, wrong(s.at, "its bounds have more than %d digits", maxDigits)
	}
	r.places = min(r.places, maxDigits-before)
	if len(s.divisors) > 0 && !whole {
		if r.places = decimalPlaces(step); before+r.places > maxDigits {
			return r, wrong(s.at, "multipleOf has too many digits to be kept to exactly")
		}
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(r.places)), nil)
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(maxDigits), nil)
	limit.Sub(limit, big.NewInt(1))
	r.low, r.high = new(big.Int).Neg(limit), limit
	if s.low != nil {
		r.low = maxInt(r.low, inUnits(s.low, unit, true))
	}
	if s.high != nil {
		if high := inUnits(s.high, unit, false); high.Cmp(r.high) < 0 {
			r.high = high
		}
	}
	r.divisor = 1
	if len(s.divisors) > 0 {
		scaled := new(big.Rat).Mul(step, new(big.Rat).SetInt(unit))
		if !scaled.IsInt() || !scaled.Num().IsInt64() || scaled.Num().Int64() > maxRemainder {
			return r, wrong(s.at, "multipleOf cannot be kept to exactly beyond %d units of the last digit", maxRemainder)
		}
		r.divisor = scaled.Num().Int64()
	}
	return r, nil
}

// commonMultiple returns the least common multiple.
func commonMultiple(a, b *big.Rat) *big.Rat {
	// lcm(p/q, r/s) = lcm(p s, r q) / (q s)
	p := new(big.Int).Mul(a.Num(), b.Denom())
	q := new(big.Int).Mul(b.Num(), a.Denom())
	gcd := new(big.Int).GCD(nil, nil, p, q)
	lcm := new(big.Int).Mul(p, new(big.Int).Quo(q, gcd))
	return new(big.Rat).SetFrac(lcm, new(big.Int).Mul(a.Denom(), b.Denom()))
}

// decimalPlaces returns how many digits after the point write r exactly, more
// than there may be when none do.
func decimalPlaces(r *big.Rat) int {
	for places := range maxDigits {
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
		if new(big.Rat).Mul(r, new(big.Rat).SetInt(unit)).IsInt() {
			return places
		}
	}
	return maxDigits
}

// inUnits returns the last number within a bound, in units of 1/unit.
func inUnits(b *bound, unit *big.Int, isLow bool) *big.Int {
	scaled := new(big.Rat).Mul(b.value, new(big.Rat).SetInt(unit))
	floor := new(big.Int).Div(scaled.Num(), scaled.Denom()) // Euclidean: rounds down, as the denominator is positive
	switch {
	case scaled.IsInt() && !b.open:
	case isLow:
		floor.Add(floor, big.NewInt(1))
	case scaled.IsInt():
		floor.Sub(floor, big.NewInt(1))
	}
	return floor
}

func maxInt(a, b *big.Int) *big.Int {
	if a.Cmp(b) > 0 {
		return a
	}
	return b
}

// magnitudes appends the numbers from low to high, without sign, that are
// multiples of the divisor. A number is a run of digits with a point before the
// last few, of which those that are zero may be left out.
func (c *compiler) magnitudes(from network.State, r scaledRange, low, high *big.Int) {
	before := max(1, len(high.Text(10))-r.places)
	for n := 1; n <= before; n++ { // digits before the point
		w := writer{c: c, r: r, whole: n}
		first := new(big.Int)
		if n > 1 { // no leading zeros
			first.Exp(big.NewInt(10), big.NewInt(int64(n-1+r.places)), nil)
		}
		last := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n+r.places)), nil)
		last.Sub(last, big.NewInt(1))
		first = maxInt(first, low)
		if high.Cmp(last) < 0 {
			last = high
		}
		if first.Cmp(last) > 0 {
			continue
		}
		w.low, w.high = w.pad(first), w.pad(last)
		w.digit(from, 0, 0, true, true)
	}
}

// writer appends the numbers with so many digits before the point.
type writer struct {
	c         *compiler
	r         scaledRange
	whole     int
	low, high string // digits of the bounds
}

func (w *writer) pad(n *big.Int) string {
	text := n.Text(10)
	return strings.Repeat("0", w.whole+w.r.places-len(text)) + text
}

// digit appends the digits from the i-th on. remainder is that of what was
// written; atLow and atHigh say that it equals the beginning of a bound.
func (w *writer) digit(from network.State, i int, remainder int64, atLow, atHigh bool) {
	total := w.whole + w.r.places
	if i >= w.whole && w.mayEnd(i, remainder, atLow) {
		w.c.b.Link(from, w.r.end)
	}
	if i == total {
		return
	}
	if i == w.whole {
		from = w.c.b.Text(from, ".")
	}
	lowest, highest := byte('0'), byte('9')
	if atLow {
		lowest = w.low[i]
	}
	if atHigh {
		highest = w.high[i]
	}
	for d := lowest; d <= highest; d++ {
		next := (remainder*10 + int64(d-'0')) % w.r.divisor
		low, high := atLow && d == lowest, atHigh && d == highest
		if low || high {
			w.digit(w.c.b.Byte(from, network.Bytes(d, d)), i+1, next, low, high)
			continue
		}
		key := [2]int64{int64(total - i - 1), next}
		to, ok := w.r.free[key]
		if !ok {
			to = w.c.b.State()
			w.r.free[key] = to
			w.digit(to, i+1, next, false, false)
		}
		w.c.b.Edge(from, network.Bytes(d, d), to)
	}
}

// mayEnd reports whether the digits from the i-th on may be left out.
func (w *writer) mayEnd(i int, remainder int64, atLow bool) bool {
	if atLow && strings.Trim(w.low[i:], "0") != "" {
		return false
	}
	for range w.whole + w.r.places - i {
		remainder = remainder * 10 % w.r.divisor
	}
	return remainder == 0
}
