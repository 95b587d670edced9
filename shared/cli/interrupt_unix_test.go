//go:build unix

package cli

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
)

// A signal that comes by two ways is one; without the second half of the rule
// this process would be gone.
func TestASignalByTwoWays(t *testing.T) {
	ctx, stop := interruptible(t.Context())
	defer stop()
	for range 2 {
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		<-ctx.Done()
	}
	var interrupt *Interrupt
	if !errors.As(context.Cause(ctx), &interrupt) || interrupt.Signal != syscall.SIGTERM {
		t.Errorf("%v", context.Cause(ctx))
	}
}
