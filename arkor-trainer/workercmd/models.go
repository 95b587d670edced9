package workercmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-trainer/builtin"
	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/hub"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type modelsCommand struct {
	env  cli.Env
	json bool
}

// newModels returns the command that lists what can be trained here.
func newModels(env cli.Env) *ff.Command {
	c := &modelsCommand{env: env}
	flags := ff.NewFlagSet("arkor-trainer models")
	flags.AddFlag(ff.FlagConfig{LongName: "json", Value: ffval.NewValue(&c.json), Usage: "print JSON"})
	return &ff.Command{
		Name:      "models",
		Usage:     "arkor-trainer models [--json]",
		ShortHelp: "list the models on this machine that can be trained",
		Flags:     flags,
		Exec:      c.run,
	}
}

// modelInfo is a model as the API lists it.
type modelInfo struct {
	ID           string            `json:"id"`
	DisplayName  string            `json:"displayName"`
	Parameters   int               `json:"parameters"`
	Limits       modelLimits       `json:"limits"`
	Capabilities modelCapabilities `json:"capabilities"`
}

type modelLimits struct {
	MaxLength    int `json:"maxLength"`
	MaxBatchSize int `json:"maxBatchSize"`
	MaxLoraR     int `json:"maxLoraR"`
}

type modelCapabilities struct {
	Train             bool `json:"train"`
	Infer             bool `json:"infer"`
	LoadIn4bit        bool `json:"loadIn4bit"`
	Tools             bool `json:"tools"`
	StructuredOutputs bool `json:"structuredOutputs"`
}

func (c *modelsCommand) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	models := c.list(ctx)
	if c.json {
		return json.NewEncoder(c.env.Stdout).Encode(map[string]any{"models": models})
	}
	for _, m := range models {
		fmt.Fprintf(c.env.Stdout, "%s\t%s\t%.1f million parameters, %d tokens\n",
			m.ID, m.DisplayName, float64(m.Parameters)/1e6, m.Limits.MaxLength)
	}
	return nil
}

// list leaves out what is in the cache but cannot be trained, and says so on
// standard error.
func (c *modelsCommand) list(ctx context.Context) []modelInfo {
	local := hub.New(c.env)
	local.Endpoint = "" // what would have to be downloaded is not on this machine
	models := []modelInfo{}
	for _, id := range append([]string{builtin.ID}, local.Models()...) {
		folder, err := local.Model(ctx, id, "")
		if err == nil {
			var info modelInfo
			if info, err = describe(id, folder); err == nil {
				models = append(models, info)
				continue
			}
		}
		fmt.Fprintf(c.env.Stderr, "%s is not offered: %v\n", id, err)
	}
	return models
}

func describe(id string, folder fs.FS) (modelInfo, error) {
	config, err := model.LoadConfig(folder)
	if err != nil {
		return modelInfo{}, err
	}
	name := id
	if id == builtin.ID {
		name = "Arkor Tiny (for trying the tool out)"
	}
	return modelInfo{
		ID: id, DisplayName: name, Parameters: config.NumParameters(),
		Limits:       modelLimits{MaxLength: config.MaxPositions, MaxBatchSize: maxBatchSize, MaxLoraR: maxLoraR},
		Capabilities: modelCapabilities{Train: true, Infer: true, Tools: chat.HasTools(folder), StructuredOutputs: true},
	}, nil
}
