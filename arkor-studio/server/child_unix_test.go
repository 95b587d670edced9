//go:build unix

package server

import (
	"syscall"
	"testing"
)

// X3: a training is in a process group of its own, so that a Ctrl-C in the
// terminal reaches the server alone.
func TestTrainingsHaveTheirOwnGroup(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	run := s.startRun("")
	if group, err := syscall.Getpgid(run.PID); err != nil || group != run.PID || group == syscall.Getpgrp() {
		t.Errorf("process %d is in group %d: %v", run.PID, group, err)
	}
}
