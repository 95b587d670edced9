// Package backendcmd holds the commands of arkor-backend.
package backendcmd

import (
	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/endpointscmd"
	"github.com/arkorlab/arkor-go/arkor-backend/exportcmd"
	"github.com/arkorlab/arkor-go/arkor-backend/jobscmd"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// New returns the arkor-backend command.
func New(env cli.Env) *ff.Command {
	return &ff.Command{
		Name: "arkor-backend", Usage: "arkor backend <serve|ensure|status|stop|pull> [options]",
		ShortHelp: "the training backend on your own machine",
		LongHelp: "Trains models and answers chats on this machine, behind the same API as the managed cloud.\n" +
			"Other commands start it when they need it; its data is in $ARKOR_BACKEND_HOME or ~/.arkor/backend.\n\n" +
			"Examples:\n" +
			"  arkor backend status\n" +
			"  arkor backend pull HuggingFaceTB/SmolLM2-135M-Instruct",
		Subcommands: []*ff.Command{newServe(env), newEnsure(env), newStatus(env), newStop(env), newPull(env), jobscmd.New(env), endpointscmd.New(env), exportcmd.New(env)},
	}
}
