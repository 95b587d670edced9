// Package engine is the border between the queue and whatever runs workers:
// child processes of this machine, or a cluster's scheduler.
package engine

import (
	"context"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Job is what an engine needs to know of a job. The folder is the worker's
// own; it survives workers, and the next one goes on from what is in it.
type Job struct {
	ID     string
	Dir    string // absolute
	File   string // job file, absolute
	Offset int64  // how much of the workers' output has been dealt with
}

// Engine runs workers.
type Engine interface {
	// Submit gives a job to the engine. Its error means that no worker can be
	// started at all.
	Submit(ctx context.Context, job Job) (Run, error)

	// Preview asks a worker about a job that need not exist. The file is as for
	// Submit; the answer is JSON of the worker's.
	Preview(ctx context.Context, file string) ([]byte, error)

	// Capabilities says what can be trained and served.
	Capabilities(ctx context.Context) (Capabilities, error)
}

// Capabilities of an engine.
type Capabilities struct {
	Models []cloud.Model
}

// Model returns the model with this id.
func (c Capabilities) Model(id string) (cloud.Model, bool) {
	for _, m := range c.Models {
		if m.ID == id {
			return m, true
		}
	}
	return cloud.Model{}, false
}

// Run is a submitted job.
type Run interface {
	// Watch hands on the worker's lines in order, each once, until the worker
	// is gone. When ctx ends the backend is leaving: a worker that cannot
	// outlive it saves a checkpoint and stops, and its last lines are handed on
	// before Watch returns. An error of handle ends the worker and is returned.
	Watch(ctx context.Context, handle func(Line) error) (Exit, error)

	// Cancel asks the worker to stop for good. Watch returns when it did. It may
	// be called at any time, more than once.
	Cancel()
}

// Exit says how a worker ended.
type Exit struct {
	// Reason is empty when the worker ended in order; otherwise it says what
	// became of it: "killed by signal 9 (SIGKILL)", "exit status 2".
	Reason string
	// LastWords is the line of the worker's stderr that says most about its end,
	// "" when it was silent.
	LastWords string
}
