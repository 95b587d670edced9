package runs

import "syscall"

// detachWithParent leaves the job running when we are killed outright.
func detachWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGHUP }
