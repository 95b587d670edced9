package inference

import "slices"

// line is where requests wait for their turn. Callers take turns, so that the
// many requests of one do not keep another waiting.
type line struct {
	limit   int
	waiting int
	callers []*callerLine // whose turn it is first
}

type callerLine struct {
	caller   string
	requests []*waiting // the oldest first
}

// waiting is a request in the line.
type waiting struct {
	model, caller string
	needs         int64         // memory of the model, 0 when not known
	settled       chan struct{} // closed once it is out of the line, and one of these is set:
	worker        *worker
	err           error
}

func (w *waiting) settle(worker *worker, err error) {
	w.worker, w.err = worker, err
	close(w.settled)
}

// push adds a request. When the line is full the caller with the most requests
// in it gives way: its newest is refused, which may be the one that was to be
// added.
func (l *line) push(w *waiting) {
	mine := l.of(w.caller)
	if l.waiting >= l.limit {
		longest := slices.MaxFunc(l.callers, func(a, b *callerLine) int { return len(a.requests) - len(b.requests) })
		if mine != nil && len(mine.requests)+1 >= len(longest.requests) || len(longest.requests) <= 1 {
			w.settle(nil, ErrBusy)
			return
		}
		newest := longest.requests[len(longest.requests)-1]
		l.remove(newest)
		newest.settle(nil, ErrBusy)
	}
	if mine == nil {
		mine = &callerLine{caller: w.caller}
		l.callers = append(l.callers, mine)
	}
	mine.requests = append(mine.requests, w)
	l.waiting++
}

func (l *line) of(caller string) *callerLine {
	for _, c := range l.callers {
		if c.caller == caller {
			return c
		}
	}
	return nil
}

// remove takes a request out, and reports whether it was there.
func (l *line) remove(w *waiting) bool {
	c := l.of(w.caller)
	if c == nil {
		return false
	}
	i := slices.Index(c.requests, w)
	if i < 0 {
		return false
	}
	c.requests = slices.Delete(c.requests, i, i+1)
	l.waiting--
	if len(c.requests) == 0 {
		l.callers = slices.DeleteFunc(l.callers, func(other *callerLine) bool { return other == c })
	}
	return true
}

// serve goes through the line until nobody in it can be served: try settles a
// request or returns false. Whoever is served goes behind the other callers.
func (l *line) serve(try func(*waiting) bool) {
	for i := 0; i < len(l.callers); {
		c := l.callers[i]
		first := slices.IndexFunc(c.requests, try)
		if first < 0 {
			i++
			continue
		}
		l.remove(c.requests[first])
		if len(c.requests) > 0 {
			l.callers = append(slices.Delete(l.callers, i, i+1), c)
		}
	}
}
