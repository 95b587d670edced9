package series

// Lines are parsed beside the reading of the next ones: each of the two takes
// about as long as the other.
const (
	linesAtOnce = 512
	waiting     = 4 // batches
)

// parsing appends the points of lines, in order, in a goroutine of its own.
type parsing struct {
	next    batch
	batches chan batch
	points  chan []Point
}

// batch is a number of lines, one behind the other.
type batch struct {
	text []byte
	ends []int
}

func newParsing(points []Point) *parsing {
	p := &parsing{batches: make(chan batch, waiting), points: make(chan []Point)}
	go func() {
		for b := range p.batches {
			from := 0
			for _, end := range b.ends {
				points = append(points, Parse(b.text[from:end]))
				from = end
			}
		}
		p.points <- points
	}()
	return p
}

// add takes a line, whose bytes may change afterwards.
func (p *parsing) add(line []byte) {
	p.next.text = append(p.next.text, line...)
	p.next.ends = append(p.next.ends, len(p.next.text))
	if len(p.next.ends) == linesAtOnce {
		p.batches <- p.next
		p.next = batch{make([]byte, 0, len(p.next.text)), make([]int, 0, linesAtOnce)}
	}
}

// end returns all points. It has to be called once.
func (p *parsing) end() []Point {
	p.batches <- p.next
	close(p.batches)
	return <-p.points
}
