//go:build unix

package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// LocksAreShared says that a child which inherits a locked file holds the lock
// too, until both have closed it.
const LocksAreShared = true

// OwnGroup keeps a Ctrl-C in the terminal from a child: it is for the backend,
// which tells its workers.
func OwnGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// Detached gives a child a session of its own, so that it outlives the
// terminal it was started from.
func Detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// Terminate asks a process to end.
func Terminate(p *os.Process) { _ = p.Signal(syscall.SIGTERM) }

// TryLock takes the lock of an open file unless somebody else has it. The lock
// ends with the file.
func TryLock(file *os.File) (bool, error) { return flock(file, syscall.LOCK_EX) }

// TryShare is TryLock for those who only want to know: they do not keep each
// other out.
func TryShare(file *os.File) (bool, error) { return flock(file, syscall.LOCK_SH) }

func flock(file *os.File, how int) (bool, error) {
	err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// Signal names the signal that ended a process, given the error of Wait; ""
// when none did.
func Signal(err error) string {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return ""
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return ""
	}
	return fmt.Sprintf("signal %d (%s)", status.Signal(), unix.SignalName(status.Signal()))
}

// MaxFiles returns how many files this process may have open.
func MaxFiles() (n uint64, ok bool) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0, false
	}
	return uint64(limit.Cur), true
}
