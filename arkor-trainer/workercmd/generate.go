package workercmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/generate"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type generateCommand struct {
	env         cli.Env
	model       modelFlags
	adapter     string
	temperature float64
	maxTokens   int
	seed        uint64
}

// newGenerate returns the command that answers one prompt, for trying a model
// or an adapter by hand.
func newGenerate(env cli.Env) *ff.Command {
	c := &generateCommand{env: env}
	flags := ff.NewFlagSet("arkor-trainer generate")
	c.model.add(flags)
	flags.AddFlag(ff.FlagConfig{LongName: "adapter", Value: ffval.NewValue(&c.adapter), Placeholder: "DIR", Usage: "adapter to use, a folder that training wrote"})
	flags.AddFlag(ff.FlagConfig{LongName: "temperature", Value: ffval.NewValueDefault(&c.temperature, 0.7), Placeholder: "T", Usage: "0 for the likeliest answer, up to 2 for more variety"})
	flags.AddFlag(ff.FlagConfig{LongName: "max-tokens", Value: ffval.NewValueDefault(&c.maxTokens, 256), Placeholder: "N", Usage: "longest answer"})
	flags.AddFlag(ff.FlagConfig{LongName: "seed", Value: ffval.NewValueDefault(&c.seed, 1), Placeholder: "N", Usage: "another seed gives another answer, the same one the same"})
	return &ff.Command{
		Name:      "generate",
		Usage:     `arkor-trainer generate [--model ID_OR_PATH] [--adapter DIR] [options] "PROMPT"`,
		ShortHelp: "answer one prompt on stdout",
		Flags:     flags,
		Exec:      c.run,
	}
}

func (c *generateCommand) run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return cli.Hint(cli.Usagef("give one prompt, found %d", len(args)), `put it in quotes: arkor-trainer generate "Where is my order?"`)
	}
	assistant, err := c.model.open(ctx, c.env)
	if err != nil {
		return err
	}
	defer assistant.Engine.Close()
	o := generate.Options{Temperature: c.temperature, TopP: 1, MaxTokens: c.maxTokens, Seed: c.seed}
	if c.adapter != "" {
		if o.Adapter, err = generate.LoadAdapter(os.DirFS(absolute(c.env, c.adapter)), assistant.Engine.Config()); err != nil {
			return cli.Errorf("%s: %w", c.adapter, err)
		}
	}
	begin := time.Now()
	result, err := assistant.Answer(ctx, []chat.Message{{Role: chat.User, Content: args[0]}}, o, func(piece string) error {
		_, err := io.WriteString(c.env.Stdout, piece)
		return err
	})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(c.env.Stdout); err != nil {
		return err
	}
	if cli.IsTerminal(c.env.Stderr) {
		seconds := time.Since(begin).Seconds()
		fmt.Fprintf(c.env.Stderr, "%d tokens, %.0f tokens/s\n", result.CompletionTokens, float64(result.CompletionTokens)/seconds)
	}
	if result.FinishReason == generate.FinishCancelled {
		return context.Cause(ctx)
	}
	return nil
}
