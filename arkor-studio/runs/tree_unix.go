//go:build unix

package runs

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// StopCancels says that a training that is stopped cancels its job itself.
const StopCancels = true

// tree is a training's process with all that it starts: a group of its own,
// which Ctrl-C in our terminal does not reach.
type tree struct{}

func (*tree) prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	detachWithParent(cmd.SysProcAttr)
}

func (*tree) started(*os.Process) {}
func (*tree) close()              {}

// terminate and hangUp tell the leader alone: it hands the signal on once.
func (*tree) terminate(p *os.Process) { _ = p.Signal(syscall.SIGTERM) }
func (*tree) hangUp(p *os.Process)    { _ = p.Signal(syscall.SIGHUP) }

// kill ends the group as a whole: a trainer whose leader dies before it would
// be told to cancel its job.
func (*tree) kill(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }

// signalOf names the signal that ended a process, or is "".
func signalOf(state *os.ProcessState) string {
	status, ok := state.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return ""
	}
	return unix.SignalName(status.Signal())
}
