package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/engine"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// maxRestarts is how often a worker that died by itself is replaced.
const maxRestarts = 3

// training is a job at work.
type training struct {
	*Queue
	id  string
	log *slog.Logger

	ctx     context.Context // ends with the backend, or when the job is cancelled while it prepares
	abandon context.CancelFunc

	mu        sync.Mutex
	cancelled bool
	current   engine.Run
}

// cancel stops the preparation or the worker, whichever is going on.
func (t *training) cancel() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cancelled = true
	t.abandon()
	if t.current != nil {
		t.current.Cancel()
	}
}

func (t *training) isCancelled() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cancelled
}

// watching makes a run known to cancel.
func (t *training) watching(r engine.Run) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.current = r
	if t.cancelled {
		r.Cancel()
	}
}

// run sees a job through to its end, or to the end of ctx, which is the
// backend's: then the job stays as it is.
func (t *training) run(ctx context.Context) {
	err := t.train(ctx)
	switch {
	case errors.Is(err, store.ErrTerminal), err == nil:
	case ctx.Err() != nil:
		t.log.Info("the backend is stopping; the job goes on with the next one")
	case t.isCancelled():
		t.end(ctx, cloud.Cancelled, "", nil)
	default:
		t.log.Warn("job failed", "error", err)
		t.end(ctx, cloud.Failed, err.Error(), nil)
	}
}

// train returns nil when the job's end is stored, and otherwise the reason why
// it cannot go on.
func (t *training) train(ctx context.Context) error {
	job, err := t.Store.Job(ctx, t.id)
	if err != nil {
		return err
	}
	if job.CancelRequested {
		t.cancel()
	} else if err := t.prepare(t.ctx, job); err != nil {
		return err
	}
	for {
		settled, exit, err := t.worker(ctx)
		if settled || err != nil {
			return err
		}
		if t.isCancelled() {
			return context.Canceled
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		deaths, err := t.Store.CountRestart(ctx, t.id)
		if err != nil {
			return err
		}
		t.log.Warn("worker ended by itself", "reason", exit.Reason, "last words", exit.LastWords, "deaths", deaths)
		if deaths > maxRestarts {
			return died(exit, deaths)
		}
	}
}

// died is the reason of a job whose workers do not live.
func died(exit engine.Exit, deaths int) error {
	reason := exit.Reason
	if reason == "" {
		reason = "it stopped before the job was done"
	}
	text := fmt.Sprintf("the training process ended by itself %d times; the last time: %s", deaths, reason)
	if exit.LastWords != "" {
		text += ": " + exit.LastWords
	}
	if strings.Contains(exit.Reason, "SIGKILL") || strings.Contains(exit.LastWords, "out of memory") {
		text += "; the machine may be short of memory: close other programs, or lower batchSize or maxLength"
	}
	return errors.New(text)
}

// worker runs one worker to its end. settled means that its last word ended
// the job.
func (t *training) worker(ctx context.Context) (settled bool, exit engine.Exit, err error) {
	job, err := t.Store.Job(ctx, t.id)
	if err != nil {
		return false, exit, err
	}
	run, err := t.Engine.Submit(ctx, engine.Job{ID: t.id, Dir: t.jobDir(t.id), File: t.jobFile(), Offset: job.Offset})
	if err != nil {
		if hint := cli.HintOf(err); hint != "" {
			err = fmt.Errorf("%w; %s", err, hint)
		}
		return false, exit, fmt.Errorf("start the training process: %w", err)
	}
	t.watching(run)
	lines := &lines{training: t, backend: ctx, job: job}
	exit, err = run.Watch(ctx, lines.handle)
	return lines.settled, exit, err
}

// end stores the end of the job together with the event that tells it.
func (t *training) end(ctx context.Context, status cloud.JobStatus, reason string, step *int64) {
	now := time.Now()
	change := store.Change{Status: status, EndedAt: cloud.Timestamp(now)}
	if job, err := t.Store.Job(ctx, t.id); err == nil && step == nil && max(job.LogStep, job.CheckpointStep) >= 0 {
		last := max(job.LogStep, job.CheckpointStep)
		step = &last
	}
	fields := map[string]any{}
	if step != nil {
		fields["step"] = *step
	}
	change.Type = cloud.EventCancelled
	if status == cloud.Failed {
		change.Type, change.Error, fields["error"] = cloud.EventFailed, reason, reason
	}
	change.Data = payload(t.id, change.Type, now, fields)
	// Without its end the job would stay marked running, with nobody at it.
	if err := t.recordWithin(ctx, change, math.MaxInt); err != nil && !errors.Is(err, store.ErrTerminal) {
		t.log.Error("store the end of a job; it is tried again when the backend starts", "error", err)
	}
}

// A full disk should not cost a training: what cannot be stored is tried again
// for a while, and the worker's output waits in its file.
const (
	recordTries = 60
	recordPause = time.Second
)

func (t *training) record(ctx context.Context, change store.Change) error {
	return t.recordWithin(ctx, change, recordTries)
}

func (t *training) recordWithin(ctx context.Context, change store.Change, tries int) error {
	for try := 1; ; try++ {
		err := t.Store.Record(context.WithoutCancel(ctx), t.id, change)
		if err == nil && change.Status != "" {
			t.Ended()
		}
		if err == nil || errors.Is(err, store.ErrTerminal) || try == tries {
			return err
		}
		t.log.Error("store an event", "error", err, "try", try)
		select {
		case <-time.After(recordPause):
		case <-ctx.Done():
			return err
		}
	}
}
