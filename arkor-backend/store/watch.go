package store

import (
	"context"
	"slices"
	"sync"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// recent is how many of the last events of a followed job are held in memory.
const recent = 1024

// followed holds the jobs that somebody follows.
type followed struct {
	mu   sync.Mutex
	jobs map[string]*tail
}

// tail is the end of a job's events, shared by all who follow the job: a
// thousand readers cost the database as much as one. The database stays the
// only source: a change is a reason to read, never what is read.
type tail struct {
	jobID string

	// Held by followed.mu.
	readers map[*Follower]struct{}
	changes uint64

	mu     sync.Mutex
	seen   uint64 // of changes, before the last read
	read   bool
	status cloud.JobStatus
	last   int64   // id of the last event
	events []Event // the last ones, the newest at the end
}

// Follower reads the events of one job as they come. It belongs to one
// goroutine; leave it with Stop.
type Follower struct {
	// Changed gets a value after a change of the job was committed; changes in
	// quick succession may share one.
	Changed <-chan struct{}

	changed chan struct{}
	tail    *tail
	store   *Store
}

// Follow begins to follow a job.
func (s *Store) Follow(jobID string) *Follower {
	changed := make(chan struct{}, 1)
	f := &Follower{Changed: changed, changed: changed, store: s}
	s.followed.mu.Lock()
	defer s.followed.mu.Unlock()
	f.tail = s.followed.jobs[jobID]
	if f.tail == nil {
		f.tail = &tail{jobID: jobID, readers: map[*Follower]struct{}{}}
		s.followed.jobs[jobID] = f.tail
	}
	f.tail.readers[f] = struct{}{}
	return f
}

// Stop ends the following.
func (f *Follower) Stop() {
	all := &f.store.followed
	all.mu.Lock()
	defer all.mu.Unlock()
	delete(f.tail.readers, f)
	if len(f.tail.readers) == 0 && all.jobs[f.tail.jobID] == f.tail {
		delete(all.jobs, f.tail.jobID)
	}
}

// After returns at most limit events behind the one called after, with the
// status that the job had when the last event of all, called last, was the last.
func (f *Follower) After(ctx context.Context, after int64, limit int) (events []Event, last int64, status cloud.JobStatus, err error) {
	f.store.followed.mu.Lock()
	changes := f.tail.changes
	f.store.followed.mu.Unlock()
	t := f.tail
	t.mu.Lock()
	if err := t.refresh(ctx, f.store, changes); err != nil {
		t.mu.Unlock()
		return nil, 0, "", err
	}
	last, status = t.last, t.status
	held := t.events
	t.mu.Unlock()
	switch {
	case after >= last:
		return nil, last, status, nil
	case len(held) > 0 && after >= held[0].ID-1:
		from := int(after - held[0].ID + 1)
		return held[from:min(len(held), from+limit)], last, status, nil
	}
	events, err = f.store.Events(ctx, t.jobID, after, limit)
	return events, last, status, err
}

// refresh reads what is new, unless somebody did since the change.
func (t *tail) refresh(ctx context.Context, s *Store, changes uint64) error {
	if t.read && t.seen >= changes {
		return nil
	}
	job, err := s.Job(ctx, t.jobID)
	if err != nil {
		return err
	}
	if !t.read {
		t.last = job.LastEvent
	}
	for t.last < job.LastEvent {
		events, err := s.Events(ctx, t.jobID, t.last, int(min(job.LastEvent-t.last, recent)))
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return ErrNotFound // deleted meanwhile
		}
		// A new slice: readers hold parts of the old one.
		t.events = slices.Concat(t.events[max(0, len(t.events)+len(events)-recent):], events)
		t.last = events[len(events)-1].ID
	}
	t.read, t.seen, t.status = true, changes, job.Status
	return nil
}

func (all *followed) notify(jobID string) {
	all.mu.Lock()
	defer all.mu.Unlock()
	t := all.jobs[jobID]
	if t == nil {
		return
	}
	t.changes++
	for f := range t.readers {
		select {
		case f.changed <- struct{}{}:
		default: // a value is waiting already
		}
	}
}
