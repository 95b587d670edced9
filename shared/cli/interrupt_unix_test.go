//go:build unix

package cli

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
)

// A signal that comes by several ways is one: a second one would end this process.
func TestASignalByTwoWays(t *testing.T) {
	ctx, stop := interruptible(t.Context())
	defer stop()
	for range 200 {
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
