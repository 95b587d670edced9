package workercmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-trainer/hub"
	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
	"github.com/arkorlab/arkor-go/arkor-trainer/lora"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type mergeCommand struct {
	env     cli.Env
	adapter string
	model   string
	out     string
}

// newMerge returns the command that makes one model of a base and an adapter.
func newMerge(env cli.Env) *ff.Command {
	c := &mergeCommand{env: env}
	flags := ff.NewFlagSet("arkor-trainer merge")
	flags.AddFlag(ff.FlagConfig{LongName: "adapter", Value: ffval.NewValue(&c.adapter), Placeholder: "DIR", Usage: "adapter folder, such as a job's final"})
	flags.AddFlag(ff.FlagConfig{LongName: "model", Value: ffval.NewValue(&c.model), Placeholder: "MODEL", Usage: "model that the adapter was trained on; the adapter names it if this is absent"})
	flags.AddFlag(ff.FlagConfig{LongName: "out", Value: ffval.NewValue(&c.out), Placeholder: "DIR", Usage: "model folder to write"})
	return &ff.Command{
		Name:      "merge",
		Usage:     "arkor-trainer merge --adapter DIR --out DIR [--model MODEL]",
		ShortHelp: "merge an adapter into its model and write a model folder",
		Flags:     flags,
		Exec:      c.run,
	}
}

func (c *mergeCommand) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	if c.adapter == "" || c.out == "" {
		return cli.Usagef("name the adapter with --adapter and the folder to write with --out")
	}
	adapter := os.DirFS(absolute(c.env, c.adapter))
	id := c.model
	if id == "" {
		var err error
		if id, err = lora.Base(adapter); err != nil {
			return fmt.Errorf("adapter %s: %w", c.adapter, err)
		}
	}
	folder, err := hub.New(c.env).Model(ctx, id, "")
	if err != nil {
		return err
	}
	merged, err := mergeModel(folder, adapter)
	if err != nil {
		return err
	}
	out := absolute(c.env, c.out)
	files, err := otherFiles(folder)
	if err != nil {
		return err
	}
	if err := writeFiles(out, files); err != nil {
		return err
	}
	if err := writeWeights(filepath.Join(out, weightsFile), merged, "F32"); err != nil {
		return err
	}
	fmt.Fprintln(c.env.Stdout, c.out)
	return nil
}

func mergeModel(folder, adapter fs.FS) ([]llama.Parameter, error) {
	base, err := model.Load(folder)
	if err != nil {
		return nil, err
	}
	settings, pairs, err := lora.Read(adapter, base.Config)
	if err != nil {
		return nil, err
	}
	lora.Merge(base.Config, base.Weights, pairs, settings.Scale())
	var params []llama.Parameter
	for _, spec := range base.Config.Tensors() {
		params = append(params, llama.Parameter{Name: spec.Name, Shape: spec.Shape, Data: base.Weights[spec.Name]})
	}
	return params, nil
}

// otherFiles reads what a model folder holds besides its weights.
func otherFiles(folder fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, name := range []string{"config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja"} {
		data, err := fs.ReadFile(folder, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		files[name] = data
	}
	return files, nil
}
