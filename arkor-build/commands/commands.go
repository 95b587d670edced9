// Package commands holds the command tree of arkor-build.
package commands

import (
	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-build/buildcmd"
	"github.com/arkorlab/arkor-go/arkor-build/evalcmd"
	"github.com/arkorlab/arkor-go/arkor-build/plumbing"
	"github.com/arkorlab/arkor-go/arkor-build/runner"
	"github.com/arkorlab/arkor-go/arkor-build/startcmd"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// New returns the arkor-build command.
func New(env cli.Env) *ff.Command {
	return &ff.Command{
		Name:      "arkor-build",
		Usage:     "arkor-build <command> [options]",
		ShortHelp: "bundles a project's trainer and runs it.",
		Subcommands: []*ff.Command{
			buildcmd.New(env), startcmd.New(env), evalcmd.New(env),
			plumbing.NewConfig(env), plumbing.NewManifest(env, runner.Limit),
		},
	}
}
