package series

import (
	"slices"
	"sync"
)

// kept is how many logs are remembered: as many as somebody compares.
const kept = 8

// Recent remembers the logs that were asked for last, so that of these only
// what is new has to be read: a page asks again whenever it is opened.
type Recent struct {
	mu   sync.Mutex
	logs []*log // the latest first
}

type log struct {
	jobID  string
	mu     sync.Mutex
	points []Point
	last   int64 // id of the last event that is in points, or came before their end
}

// Points returns the log of a job. load calls each with the data of every log
// event behind the event called after, and returns the id of the last one.
func (r *Recent) Points(jobID string, load func(after int64, each func(data []byte)) (last int64, err error)) ([]Point, error) {
	l := r.find(jobID)
	l.mu.Lock()
	defer l.mu.Unlock()
	parsing := newParsing(l.points)
	last, err := load(l.last, parsing.add)
	points := parsing.end()
	if err != nil {
		return nil, err
	}
	l.points, l.last = points, last
	return points, nil
}

func (r *Recent) find(jobID string) *log {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := &log{jobID: jobID}
	if i := slices.IndexFunc(r.logs, func(l *log) bool { return l.jobID == jobID }); i >= 0 {
		l = r.logs[i]
		r.logs = slices.Delete(r.logs, i, i+1)
	}
	r.logs = slices.Insert(r.logs, 0, l)
	if len(r.logs) > kept {
		r.logs = slices.Delete(r.logs, kept, len(r.logs))
	}
	return l
}
