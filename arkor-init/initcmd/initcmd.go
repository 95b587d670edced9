// Package initcmd holds the commands of arkor-init.
package initcmd

import (
	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// New returns the arkor-init command.
func New(env cli.Env) *ff.Command {
	return &ff.Command{Name: "arkor-init", Usage: "arkor-init <command> [options]", ShortHelp: "scaffolds a project."}
}
