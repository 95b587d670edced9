package jobscmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// untilLeft runs a command that goes on until the user leaves it. A terminal
// shows ^C for that: what comes next, the prompt, is to begin a line of its own.
func untilLeft(env cli.Env, run func(context.Context, []string) error) func(context.Context, []string) error {
	return func(ctx context.Context, args []string) error {
		err := run(ctx, args)
		endLine(ctx, env)
		return err
	}
}

// endLine ends the line on which a terminal shows that ctx was ended.
func endLine(ctx context.Context, env cli.Env) {
	var interrupt *cli.Interrupt
	if !errors.As(context.Cause(ctx), &interrupt) || interrupt.Signal != os.Interrupt {
		return
	}
	for _, w := range []io.Writer{env.Stderr, env.Stdout} {
		if cli.IsTerminal(w) {
			fmt.Fprintln(w)
			return
		}
	}
}
