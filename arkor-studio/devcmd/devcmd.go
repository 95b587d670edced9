// Package devcmd implements "arkor dev".
package devcmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"syscall"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-studio/guard"
	"github.com/arkorlab/arkor-go/arkor-studio/runs"
	"github.com/arkorlab/arkor-go/arkor-studio/server"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/project"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// New returns the arkor-studio command with its one subcommand.
func New(env cli.Env) *ff.Command {
	return &ff.Command{
		Name:        "arkor-studio",
		Usage:       "arkor-studio <command> [options]",
		ShortHelp:   "watch trainings in a local web page",
		Subcommands: []*ff.Command{newDev(env)},
	}
}

type command struct {
	env  cli.Env
	port string
	open bool
}

func newDev(env cli.Env) *ff.Command {
	c := &command{env: env}
	flags := ff.NewFlagSet("dev")
	for _, flag := range []ff.FlagConfig{
		{ShortName: 'p', LongName: "port", Value: ffval.NewValue(&c.port), Placeholder: "PORT", NoDefault: true,
			Usage: "listen here and nowhere else; without it 4000, or the next port that is free"},
		{LongName: "open", Value: ffval.NewValue(&c.open), NoDefault: true, Usage: "show the page in a browser"},
	} {
		if _, err := flags.AddFlag(flag); err != nil {
			panic(err) // two flags of one name
		}
	}
	return &ff.Command{
		Name:      "dev",
		Usage:     "arkor dev [options]",
		ShortHelp: "open the local web page",
		LongHelp: "Serves a page that shows this project, its trainings and their jobs, to this\n" +
			"machine only. Trainings that it started go on when the page is closed. Ctrl-C ends\n" +
			"it; jobs of trainings that it started go on running at the backend.\n\n" +
			"Examples:\n" +
			"  arkor dev --open\n" +
			"  arkor dev -p 4100",
		Flags: flags,
		Exec:  c.run,
	}
}

func (c *command) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	port, err := c.parsePort()
	if err != nil {
		return err
	}
	c.env = project.Enter(c.env, "arkor dev")
	ctx, release := cli.UntilHangup(ctx)
	defer release()
	ctx, quit := context.WithCancelCause(ctx)
	defer quit(nil)
	c.sayWhereWeAre()
	if err := c.bootstrap(ctx); err != nil {
		return err
	}
	listener, err := c.listen(ctx, port)
	if err != nil {
		return err
	}
	launch := guard.NewLaunch(listener.Addr().(*net.TCPAddr).Port)
	log := slog.New(slog.NewTextHandler(c.env.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := server.New(c.env, launch, log)
	if err != nil {
		listener.Close()
		return err
	}
	url := fmt.Sprintf("http://localhost:%d", launch.Port)
	served := make(chan []runs.Run)
	go func() { served <- s.Serve(ctx, listener) }()
	remove := c.writeToken(launch, url)
	defer remove()
	fmt.Fprintf(c.env.Stdout, "Arkor Studio running on %s\n", url)
	if c.open {
		c.openBrowser(url)
	}
	closeScreen := c.openScreen(ctx, s, url, func() { quit(errQuit) })
	<-ctx.Done()
	closeScreen()
	remove()
	for _, run := range <-served {
		c.sayDetached(run)
	}
	return ended(ctx)
}

// sayDetached says what became of a training that ended with us.
func (c *command) sayDetached(run runs.Run) {
	if run.JobID == nil {
		fmt.Fprintf(c.env.Stderr, "arkor dev: the training %s had not submitted its job yet, and is gone\n", run.ID)
		return
	}
	job, follow := cli.OneLine(*run.JobID), "`arkor dev`"
	if _, err := sibling.Find(c.env, "arkor-backend"); err == nil {
		follow += " or `arkor jobs show " + job + " --watch`"
	}
	fmt.Fprintf(c.env.Stderr, "arkor dev: job %s goes on running; follow it with %s\n", job, follow)
}

// ended turns what ended the server into the command's exit status.
func ended(ctx context.Context) error {
	if errors.Is(context.Cause(ctx), errQuit) {
		return nil
	}
	var interrupt *cli.Interrupt
	if errors.As(context.Cause(ctx), &interrupt) && interrupt.Signal == os.Signal(syscall.SIGHUP) {
		return &cli.ExitError{Status: cli.StatusHungUp}
	}
	return context.Cause(ctx)
}
