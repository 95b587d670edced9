package sibling

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// Passthrough runs cmd in the place of this process: it shares its streams as
// they are set on cmd, receives the signals that arrive here exactly once, and
// its end becomes ours. An exit status comes back as *cli.ExitError (nil for
// 0); when cmd died of a signal, this process ends by the same signal.
//
// A terminal sends Ctrl-C to its whole foreground group, so the child has it
// already and it is not sent again; a signal from elsewhere (kill, a service
// manager) reached only this process and is handed on. The child is ended when
// this process dies without a chance to hand anything on, where the system can
// do that.
//
// A signal that ended ctx before the child was there is the end: no child is
// started, and the cause comes back.
func Passthrough(ctx context.Context, cmd *exec.Cmd) error {
	return passthrough(ctx, cmd, cmd.Start, deliveredByTerminal)
}

func passthrough(ctx context.Context, cmd *exec.Cmd, start func() error, delivered func(os.Signal) bool) error {
	// The parent-death signal belongs to the thread that started the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	signals := make(chan os.Signal, 4)
	signal.Notify(signals, forwarded...)
	defer signal.Stop(signals)
	early := make(chan os.Signal, 4)
	signal.Notify(early, forwarded...)
	defer signal.Stop(early)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}

	tieToParent(cmd)
	if err := start(); err != nil {
		return fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	// What came before the child was there has not reached it from the terminal
	// either. One that has it all the same is young enough to die of the first.
	signal.Stop(early) // returns when early has all that came until now
	for len(early) > 0 {
		if s := <-early; delivered(s) {
			_ = cmd.Process.Signal(s)
		}
	}
	ended := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		came := map[os.Signal]bool{}
		take := func(s os.Signal) {
			came[s] = true
			if !delivered(s) {
				_ = cmd.Process.Signal(s) // it may have ended this very moment
			}
		}
		interrupted := ctx.Done()
		for {
			select {
			case s := <-signals:
				take(s)
			case <-interrupted:
				interrupted = nil
				for len(signals) > 0 {
					take(<-signals)
				}
				// One that ended ctx and did not come here was there before we listened.
				if i := (*cli.Interrupt)(nil); errors.As(context.Cause(ctx), &i) && !came[i.Signal] {
					_ = cmd.Process.Signal(i.Signal)
				}
			case <-ended:
				return
			}
		}
	}()
	err := cmd.Wait()
	close(ended)
	<-stopped

	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &exit):
		dieOf(exit.ProcessState)
		return &cli.ExitError{Status: exit.ExitCode()}
	}
	return fmt.Errorf("run %s: %w", cmd.Path, err)
}
