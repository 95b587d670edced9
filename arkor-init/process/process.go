// Package process runs the programs of others, package managers and git, in
// such a way that nothing of them outlives a run that was cut short.
package process

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
)

const (
	// Grace is how long a program may take to end after it was asked to.
	Grace = 5 * time.Second
	// afterlife is how long a process that left pipes open is listened to, and
	// how long one that was killed is waited for.
	afterlife = time.Second
	// coincidence is how far apart a Ctrl-C may reach a program and us.
	coincidence = 100 * time.Millisecond
	poll        = 10 * time.Millisecond
)

// Run starts cmd, which was made without a context, and waits for it. It
// returns what cmd.Wait does, but no error for a daemon that kept the output
// open.
//
// At a terminal the program stays in our process group, so that Ctrl-C reaches
// it as it reaches us and Ctrl-Z stops both. When ctx ends, the program and
// all it started is asked to end, killed after grace, and waited for; the
// result is then the cause of ctx, whatever the program made of it.
func Run(ctx context.Context, cmd *exec.Cmd, grace time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	tree := newTree(cmd)
	cmd.WaitDelay = afterlife
	if err := cmd.Start(); err != nil {
		return err
	}
	tree.root = cmd.Process.Pid
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()

	select {
	case err := <-ended:
		if errors.Is(err, exec.ErrWaitDelay) {
			err = nil
		}
		if err == nil && ctx.Err() == nil {
			return nil
		}
		// A Ctrl-C may have ended the program before we heard of it ourselves.
		select {
		case <-ctx.Done():
		case <-time.After(coincidence):
			return err
		}
		ended <- err // it is waited for below
	case <-ctx.Done():
	}
	// What the terminal told already may have something to put in order.
	var interrupt *cli.Interrupt
	told := errors.As(context.Cause(ctx), &interrupt) && interrupt.Signal == os.Interrupt && tree.interrupted()
	tree.end(ended, grace, told)
	return context.Cause(ctx)
}

// end ends the program and all that it started, and waits for both. The end of
// the program comes through ended; told says that it need not be asked.
func (t *tree) end(ended <-chan error, grace time.Duration, told bool) {
	if told {
		select {
		case <-ended:
			ended = nil
		case <-time.After(grace):
			grace = min(grace, afterlife) // it has had its time
		}
	}
	t.terminate()
	if !t.gone(&ended, grace) {
		t.kill()
		t.gone(&ended, afterlife)
	}
	if ended != nil {
		<-ended // bounded by cmd.WaitDelay once the program is dead
	}
}

// gone waits until nothing is left, for limit at most. It sets ended to nil
// when it has taken the result.
func (t *tree) gone(ended *<-chan error, limit time.Duration) bool {
	deadline := time.Now().Add(limit)
	for {
		select {
		case <-*ended:
			*ended = nil
		case <-time.After(poll):
		}
		switch {
		case *ended == nil && !t.alive():
			return true
		case time.Now().After(deadline):
			return false
		}
	}
}
