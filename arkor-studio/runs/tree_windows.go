package runs

import (
	"os"
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// StopCancels says that a training that is stopped cancels its job itself.
// Without signals it cannot be asked to.
const StopCancels = false

// tree is a training's process with all that it starts: a job object, whose
// processes end when we do.
type tree struct{ job windows.Handle }

func (*tree) prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}

func (t *tree) started(p *os.Process) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, _ = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(p.Pid))
	if err == nil {
		err = windows.AssignProcessToJobObject(job, process)
		windows.CloseHandle(process)
	}
	if err != nil {
		windows.CloseHandle(job)
		return
	}
	t.job = job
}

func (t *tree) close() {
	if t.job != 0 {
		windows.CloseHandle(t.job)
	}
}

// terminate and hangUp are kill, which leaves the job of the backend running.
func (t *tree) terminate(p *os.Process) { t.kill(p) }
func (t *tree) hangUp(p *os.Process)    { t.kill(p) }

func (t *tree) kill(p *os.Process) {
	if t.job == 0 || windows.TerminateJobObject(t.job, 1) != nil {
		_ = p.Kill()
	}
}

// signalOf is always "": processes here end without one.
func signalOf(*os.ProcessState) string { return "" }
