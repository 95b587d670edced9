package runs

import (
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"time"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Training is one run with its output.
type Training struct {
	Output *Output

	manager *Manager
	process *os.Process
	tree    tree
	ended   chan struct{}

	run Run // guarded by manager.mu
}

// start begins the process and what follows it. Its thread is its own until the
// process has ended: on Linux a child is told when the thread that started it
// is gone.
func (t *Training) start(cmd *exec.Cmd) error {
	out, in, err := os.Pipe() // one for both, which keeps their order
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = in, in
	t.tree.prepare(cmd)
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		in.Close()
		if err != nil {
			out.Close()
			started <- err
			return
		}
		t.process = cmd.Process
		t.tree.started(cmd.Process)
		started <- nil
		copied := make(chan struct{})
		go func() {
			defer close(copied)
			t.copy(out)
		}()
		_ = cmd.Wait() // the state says how it ended
		_ = out.SetReadDeadline(time.Now().Add(afterlife))
		<-copied
		out.Close()
		t.tree.close()
		t.finish(cmd.ProcessState)
	}()
	return <-started
}

// submitted is the line in which arkor start names its job.
var submitted = regexp.MustCompile(`^Started job (\S{1,200})\r?$`)

// maxLine bounds the line that is looked at.
const maxLine = 1 << 10

// copy keeps what the training prints and looks for the id of its job.
func (t *Training) copy(out *os.File) {
	buffer := make([]byte, chunkSize)
	var line []byte
	found := false
	for {
		n, err := out.Read(buffer)
		_, _ = t.Output.Write(buffer[:n])
		for _, b := range buffer[:n] {
			switch {
			case found:
			case b == '\n':
				if match := submitted.FindSubmatch(line); match != nil {
					found = true
					t.submit(string(match[1]))
				}
				line = line[:0]
			case len(line) < maxLine:
				line = append(line, b)
			}
		}
		if err != nil {
			return
		}
	}
}

func (t *Training) submit(jobID string) {
	t.manager.mu.Lock()
	t.run.JobID = &jobID
	t.manager.mu.Unlock()
	t.manager.changed()
}

func (t *Training) finish(state *os.ProcessState) {
	t.manager.mu.Lock()
	now := cloud.Timestamp(time.Now())
	t.run.State, t.run.EndedAt = Exited, &now
	if signal := signalOf(state); signal != "" {
		t.run.Signal = &signal
	} else {
		status := state.ExitCode()
		t.run.Exit = &status
	}
	t.manager.mu.Unlock()
	t.Output.close()
	close(t.ended)
	t.manager.changed()
}

// Run returns what is known now.
func (t *Training) Run() Run {
	t.manager.mu.Lock()
	defer t.manager.mu.Unlock()
	return t.run
}

// Ended is closed when the training is over.
func (t *Training) Ended() <-chan struct{} { return t.ended }

// Stop asks a training to cancel its job and end; asked again, it ends at once.
func (t *Training) Stop() {
	t.manager.mu.Lock()
	state := t.run.State
	if state == Running {
		t.run.State = Stopping
	}
	t.manager.mu.Unlock()
	switch state {
	case Running:
		t.tree.terminate(t.process)
		t.manager.changed()
	case Stopping:
		t.tree.kill(t.process)
	}
}

// Detach asks a training to end without cancelling its job.
func (t *Training) Detach() {
	if t.Run().State != Exited {
		t.tree.hangUp(t.process)
	}
}
