//go:build unix

package wholefile

import (
	"path/filepath"
	"syscall"
	"testing"
)

// Opening a pipe waits until somebody writes.
func TestReadDoesNotWaitForAPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	if _, err := Read(path, 5); err == nil {
		t.Error("a pipe was read")
	}
}
