// Package tokencmd holds the commands of arkor-auth.
package tokencmd

import (
	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// New returns the arkor-auth command.
func New(env cli.Env) *ff.Command {
	return &ff.Command{Name: "arkor-auth", Usage: "arkor-auth <command> [options]", ShortHelp: "knows who you are."}
}
