// Package buildcmd holds the commands of arkor-build.
package buildcmd

import (
	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// New returns the arkor-build command.
func New(env cli.Env) *ff.Command {
	return &ff.Command{Name: "arkor-build", Usage: "arkor-build <command> [options]", ShortHelp: "bundles a project's trainer and runs it."}
}
