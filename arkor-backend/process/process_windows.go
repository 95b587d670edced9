package process

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// LocksAreShared is false: here a lock keeps everyone else out, children too.
const LocksAreShared = false

// OwnGroup keeps a Ctrl-C in the terminal from a child: it is for the backend,
// which tells its workers.
func OwnGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}

// Detached lets a child outlive the terminal it was started from.
func Detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS}
}

// Terminate does nothing: without signals, the end of stdin is the request.
func Terminate(*os.Process) {}

// TryLock takes the lock of an open file unless somebody else has it. The lock
// ends with the file.
func TryLock(file *os.File) (bool, error) { return lock(file, windows.LOCKFILE_EXCLUSIVE_LOCK) }

// TryShare is TryLock for those who only want to know: they do not keep each
// other out.
func TryShare(file *os.File) (bool, error) { return lock(file, 0) }

func lock(file *os.File, how uint32) (bool, error) {
	err := windows.LockFileEx(windows.Handle(file.Fd()), how|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}

// Signal returns "": processes here end without one.
func Signal(error) string { return "" }

// MaxFiles is for systems that bound open files.
func MaxFiles() (n uint64, ok bool) { return 0, false }
