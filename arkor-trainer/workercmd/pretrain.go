package workercmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/checkpoint"
	"github.com/arkorlab/arkor-go/arkor-trainer/corpus"
	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/arkor-trainer/tokenizer"
	"github.com/arkorlab/arkor-go/arkor-trainer/train"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type pretrainCommand struct {
	env       cli.Env
	out       string
	config    string
	seed      int64
	steps     int
	batchSize int
	samples   int
	rate      float64
	saveSteps int
	resume    bool
}

// newPretrain returns the command that makes a model from nothing but the
// corpus. It made the builtin model.
func newPretrain(env cli.Env) *ff.Command {
	c := &pretrainCommand{env: env}
	flags := ff.NewFlagSet("arkor-trainer pretrain")
	flags.AddFlag(ff.FlagConfig{LongName: "out", Value: ffval.NewValue(&c.out), Placeholder: "DIR", Usage: "model folder to write; its tokenizer is made when it has none"})
	flags.AddFlag(ff.FlagConfig{LongName: "config", Value: ffval.NewValue(&c.config), Placeholder: "FILE", Usage: "config.json with another shape than the builtin model's"})
	flags.AddFlag(ff.FlagConfig{LongName: "seed", Value: ffval.NewValueDefault(&c.seed, 1), Placeholder: "N", Usage: "seed of the corpus, the first weights and the order"})
	flags.AddFlag(ff.FlagConfig{LongName: "samples", Value: ffval.NewValueDefault(&c.samples, 100_000), Placeholder: "N", Usage: "different conversations to learn from"})
	flags.AddFlag(ff.FlagConfig{LongName: "steps", Value: ffval.NewValueDefault(&c.steps, 5000), Placeholder: "N", Usage: "optimizer steps"})
	flags.AddFlag(ff.FlagConfig{LongName: "batch-size", Value: ffval.NewValueDefault(&c.batchSize, 32), Placeholder: "N", Usage: "conversations per step"})
	flags.AddFlag(ff.FlagConfig{LongName: "learning-rate", Value: ffval.NewValueDefault(&c.rate, 2e-3), Placeholder: "X", Usage: "highest learning rate; it falls along a cosine"})
	flags.AddFlag(ff.FlagConfig{LongName: "save-steps", Value: ffval.NewValueDefault(&c.saveSteps, 250), Placeholder: "N", Usage: "steps between checkpoints, which are kept in DIR.checkpoints"})
	flags.AddFlag(ff.FlagConfig{LongName: "resume", Value: ffval.NewValue(&c.resume), Usage: "go on from the last checkpoint"})
	return &ff.Command{
		Name:      "pretrain",
		Usage:     "arkor-trainer pretrain --out DIR [options]",
		ShortHelp: "train a small model from nothing on the corpus of conversations",
		Flags:     flags,
		Exec:      c.run,
	}
}

const (
	heldOutConversations = 256
	warmupSteps          = 200
	keptCheckpoints      = 2
)

func (c *pretrainCommand) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	switch {
	case c.out == "":
		return cli.Usagef("name the model folder with --out")
	case c.steps < 1 || c.batchSize < 1 || c.samples < 1:
		return cli.Usagef("--steps, --batch-size and --samples have to be positive")
	case !(c.rate > 0):
		return cli.Usagef("--learning-rate has to be positive")
	}
	steady(c.env)
	frugal(c.env)
	dir := absolute(c.env, c.out)
	config, samples, heldOut, err := c.prepare(dir)
	if err != nil {
		return err
	}
	params := llama.Initialize(config, c.seed)
	options := train.Options{
		Steps: c.steps, BatchSize: c.batchSize, LearningRate: c.rate, Schedule: train.Cosine,
		WarmupSteps: min(warmupSteps, c.steps/10), WeightDecay: 0.1, MaxNorm: 1,
		LogSteps: 50, EvalSteps: 500, SaveSteps: c.saveSteps, Seed: c.seed,
	}
	var names []string
	for _, p := range params {
		names = append(names, p.Name)
	}
	store := checkpoint.NewStore(dir+".checkpoints", runID(config, options, c.samples), names)
	from, err := c.start(store, config, params)
	if err != nil {
		return err
	}
	engine, err := llama.New(config, params, 0)
	if err != nil {
		return err
	}
	run := &train.Run{
		Engine: engine, Samples: samples, HeldOut: heldOut, Options: options,
		Log: c.progress(from.Step),
		Save: func(state train.State) error {
			err := store.Save(state, func(dir string) error {
				return writeWeights(filepath.Join(dir, weightsFile), engine.Trained(), "F32")
			})
			return errors.Join(err, store.Prune(keptCheckpoints))
		},
	}
	result, err := run.Train(ctx, from)
	if errors.Is(err, context.Canceled) {
		return cli.Hint(fmt.Errorf("stopped after step %d of %d", result.Step, c.steps), "the same command with --resume goes on from there")
	}
	if err != nil {
		return err
	}
	if err := writeWeights(filepath.Join(dir, weightsFile), engine.Trained(), "BF16"); err != nil {
		return err
	}
	fmt.Fprintf(c.env.Stdout, "%s: %d parameters, held-out loss %.4f\n", c.out, config.NumParameters(), result.EvalLoss)
	return nil
}

