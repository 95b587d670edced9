package workercmd

import (
	"context"
	"fmt"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-trainer/hub"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type pullCommand struct{ env cli.Env }

// newPull returns the command that brings a model of the hub to this machine.
// Training never downloads a model by itself: it is large, and its licence is
// for a person to read.
func newPull(env cli.Env) *ff.Command {
	c := &pullCommand{env: env}
	return &ff.Command{
		Name:      "pull",
		Usage:     "arkor backend pull <owner/name>", // which is how people get here
		ShortHelp: "bring a model of the Hugging Face hub to this machine",
		LongHelp: "Downloads config.json, the tokenizer and the safetensors weights of a Llama-style model into the cache\n" +
			"that Hugging Face's own tools use, checks their hashes, and prints the name to use in trainer.ts.\n" +
			"HF_TOKEN, HF_HOME and HF_ENDPOINT are obeyed.",
		Exec: c.run,
	}
}

func (c *pullCommand) run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return cli.Hint(cli.Usagef("name one model"), "for example: arkor backend pull HuggingFaceTB/SmolLM2-135M-Instruct")
	}
	folder, err := hub.New(c.env).Model(ctx, args[0], "")
	if err != nil {
		return err
	}
	info, err := describe(args[0], folder)
	if err != nil {
		return fmt.Errorf("model %s: %w", args[0], err)
	}
	fmt.Fprintf(c.env.Stdout, "%s is on this machine: %.0f million parameters, up to %d tokens\n",
		info.ID, float64(info.Parameters)/1e6, info.Limits.MaxLength)
	return nil
}
