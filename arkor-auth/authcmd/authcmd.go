// Package authcmd puts the commands of arkor-auth under one name.
package authcmd

import (
	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-auth/tokencmd"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// New returns arkor-auth, bound to env.
func New(env cli.Env) *ff.Command {
	return &ff.Command{
		Name:      "arkor-auth",
		Usage:     "arkor-auth [command] [options]",
		ShortHelp: "say who you are to the backend that runs your trainings",
		Subcommands: []*ff.Command{
			cli.Absent("arkor-auth", "login", "sign in"),
			cli.Absent("arkor-auth", "logout", "forget the stored credentials"),
			cli.Absent("arkor-auth", "whoami", "say who is signed in"),
			tokencmd.New(env),
		},
	}
}
