//go:build unix

package sibling

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

var forwarded = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2}

// deliveredByTerminal reports whether the terminal has sent s to the child as
// well, which it does for keyboard signals when we are its foreground group.
func deliveredByTerminal(s os.Signal) bool {
	if s != syscall.SIGINT && s != syscall.SIGQUIT {
		return false
	}
	return InForeground()
}

// InForeground reports whether this process belongs to the foreground group of
// a terminal, so that the keys that send signals reach it, and with it every
// child that stays in its group.
func InForeground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}

// dieOf ends this process by the signal that ended the child, so that a caller
// sees a signal and not a number. It returns when there was none.
func dieOf(state *os.ProcessState) {
	status, ok := state.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return
	}
	switch status.Signal() {
	case syscall.SIGABRT, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL, syscall.SIGQUIT, syscall.SIGSEGV, syscall.SIGSYS, syscall.SIGTRAP:
		// To these Go itself answers with a dump of its own stacks.
	default:
		signal.Reset(status.Signal())
		_ = syscall.Kill(os.Getpid(), status.Signal())
		time.Sleep(time.Second) // the signal is asynchronous; only one that cannot kill lets us go on
	}
	os.Exit(128 + int(status.Signal()))
}
