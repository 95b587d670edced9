package cli

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

func TestLinger(t *testing.T) {
	t.Parallel()
	cause := &Interrupt{os.Interrupt}
	ctx, interrupt := context.WithCancelCause(t.Context())
	long, done := Linger(ctx, time.Hour)
	short, doneToo := Linger(ctx, 0)
	defer doneToo()
	interrupt(cause)
	<-short.Done()
	if err := context.Cause(short); !errors.Is(err, cause) {
		t.Errorf("it ended with %v", err)
	}
	if long.Err() != nil {
		t.Error("it did not outlive its parent")
	}
	done()
	if long.Err() == nil {
		t.Error("it outlives what it was for")
	}
	late, done := Linger(ctx, time.Hour)
	defer done()
	if err := context.Cause(late); !errors.Is(err, cause) {
		t.Errorf("something begins after the interrupt: %v", err)
	}
}
