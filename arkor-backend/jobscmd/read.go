package jobscmd

import (
	"context"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// reading is a job's events as they come, on channels, for who has more to wait
// for than them.
type reading struct {
	came  chan cloud.Event
	lost  chan cloud.Lost
	ended chan ending
	stop  func()
}

type ending struct {
	status cloud.JobStatus
	err    error
}

// read reads the events behind the last that is known, until stop is called.
func (v *view) read(ctx context.Context) reading {
	ctx, cancel := context.WithCancel(ctx)
	r := reading{came: make(chan cloud.Event), lost: make(chan cloud.Lost), ended: make(chan ending, 1)}
	f := &cloud.Follower{
		Client: v.session.Streams, Scope: v.session.Scope, JobID: v.Job.ID, LastID: v.lastID,
		OnEvent: func(e cloud.Event) error {
			select {
			case r.came <- e:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		},
		OnLost: func(l cloud.Lost) {
			select {
			case r.lost <- l:
			case <-ctx.Done():
			}
		},
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		status, err := f.Run(ctx)
		r.ended <- ending{status, err}
	}()
	r.stop = func() { cancel(); <-done }
	return r
}
