package workercmd

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-trainer/corpus"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

type tokenizerCommand struct {
	env       cli.Env
	out       string
	seed      int64
	vocabSize int
}

// newTokenizer returns the command that makes the builtin model's tokenizer.
func newTokenizer(env cli.Env) *ff.Command {
	c := &tokenizerCommand{env: env}
	flags := ff.NewFlagSet("arkor-trainer tokenizer")
	flags.AddFlag(ff.FlagConfig{LongName: "out", Value: ffval.NewValue(&c.out), Placeholder: "DIR", Usage: "model folder to write to"})
	flags.AddFlag(ff.FlagConfig{LongName: "seed", Value: ffval.NewValueDefault(&c.seed, 1), Placeholder: "N", Usage: "seed of the texts to learn from"})
	flags.AddFlag(ff.FlagConfig{LongName: "vocab-size", Value: ffval.NewValueDefault(&c.vocabSize, 2048), Placeholder: "N", Usage: "number of tokens"})
	return &ff.Command{
		Name:      "tokenizer",
		Usage:     "arkor-trainer tokenizer --out DIR [--seed N] [--vocab-size N]",
		ShortHelp: "train a tokenizer on the conversations of the builtin model",
		Flags:     flags,
		Exec:      c.run,
	}
}

func (c *tokenizerCommand) run(_ context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	if c.out == "" {
		return cli.Usagef("name the model folder with --out")
	}
	files, err := corpus.Tokenizer(c.seed, c.vocabSize)
	if err != nil {
		return err
	}
	dir := c.out
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(c.env.Dir, dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := wholefile.Write(filepath.Join(dir, name), files[name], 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		fmt.Fprintln(c.env.Stdout, filepath.Join(c.out, name))
	}
	return nil
}