// prepare makes sure that the folder has a tokenizer and a configuration, and
// encodes the conversations.
func (c *pretrainCommand) prepare(dir string) (config model.Config, samples, heldOut []chat.Encoded, err error) {
	if _, err := os.Stat(filepath.Join(dir, "tokenizer.json")); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(c.env.Stderr, "making the tokenizer")
		files, err := corpus.Tokenizer(c.seed, llama.Tiny().VocabSize)
		if err != nil {
			return config, nil, nil, err
		}
		if err := writeFiles(dir, files); err != nil {
			return config, nil, nil, err
		}
	}
	folder := os.DirFS(dir)
	tok, err := tokenizer.Load(folder)
	if err != nil {
		return config, nil, nil, err
	}
	template, err := chat.LoadTemplate(folder, tok)
	if err != nil {
		return config, nil, nil, err
	}
	if config, err = c.shape(); err != nil {
		return config, nil, nil, err
	}
	if config.VocabSize != tok.VocabSize() {
		return config, nil, nil, fmt.Errorf("the model has a vocabulary of %d tokens, the tokenizer one of %d", config.VocabSize, tok.VocabSize())
	}
	padding, _ := tok.Special("<|endoftext|>")
	files, err := configFiles(config, template.EndOfTurn(), padding)
	if err != nil {
		return config, nil, nil, err
	}
	if err := writeFiles(dir, files); err != nil {
		return config, nil, nil, err
	}
	fmt.Fprintf(c.env.Stderr, "reading %d conversations\n", c.samples)
	if samples, err = encodeAll(template, corpus.Generate(c.seed, c.samples), config.MaxPositions); err != nil {
		return config, nil, nil, err
	}
	heldOut, err = encodeAll(template, corpus.HeldOut(c.seed, heldOutConversations), config.MaxPositions)
	return config, samples, heldOut, err
}

func (c *pretrainCommand) shape() (model.Config, error) {
	if c.config == "" {
		return llama.Tiny(), nil
	}
	data, err := os.ReadFile(absolute(c.env, c.config))
	if err != nil {
		return model.Config{}, err
	}
	config, err := model.ParseConfig(data)
	if err != nil {
		return config, fmt.Errorf("%s: %w", c.config, err)
	}
	return config, nil
}

// encodeAll encodes whole conversations, the user's side included: a model has
// to see what people write before it can be tuned to answer them.
func encodeAll(template *chat.Template, conversations []chat.Sample, maxLength int) ([]chat.Encoded, error) {
	encoded := make([]chat.Encoded, len(conversations))
	for i, conversation := range conversations {
		var err error
		if encoded[i], err = template.Encode(conversation, maxLength, false); err != nil {
			return nil, err
		}
	}
	return encoded, nil
}

// start returns the state to train from, and puts the weights that go with it
// into params.
func (c *pretrainCommand) start(store *checkpoint.Store, config model.Config, params []llama.Parameter) (train.State, error) {
	last, err := store.Latest(func(err error) { fmt.Fprintln(c.env.Stderr, err) })
	if err != nil || last == nil {
		return train.State{}, err
	}
	if !c.resume {
		err := fmt.Errorf("%s holds a checkpoint of step %d of this very training", c.out+".checkpoints", last.State.Step)
		return train.State{}, cli.Hint(err, "pass --resume to go on from there, or remove the folder to start again")
	}
	weights, err := readTensors(filepath.Join(last.Path, weightsFile))
	if err != nil {
		return train.State{}, err
	}
	for i, p := range params {
		if len(weights[p.Name]) != len(p.Data) {
			return train.State{}, fmt.Errorf("%s: tensor %s does not fit", last.Path, p.Name)
		}
		params[i].Data = weights[p.Name]
	}
	return last.State, nil
}

// progress prints a line for each log, with the time that is left at the pace so far.
func (c *pretrainCommand) progress(from int) func(train.Log) error {
	began := time.Now()
	return func(l train.Log) error {
		line := fmt.Sprintf("step %d/%d  loss %.4f", l.Step, c.steps, l.Loss)
		if l.Evaluated {
			line += fmt.Sprintf("  held-out %.4f", l.EvalLoss)
		}
		left := time.Since(began) / time.Duration(l.Step-from) * time.Duration(c.steps-l.Step)
		_, err := fmt.Fprintf(c.env.Stderr, "%s  %.0f tokens/s  %s left\n", line, l.TokensPerSecond, left.Round(time.Second))
		return err
	}
}
