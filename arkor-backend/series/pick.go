package series

import "math"

// Pick returns which points show what all of them show, at most most of them
// and in order. The first and last point and the extremes of every column come
// before anything else, then the evaluations, which are few. The rest is cut
// into buckets of the same length, each with its first, last, smallest and
// largest loss: a line through these covers the same pixels as one through all.
// Where these coincide there is room for points in between.
func Pick(points []Point, most int) []int {
	p := picker{points: points, taken: make([]bool, len(points)), left: most}
	if len(points) <= most {
		for i := range points {
			p.take(i)
		}
		return p.chosen()
	}
	p.take(0)
	p.take(len(points) - 1)
	for column := range Columns {
		found := p.edges(column, 0, len(points))
		p.take(found.low)
		p.take(found.high)
	}
	if evaluations := p.numbers(EvalLoss); len(evaluations) <= p.left/2 {
		for _, i := range evaluations {
			p.take(i)
		}
	} else {
		p.sketch(EvalLoss, p.left/8)
	}
	p.sketch(Loss, p.left/4)
	for i, rest := 1, p.left; i <= rest; i++ {
		p.take(i * len(points) / (rest + 1))
	}
	return p.chosen()
}

// sketch takes at most four points of each of so many buckets.
func (p *picker) sketch(column, buckets int) {
	for b := range buckets {
		from, to := b*len(p.points)/buckets, (b+1)*len(p.points)/buckets
		e := p.edges(column, from, to)
		if e.low < 0 {
			p.take(from) // nothing but null: one of them, so that the line breaks
			continue
		}
		p.take(e.first)
		p.take(e.last)
		p.take(e.low)
		p.take(e.high)
	}
}

type picker struct {
	points []Point
	taken  []bool
	left   int
}

func (p *picker) take(i int) {
	if i >= 0 && p.left > 0 && !p.taken[i] {
		p.taken[i] = true
		p.left--
	}
}

func (p *picker) chosen() []int {
	chosen := []int{}
	for i, taken := range p.taken {
		if taken {
			chosen = append(chosen, i)
		}
	}
	return chosen
}

// numbers are the points at which a column has one.
func (p *picker) numbers(column int) []int {
	var found []int
	for i, point := range p.points {
		if !math.IsNaN(point.Values[column]) {
			found = append(found, i)
		}
	}
	return found
}

// edges are points of a stretch by the value of one column, -1 where it has no
// number at all.
type edges struct{ first, last, low, high int }

func (p *picker) edges(column, from, to int) edges {
	e := edges{-1, -1, -1, -1}
	for i := from; i < to; i++ {
		value := p.points[i].Values[column]
		switch {
		case math.IsNaN(value):
			continue
		case e.first < 0:
			e = edges{i, i, i, i}
		case value < p.points[e.low].Values[column]:
			e.low = i
		case value > p.points[e.high].Values[column]:
			e.high = i
		}
		e.last = i
	}
	return e
}
