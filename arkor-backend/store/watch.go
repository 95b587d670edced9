package store

import "sync"

// watchers holds who waits for changes of which job. They are told that
// something changed, never what: the database is the only source.
type watchers struct {
	mu   sync.Mutex
	jobs map[string]map[chan struct{}]struct{}
}

// Watch returns a channel that gets a value after a change of the job was
// committed; changes in quick succession may share one. The caller calls stop.
func (s *Store) Watch(jobID string) (changed <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	w := &s.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.jobs[jobID] == nil {
		w.jobs[jobID] = map[chan struct{}]struct{}{}
	}
	w.jobs[jobID][ch] = struct{}{}
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.jobs[jobID], ch)
		if len(w.jobs[jobID]) == 0 {
			delete(w.jobs, jobID)
		}
	}
}

func (w *watchers) notify(jobID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ch := range w.jobs[jobID] {
		select {
		case ch <- struct{}{}:
		default: // a value is waiting already
		}
	}
}
