// Package queue decides which job runs when, and turns what workers say into
// stored events.
package queue

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/blob"
	"github.com/arkorlab/arkor-go/arkor-backend/dataset"
	"github.com/arkorlab/arkor-go/arkor-backend/engine"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Options is what a queue works with.
type Options struct {
	Store   *store.Store
	Blobs   *blob.Store
	Engine  engine.Engine
	Fetcher *dataset.Fetcher
	Dir     string // absolute; each job gets a folder in it
	Running int    // how many jobs may run at once, at least 1
	Ended   func() // called when the end of a job is stored
	Log     *slog.Logger
}

// Queue runs jobs in the order of their arrival, projects taking turns.
type Queue struct {
	Options
	wake chan struct{}

	mu     sync.Mutex
	active map[string]*training
	speeds map[trial]cloud.Range // that previews were made with, in tokens a second
}

// New returns a queue; Run sets it to work.
func New(o Options) *Queue {
	return &Queue{Options: o, wake: make(chan struct{}, 1), active: map[string]*training{}, speeds: map[trial]cloud.Range{}}
}

// jobDir returns the folder of a job.
func (o Options) jobDir(id string) string { return filepath.Join(o.Dir, id) }

// Wake tells the queue that there may be something to do.
func (q *Queue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// claimRetry is how long the queue waits after the database refused.
const claimRetry = time.Second

// Run works until ctx ends. It first goes on with the jobs that an earlier
// backend left running. It returns when all workers have stopped; their jobs
// stay marked running, and the next backend goes on with them.
func (q *Queue) Run(ctx context.Context) {
	var trainings sync.WaitGroup
	defer trainings.Wait()
	slots := make(chan struct{}, q.Running)
	start := func(id string) {
		t := q.add(ctx, id)
		trainings.Go(func() {
			defer func() { q.remove(id); <-slots; q.Wake() }()
			t.run(ctx)
		})
	}
	left := q.left(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case slots <- struct{}{}:
		}
		if len(left) > 0 {
			q.Log.Info("going on with a job", "job", left[0])
			start(left[0])
			left = left[1:]
			continue
		}
		id, err := q.Store.Claim(ctx)
		if err == nil {
			start(id)
			continue
		}
		<-slots
		var retry <-chan time.Time
		if !errors.Is(err, store.ErrNotFound) && ctx.Err() == nil {
			q.Log.Error("take the next job", "error", err)
			retry = time.After(claimRetry)
		}
		select {
		case <-ctx.Done():
		case <-q.wake:
		case <-retry:
		}
	}
}

// left returns the jobs that an earlier backend left running.
func (q *Queue) left(ctx context.Context) []string {
	for {
		ids, err := q.Store.Running(ctx)
		if err == nil || ctx.Err() != nil {
			return ids
		}
		q.Log.Error("look for jobs to go on with", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(claimRetry):
		}
	}
}

func (q *Queue) add(ctx context.Context, id string) *training {
	t := &training{Queue: q, id: id, log: q.Log.With("job", id)}
	t.ctx, t.abandon = context.WithCancel(ctx)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.active[id] = t
	return t
}

func (q *Queue) remove(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.active[id].abandon()
	delete(q.active, id)
}

// Cancel ends a queued job at once and asks a running one to stop. It returns
// the job as it is now; one that has ended already is left alone. ErrNotFound:
// there is no such job.
func (q *Queue) Cancel(ctx context.Context, id string) (store.Job, error) {
	now := time.Now()
	job, err := q.Store.Cancel(ctx, id, store.Change{
		Type: cloud.EventCancelled, Data: payload(id, cloud.EventCancelled, now, nil),
		Status: cloud.Cancelled, EndedAt: cloud.Timestamp(now),
	})
	if err == nil && job.Status.Terminal() {
		q.Ended()
	}
	if err != nil || job.Status != cloud.Running {
		return job, err
	}
	q.mu.Lock()
	t := q.active[id]
	q.mu.Unlock()
	if t != nil {
		t.cancel()
	}
	return job, nil
}
