package backendcmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type stop struct{ env cli.Env }

func newStop(env cli.Env) *ff.Command {
	c := &stop{env: env}
	return &ff.Command{
		Name: "stop", Usage: "arkor backend stop", ShortHelp: "stop the backend; running jobs go on when it is back",
		Flags: ff.NewFlagSet("stop"), Exec: c.run,
	}
}

func (c *stop) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	home, err := daemon.DefaultHome(c.env)
	if err != nil {
		return err
	}
	unlock, err := settle(ctx, c.env, home) // somebody may be starting one
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(c.env.Stdout, "not running")
		return nil
	}
	if err != nil {
		return err
	}
	unlock()
	info, ok, err := home.Running()
	if err != nil {
		return err
	}
	if !ok {
		fmt.Fprintln(c.env.Stdout, "not running")
		return nil
	}
	s, err := askState(ctx, home, info)
	if err == nil {
		_, err = askStop(ctx, home, info, false)
	}
	var unanswered *url.Error // somebody else was faster, and it is leaving
	if err != nil && !errors.As(err, &unanswered) {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, stopTimeout, errSaving)
	defer cancel()
	if err := awaitGone(ctx, home, info); err != nil {
		return err
	}
	fmt.Fprintln(c.env.Stdout, "stopped")
	if s.Jobs.Running+s.Jobs.Queued > 0 {
		fmt.Fprintf(c.env.Stderr, "arkor backend stop: left unfinished: %d training, %d waiting; they go on when the backend is back, "+
			"and an `arkor start` that follows one brings it back\n", s.Jobs.Running, s.Jobs.Queued)
	}
	return nil
}
