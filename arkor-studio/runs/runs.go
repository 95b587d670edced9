// Package runs holds the trainings that the server started. They belong to the
// server: no page has to stay open for them, and any page can read what they
// print.
package runs

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

const (
	maxLive  = 8  // trainings at once
	maxEnded = 12 // whose output is kept
	// afterlife is how long output is read on when a training has ended and left
	// a process behind that holds the pipe.
	afterlife = time.Second
	// patience is how long a training may take to detach.
	patience = 2 * time.Second
)

// The states of a run.
const (
	Running  = "running"
	Stopping = "stopping"
	Exited   = "exited"
)

// Run is what is known of a training.
type Run struct {
	ID        string  `json:"id"`
	PID       int     `json:"pid"`
	File      string  `json:"file,omitempty"` // of the project; "" for its default entry
	DryRun    bool    `json:"dryRun"`
	State     string  `json:"state"`
	StartedAt string  `json:"startedAt"`
	EndedAt   *string `json:"endedAt"`
	Exit      *int    `json:"exit"`   // null until it ended, and when a signal ended it
	Signal    *string `json:"signal"` // that ended it
	JobID     *string `json:"jobId"`  // once it has submitted its job
}

// Options say what to train.
type Options struct {
	File   string // absolute, "" for the default entry
	DryRun bool
}

// ErrTooMany means that no more trainings are started at once.
var ErrTooMany = errors.New("too many trainings are running here; stop one first")

// Manager starts trainings and remembers them. It is safe for concurrent use.
type Manager struct {
	env     cli.Env
	changed func() // called, without a lock held, after each change of a Run

	mu        sync.Mutex
	count     int
	closed    bool
	trainings []*Training // in the order of their start
}

// New returns a manager for the project in env.Dir.
func New(env cli.Env, changed func()) *Manager { return &Manager{env: env, changed: changed} }

// Start starts "arkor-build start" on its own: without stdin, and out of reach
// of the terminal's keys.
func (m *Manager) Start(o Options) (*Training, error) {
	path, err := sibling.Find(m.env, "arkor-build")
	if err != nil {
		return nil, err
	}
	args := []string{"start"}
	shown := ""
	if o.DryRun {
		args = append(args, "--dry-run")
	}
	if o.File != "" {
		args = append(args, o.File)
		if shown, err = filepath.Rel(m.env.Dir, o.File); err != nil {
			shown = o.File
		}
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = m.env.Dir, m.env.Environ

	m.mu.Lock()
	defer m.mu.Unlock()
	live := 0
	for _, t := range m.trainings {
		if t.run.State != Exited {
			live++
		}
	}
	if live >= maxLive || m.closed {
		return nil, ErrTooMany
	}
	t := &Training{Output: newOutput(), manager: m, ended: make(chan struct{})}
	if err := t.start(cmd); err != nil {
		return nil, fmt.Errorf("run arkor-build: %w", err)
	}
	m.count++
	t.run = Run{
		ID: "r" + strconv.Itoa(m.count), PID: cmd.Process.Pid, File: filepath.ToSlash(shown), DryRun: o.DryRun,
		State: Running, StartedAt: cloud.Timestamp(time.Now()),
	}
	m.trainings = append(m.trainings, t)
	m.forget()
	go m.changed()
	return t, nil
}

// forget drops the oldest of the ended trainings. The caller holds the lock.
func (m *Manager) forget() {
	ended := 0
	for _, t := range m.trainings {
		if t.run.State == Exited {
			ended++
		}
	}
	m.trainings = slices.DeleteFunc(m.trainings, func(t *Training) bool {
		if t.run.State != Exited || ended <= maxEnded {
			return false
		}
		ended--
		return true
	})
}

// List returns all runs, the latest first.
func (m *Manager) List() []Run {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]Run, 0, len(m.trainings))
	for _, t := range slices.Backward(m.trainings) {
		list = append(list, t.run)
	}
	return list
}

// Find returns a training, or nil.
func (m *Manager) Find(id string) *Training {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.trainings {
		if t.run.ID == id {
			return t
		}
	}
	return nil
}

// Shutdown detaches every training, kills what does not go, and returns the runs
// that were cut short. No training is started afterwards.
func (m *Manager) Shutdown(ctx context.Context) []Run {
	m.mu.Lock()
	m.closed = true
	var live []*Training
	for _, t := range m.trainings {
		if t.run.State != Exited {
			live = append(live, t)
		}
	}
	m.mu.Unlock()
	for _, t := range live {
		t.Detach()
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var cut []Run
	for _, t := range live {
		select {
		case <-t.ended:
		case <-ctx.Done():
			t.tree.kill(t.process)
			<-t.ended
		}
		cut = append(cut, t.Run())
	}
	return cut
}
