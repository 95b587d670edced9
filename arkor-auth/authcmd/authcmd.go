// Package authcmd puts the commands of arkor-auth under one name.
package authcmd

import (
	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-auth/logincmd"
	"github.com/arkorlab/arkor-go/arkor-auth/logoutcmd"
	"github.com/arkorlab/arkor-go/arkor-auth/tokencmd"
	"github.com/arkorlab/arkor-go/arkor-auth/whoamicmd"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// New returns arkor-auth, bound to env.
func New(env cli.Env) *ff.Command {
	return &ff.Command{
		Name:      "arkor-auth",
		Usage:     "arkor-auth [command] [options]",
		ShortHelp: "say who you are to the backend that runs your trainings",
		Subcommands: []*ff.Command{
			logincmd.New(env), logoutcmd.New(env), whoamicmd.New(env), tokencmd.New(env),
		},
	}
}
