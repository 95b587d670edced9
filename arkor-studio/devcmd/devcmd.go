// Package devcmd implements "arkor dev".
package devcmd

import (
	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// New returns the arkor-studio command with its one subcommand.
func New(env cli.Env) *ff.Command {
	return &ff.Command{
		Name:      "arkor-studio",
		Usage:     "arkor-studio <command> [options]",
		ShortHelp: "watch trainings in a local web page",
		Subcommands: []*ff.Command{
			cli.Absent("arkor-studio", "dev", "open the local web page"),
		},
	}
}
