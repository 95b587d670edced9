// Package backendcmd holds the commands of arkor-backend.
package backendcmd

import (
	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// New returns the arkor-backend command.
func New(env cli.Env) *ff.Command {
	return &ff.Command{Name: "arkor-backend", Usage: "arkor-backend <command> [options]", ShortHelp: "is the training backend on your own machine."}
}
