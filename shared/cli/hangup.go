package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// StatusHungUp is the exit status of a command that serves until the terminal
// it was started from is closed.
const StatusHungUp = 129

// UntilHangup returns a context that SIGHUP cancels as well, with an *Interrupt
// as its cause, for a command that has something to put in order when its
// terminal is closed. The second SIGHUP meets the default action. Under nohup
// the signal stays ignored.
func UntilHangup(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	if signal.Ignored(syscall.SIGHUP) {
		return ctx, func() { cancel(nil) }
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case s := <-signals:
			cancel(&Interrupt{s})
		case <-ctx.Done():
		}
		signal.Stop(signals)
	}()
	return ctx, func() {
		cancel(nil)
		<-done
	}
}
