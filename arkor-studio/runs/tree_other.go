//go:build unix && !linux

package runs

import "syscall"

// detachWithParent has nothing to offer here: only Linux has a parent-death signal.
func detachWithParent(*syscall.SysProcAttr) {}
