// Package workercmd holds the commands of arkor-trainer.
package workercmd

import (
	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// New returns the arkor-trainer command.
func New(env cli.Env) *ff.Command {
	return &ff.Command{Name: "arkor-trainer", Usage: "arkor-trainer <command> [options]", ShortHelp: "trains and generates; the backend starts it.",
		Subcommands: []*ff.Command{
			newRun(env), newPreview(env), newServe(env), newGenerate(env), newModels(env), newPull(env), newExport(env), newPretrain(env), newTokenizer(env),
		}}
}
