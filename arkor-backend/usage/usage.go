// Package usage writes down what endpoints were asked and when their keys were
// used, a little later and many at a time: no answer waits for the disk.
package usage

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
)

const (
	flushEvery = time.Second
	sweepEvery = time.Hour
	keyEvery   = time.Minute // a key's last use is known to within this
	maxPending = 256         // runs; whoever brings one more waits until they are written
)

// Log is safe for concurrent use.
type Log struct {
	store *store.Store
	log   *slog.Logger

	flushing sync.Mutex // held while pending runs are on their way into the store

	mu      sync.Mutex
	pending []store.Run
	used    map[string]time.Time // keys whose last use is to be written
	written map[string]time.Time // keys and the last use that was
}

// New returns a log whose Run has to be called.
func New(s *store.Store, log *slog.Logger) *Log {
	return &Log{store: s, log: log, used: map[string]time.Time{}, written: map[string]time.Time{}}
}

// Run writes until ctx ends, and removes what is not retained any more.
func (l *Log) Run(ctx context.Context) {
	flush, sweep := time.NewTicker(flushEvery), time.NewTicker(sweepEvery)
	defer flush.Stop()
	defer sweep.Stop()
	l.Sweep(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-flush.C:
			l.Flush(ctx)
		case <-sweep.C:
			l.Sweep(ctx)
		}
	}
}

// Keep remembers a run.
func (l *Log) Keep(ctx context.Context, run store.Run) {
	l.mu.Lock()
	l.pending = append(l.pending, run)
	full := len(l.pending) >= maxPending
	l.mu.Unlock()
	if full {
		l.Flush(ctx)
	}
}

// Used remembers that a key was used.
func (l *Log) Used(key string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.written[key]) >= keyEvery {
		l.used[key] = now
	}
}

// Flush writes what is pending. What cannot be written is logged and dropped:
// a full disk must not take the memory as well.
func (l *Log) Flush(ctx context.Context) {
	l.flushing.Lock()
	defer l.flushing.Unlock()
	l.mu.Lock()
	runs, used := l.pending, l.used
	l.pending, l.used = nil, map[string]time.Time{}
	for key, at := range l.written {
		if time.Since(at) >= keyEvery {
			delete(l.written, key)
		}
	}
	for key, at := range used {
		l.written[key] = at
	}
	l.mu.Unlock()
	if len(runs)+len(used) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	if err := l.store.KeepRuns(ctx, runs, used); err != nil {
		l.log.Error("write down what endpoints were asked", "runs", len(runs), "error", err)
	}
}

// writeTimeout bounds what a leaving backend waits for.
const writeTimeout = 10 * time.Second

// Sweep removes the runs that are not retained any more.
func (l *Log) Sweep(ctx context.Context) {
	if err := l.store.SweepRuns(ctx, time.Now()); err != nil && ctx.Err() == nil {
		l.log.Error("remove old runs of endpoints", "error", err)
	}
}
