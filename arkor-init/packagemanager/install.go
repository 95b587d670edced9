package packagemanager

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"github.com/arkorlab/arkor-go/arkor-init/process"
)

// Options say what to install where.
type Options struct {
	Manager Manager
	Dir     string // absolute
	Environ []string

	Stdin          io.Reader
	Stdout, Stderr io.Writer // get what the manager prints, as it prints it
}

// Error is an install that went wrong. It reads as a warning: the project is
// there, and whoever owns it can install again.
type Error struct {
	Manager Manager
	Code    int  // exit status; -1 when a signal ended the manager or it did not start
	Landed  bool // a lockfile and packages are there all the same
	Err     error
}

func (e *Error) Error() string {
	command := "`" + e.Manager.InstallCommand() + "`"
	var exit *exec.ExitError
	switch {
	case !errors.As(e.Err, &exit):
		return fmt.Sprintf("%s did not start: %v", command, e.Err)
	case e.Code >= 0:
		return fmt.Sprintf("%s exited with code %d", command, e.Code)
	}
	return fmt.Sprintf("%s was ended: %v", command, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Install runs the manager's install in a project and waits for it. The error
// is an *Error when that failed, and the cause of ctx when that ended: then the
// manager and all it started has ended too.
func Install(ctx context.Context, opts Options) error {
	if opts.Manager == Undetected {
		return errors.New("no package manager to install with")
	}
	path := process.Find(opts.Environ, string(opts.Manager))
	if path == "" {
		return &Error{opts.Manager, -1, false, fmt.Errorf("%s is not on PATH", opts.Manager)}
	}
	cmd := exec.Command(path, "install")
	cmd.Dir, cmd.Env = opts.Dir, environment(opts.Manager, opts.Dir, opts.Environ)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = opts.Stdin, opts.Stdout, opts.Stderr

	// npm and yarn do what they say. pnpm and bun may fail for a script of some
	// package when everything is in its place.
	canLand := opts.Manager == PNPM || opts.Manager == Bun
	var before snapshot
	if canLand {
		before = take(opts.Dir)
	}
	err := process.Run(ctx, cmd, process.Grace)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	failure := &Error{Manager: opts.Manager, Code: -1, Err: err}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		failure.Code = exit.ExitCode()
		failure.Landed = canLand && landed(before, take(opts.Dir))
	}
	return failure
}
