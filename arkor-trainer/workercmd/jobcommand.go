package workercmd

import (
	"context"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// newJobCommand returns a command whose one argument is a job file, for whoever
// started it and as long as they are there. do gets the file's absolute path.
func newJobCommand(env cli.Env, name, purpose, usage string, do func(ctx context.Context, job string) error) *ff.Command {
	var job string
	flags := ff.NewFlagSet("arkor-trainer " + name)
	flags.AddFlag(ff.FlagConfig{LongName: "job", Value: ffval.NewValue(&job), Placeholder: "FILE", Usage: usage})
	return &ff.Command{
		Name:      name,
		Usage:     "arkor-trainer " + name + " --job FILE",
		ShortHelp: purpose,
		Flags:     flags,
		Exec: func(ctx context.Context, args []string) error {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			if job == "" {
				return cli.Usagef("name the job file with --job")
			}
			steady(env)
			frugal(env)
			ctx, stop := untilOwnerLeaves(ctx, env.Stdin)
			defer stop()
			return do(ctx, absolute(env, job))
		},
	}
}
