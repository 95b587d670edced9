package backendcmd

import (
	"context"
	"os/exec"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// newPull returns the command that brings a model to this machine. The trainer
// knows how; here it has the name that a person looks for.
func newPull(env cli.Env) *ff.Command {
	return &ff.Command{
		Name:      "pull",
		Usage:     "arkor backend pull <owner/name>",
		ShortHelp: "bring a model of the Hugging Face hub to this machine",
		LongHelp:  "Example: arkor backend pull HuggingFaceTB/SmolLM2-135M-Instruct",
		Exec: func(ctx context.Context, args []string) error {
			trainer, err := sibling.Find(env, "arkor-trainer")
			if err != nil {
				return err
			}
			cmd := exec.Command(trainer, append([]string{"pull"}, args...)...)
			cmd.Dir, cmd.Env = env.Dir, env.Environ
			cmd.Stdin, cmd.Stdout, cmd.Stderr = env.Stdin, env.Stdout, env.Stderr
			return sibling.Passthrough(ctx, cmd)
		},
	}
}
