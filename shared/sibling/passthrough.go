package sibling

import (
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
func Passthrough(cmd *exec.Cmd) error {
	// The parent-death signal belongs to the thread that started the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	signals := make(chan os.Signal, 4)
	signal.Notify(signals, forwarded...)
	defer signal.Stop(signals)

	tieToParent(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	ended := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case s := <-signals:
				if !deliveredByTerminal(s) {
					_ = cmd.Process.Signal(s) // it may have ended this very moment
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
