package workercmd

import (
	"context"
	"strings"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-trainer/builtin"
	"github.com/arkorlab/arkor-go/arkor-trainer/generate"
	"github.com/arkorlab/arkor-go/arkor-trainer/generate/server"
	"github.com/arkorlab/arkor-go/arkor-trainer/hub"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type serveCommand struct {
	env   cli.Env
	model modelFlags
}

// newServe returns the command that answers chat requests on stdin. The
// backend keeps one for each base model that is in use.
func newServe(env cli.Env) *ff.Command {
	c := &serveCommand{env: env}
	flags := ff.NewFlagSet("arkor-trainer serve")
	c.model.add(flags)
	return &ff.Command{
		Name:      "serve",
		Usage:     "arkor-trainer serve --model ID_OR_PATH [--hub-cache DIR]",
		ShortHelp: "answer chat requests, one JSON object per line on stdin and stdout",
		Flags:     flags,
		Exec:      c.run,
	}
}

func (c *serveCommand) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	assistant, err := c.model.open(ctx, c.env)
	if err != nil {
		return err
	}
	defer assistant.Engine.Close()
	return server.New(c.model.name, assistant, c.env.Stderr).Run(ctx, c.env.Stdin, c.env.Stdout)
}

// modelFlags choose the model of a command that generates.
type modelFlags struct{ name, hubCache string }

func (m *modelFlags) add(flags *ff.FlagSet) {
	flags.AddFlag(ff.FlagConfig{LongName: "model", Value: ffval.NewValueDefault(&m.name, builtin.ID), Placeholder: "ID_OR_PATH", Usage: "builtin model, folder, or name on the Hugging Face hub"})
	flags.AddFlag(ff.FlagConfig{LongName: "hub-cache", Value: ffval.NewValue(&m.hubCache), Placeholder: "DIR", Usage: "folder of downloaded models, if not that of Hugging Face's tools"})
}

// open loads the model. A relative path counts from the working directory.
func (m *modelFlags) open(ctx context.Context, env cli.Env) (*generate.Assistant, error) {
	h := hub.New(env)
	if m.hubCache != "" {
		h.Cache = absolute(env, m.hubCache)
	}
	path := ""
	if strings.HasPrefix(m.name, ".") {
		path = absolute(env, m.name)
	}
	folder, err := h.Model(ctx, m.name, path)
	if err != nil {
		return nil, err
	}
	assistant, err := generate.Open(folder)
	if err != nil {
		return nil, cli.Errorf("model %s: %w", m.name, err)
	}
	return assistant, nil
}
