package local

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/engine"
	"github.com/arkorlab/arkor-go/arkor-backend/process"
)

func TestMain(m *testing.M) {
	if os.Getenv("ARKOR_TEST_STUBBORN") != "" {
		_, _ = io.Copy(io.Discard, os.Stdin) // for as long as the test wants
		return
	}
	os.Exit(m.Run())
}

// A worker of an earlier backend that does not leave holds the job's folder;
// it is killed before the next one begins.
func TestStubbornWorkerIsKilled(t *testing.T) {
	t.Parallel()
	if !process.LocksAreShared {
		t.Skip("locks are not shared with children on this system")
	}
	r := &run{job: engine.Job{Dir: t.TempDir()}, grace: time.Millisecond, cancelled: make(chan struct{})}
	output, err := os.OpenFile(r.path(outputFile), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if locked, err := process.TryLock(output); err != nil || !locked {
		t.Fatal(locked, err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	old := exec.Command(self)
	old.Env = append(os.Environ(), "ARKOR_TEST_STUBBORN=1")
	old.Stdout = output
	stdin, err := old.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	if err := old.Start(); err != nil {
		t.Fatal(err)
	}
	output.Close() // as the death of its backend does
	if err := os.WriteFile(filepath.Join(r.job.Dir, pidFile), []byte(strconv.Itoa(old.Process.Pid)), 0o600); err != nil {
		t.Fatal(err)
	}
	gone := make(chan error, 1)
	go func() { gone <- old.Wait() }()

	next, err := os.OpenFile(r.path(outputFile), os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if err := r.lock(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if got := describe(<-gone); got != "killed by signal 9 (SIGKILL)" {
		t.Errorf("the old worker was %s", got)
	}
}
