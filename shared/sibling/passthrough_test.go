//go:build unix

package sibling

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// A Ctrl-C that the terminal sent before the child was there ends it all the same.
func TestInterruptBeforeTheChildIsThere(t *testing.T) {
	t.Parallel()
	const helper = "ARKOR_TEST_PASSTHROUGH"
	if os.Getenv(helper) != "" {
		cmd := exec.Command("sh", "-c", "read line")
		cmd.Stdin = os.Stdin
		start := func() error {
			if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
				return err
			}
			return cmd.Start()
		}
		err := passthrough(context.Background(), cmd, start, func(os.Signal) bool { return true })
		t.Fatalf("the child went on, and ended with %v", err)
	}
	endsBySIGINT(t, helper)
}

// Nothing is started for a command that has been interrupted already.
func TestInterruptBeforeTheStart(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := &cli.Interrupt{Signal: os.Interrupt}
	cancel(cause)
	cmd := exec.Command("true")
	if err := Passthrough(ctx, cmd); !errors.Is(err, cause) || cmd.Process != nil {
		t.Errorf("error %v, process %v", err, cmd.Process)
	}
}

// Of a signal that came before anybody listened here, ctx tells, maybe late.
func TestInterruptThatTheContextTellsOf(t *testing.T) {
	t.Parallel()
	const helper = "ARKOR_TEST_PASSTHROUGH_CONTEXT"
	if os.Getenv(helper) != "" {
		ctx, cancel := context.WithCancelCause(context.Background())
		cmd := exec.Command("sh", "-c", "read line")
		cmd.Stdin = os.Stdin
		start := func() error {
			err := cmd.Start()
			cancel(&cli.Interrupt{Signal: syscall.SIGINT})
			return err
		}
		t.Fatalf("the child went on, and ended with %v", passthrough(ctx, cmd, start, func(os.Signal) bool { return true }))
	}
	endsBySIGINT(t, helper)
}

// endsBySIGINT runs the calling test again, with helper set, as a process that
// has to end by the signal.
func endsBySIGINT(t *testing.T, helper string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), helper+"=1")
	stdin, err := cmd.StdinPipe() // open for as long as the child waits for a line
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	_ = cmd.Run()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("ended with %v, not by the signal", cmd.ProcessState)
	}
}
