// Package local runs workers as child processes of the backend.
package local

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/engine"
	"github.com/arkorlab/arkor-go/arkor-backend/process"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// Names in a job's folder.
const (
	outputFile = "output.jsonl" // stdout of all workers of the job, one behind the other
	logFile    = "worker.log"   // stderr of the same, bounded
	pidFile    = "worker.pid"
)

// Engine runs arkor-trainer.
type Engine struct {
	env   cli.Env
	grace time.Duration // what a worker gets to save a checkpoint and stop

	models modelCache
}

// New returns an engine that finds arkor-trainer beside env.Program or on its
// PATH. A worker that was told to stop is killed after grace.
func New(env cli.Env, grace time.Duration) *Engine { return &Engine{env: env, grace: grace} }

// Submit checks that there is a worker to run; Watch starts it.
func (e *Engine) Submit(_ context.Context, job engine.Job) (engine.Run, error) {
	program, err := sibling.Find(e.env, "arkor-trainer")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(job.Dir, 0o700); err != nil {
		return nil, err
	}
	return &run{
		job: job, program: program, environ: process.WorkerEnv(e.env.Environ), grace: e.grace,
		cancelled: make(chan struct{}),
	}, nil
}

type run struct {
	job     engine.Job
	program string
	environ []string
	grace   time.Duration

	cancel    sync.Once
	cancelled chan struct{}
}

func (r *run) path(name string) string { return filepath.Join(r.job.Dir, name) }

// Cancel asks the worker to stop.
func (r *run) Cancel() { r.cancel.Do(func() { close(r.cancelled) }) }

// Watch hands on what earlier workers left to say, then runs a worker unless
// that settled the job.
//
// The worker writes to a file and not into a pipe: what it said is not lost
// with the backend that should have read it, and a worker that outlives its
// backend for a moment can finish its checkpoint in peace. The file's lock is
// shared with the worker, so it tells when that one is gone.
func (r *run) Watch(ctx context.Context, handle func(engine.Line) error) (engine.Exit, error) {
	output, err := os.OpenFile(r.path(outputFile), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return engine.Exit{}, err
	}
	defer output.Close()
	if err := r.lock(ctx, output); err != nil {
		return engine.Exit{}, err
	}
	tail := &tail{file: output, offset: r.job.Offset, handle: handle}
	if err := tail.read(); err != nil || tail.final {
		return engine.Exit{}, err
	}
	if r.leaving(ctx) {
		return engine.Exit{}, nil
	}
	if err := tail.completeLine(); err != nil {
		return engine.Exit{}, err
	}
	w, err := r.start(output)
	if err != nil {
		return engine.Exit{}, err
	}
	err = r.follow(ctx, w, tail)
	exit := engine.Exit{LastWords: lastWords(r.path(logFile), w.logStart)}
	if !tail.final {
		exit.Reason = describe(w.result)
	}
	return exit, err
}

func (r *run) leaving(ctx context.Context) bool {
	select {
	case <-r.cancelled:
		return true
	case <-ctx.Done():
		return true
	default:
		return false
	}
}

// pollInterval is how often the output file is looked at. Reading at the end
// of a file costs a microsecond; a person sees the delay of neither.
const pollInterval = 25 * time.Millisecond

// lock waits until no worker of an earlier backend writes to the job's folder.
// It saw its stdin end and should be gone soon; it is killed when it is not.
func (r *run) lock(ctx context.Context, output *os.File) error {
	if !process.LocksAreShared {
		return nil // a worker ends with its stdin; there is no way to see that it did
	}
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	patience := time.NewTimer(r.grace)
	defer patience.Stop()
	for {
		locked, err := process.TryLock(output)
		if err != nil || locked {
			return err
		}
		select {
		case <-ticker.C:
		case <-patience.C:
			killRecorded(r.path(pidFile))
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// follow hands on lines until the worker is gone and all are read.
func (r *run) follow(ctx context.Context, w *worker, tail *tail) (err error) {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	cancelled, leaving := r.cancelled, ctx.Done()
	var deadline <-chan time.Time
	stop := func() {
		if deadline == nil {
			w.stop()
			deadline = time.After(r.grace)
		}
	}
	for {
		if err == nil {
			if err = tail.read(); err != nil {
				stop()
			} else if tail.final && deadline == nil {
				deadline = time.After(r.grace) // its word is said: it only has to leave
			}
		}
		select {
		case <-w.done:
			if err == nil {
				err = tail.read()
			}
			return err
		case <-ticker.C:
			boundLog(r.path(logFile))
		case <-cancelled:
			cancelled = nil
			stop()
		case <-leaving:
			leaving = nil
			stop()
		case <-deadline:
			w.kill()
			deadline = nil
			cancelled, leaving = nil, nil
		}
	}
}

// describe says how a process ended, "" for exit status 0.
func describe(err error) string {
	if err == nil {
		return ""
	}
	if signal := process.Signal(err); signal != "" {
		return "killed by " + signal
	}
	return strings.TrimSpace(err.Error())
}

// lastWords returns why the process that wrote to a log behind the offset from
// ended, in its own words.
func lastWords(path string, from int64) string {
	data, err := readEnd(path, from, process.LogEnd)
	if err != nil {
		return ""
	}
	return process.LastWords(data)
}
