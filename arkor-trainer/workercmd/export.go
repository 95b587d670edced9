package workercmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-trainer/export"
	"github.com/arkorlab/arkor-go/arkor-trainer/hub"
	"github.com/arkorlab/arkor-go/arkor-trainer/lora"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// reportFile is what the test of the exported files is written to.
const reportFile = "parity.json"

type exportCommand struct {
	env                                        cli.Env
	adapter, model, format, kind, name, prompt string
	promptsFrom, out                           string
}

// newExport returns the command behind "arkor export", which knows the job and
// gets its files.
func newExport(env cli.Env) *ff.Command {
	c := &exportCommand{env: env}
	flags := ff.NewFlagSet("arkor-trainer export")
	for _, flag := range []struct {
		name, placeholder, usage string
		value                    *string
	}{
		{"adapter", "DIR", "adapter folder, such as a job's final", &c.adapter},
		{"model", "MODEL", "model that the adapter was trained on; the adapter names it if this is absent", &c.model},
		{"format", "FORMAT", "adapter, merged or gguf", &c.format},
		{"type", "TYPE", "f32, f16 or q8_0", &c.kind},
		{"name", "NAME", "what to call the model", &c.name},
		{"prompts", "FILE", "JSONL whose prompts the exported files are tested with", &c.prompt},
		{"prompts-from", "NAME", "what to call that file in the report", &c.promptsFrom},
		{"out", "DIR", "empty folder to write into", &c.out},
	} {
		flags.AddFlag(ff.FlagConfig{LongName: flag.name, Value: ffval.NewValue(flag.value), Placeholder: flag.placeholder, Usage: flag.usage})
	}
	return &ff.Command{
		Name:      "export",
		Usage:     "arkor-trainer export --adapter DIR --format FORMAT --out DIR [options]",
		ShortHelp: "write an adapter as other programs load it, and test the files",
		LongHelp: "Writes " + reportFile + " beside the files and prints it. Fails when the files do not answer like the\n" +
			"trained model. Downloads nothing: the base model has to be on this machine, but for an adapter.",
		Flags: flags,
		Exec:  c.run,
	}
}

func (c *exportCommand) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	if c.adapter == "" || c.format == "" || c.out == "" {
		return cli.Usagef("name the adapter with --adapter, the format with --format and the folder to write with --out")
	}
	o := export.Options{
		Format: c.format, Type: c.kind, Name: c.name, Adapter: os.DirFS(absolute(c.env, c.adapter)), BaseID: c.model,
		Dir: absolute(c.env, c.out), PromptsFrom: c.promptsFrom,
	}
	if err := c.complete(ctx, &o); err != nil {
		return err
	}
	shown := newProgress(c.env.Stderr)
	o.Progress = shown.say
	report, err := export.Run(ctx, o)
	shown.clear()
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	data = append(data, '\n')
	if err := wholefile.Write(filepath.Join(o.Dir, reportFile), data, 0o644); err != nil {
		return err
	}
	_, err = c.env.Stdout.Write(data)
	return err
}

// complete finds the base model and reads the prompts.
func (c *exportCommand) complete(ctx context.Context, o *export.Options) error {
	var err error
	if o.BaseID == "" {
		if o.BaseID, err = lora.Base(o.Adapter); err != nil {
			return fmt.Errorf("adapter %s: %w", c.adapter, err)
		}
	}
	if o.Name == "" {
		o.Name = "model"
	}
	if strings.ContainsAny(o.Name, `/\:`) || !fs.ValidPath(o.Name) {
		return cli.Usagef("--name %q is no name of a file", o.Name)
	}
	if c.prompt != "" {
		if o.PromptsFrom == "" {
			o.PromptsFrom = filepath.Base(c.prompt)
		}
		if o.Prompts, err = export.ReadPrompts(absolute(c.env, c.prompt), o.PromptsFrom); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return err
	}
	local := hub.New(c.env)
	local.Endpoint = "" // the licence of a model is for a person to read before it is fetched
	path := ""
	if strings.HasPrefix(o.BaseID, ".") || filepath.IsAbs(o.BaseID) {
		path = absolute(c.env, o.BaseID)
	}
	o.Base, err = local.Model(ctx, o.BaseID, path)
	switch {
	case err == nil || o.Format == export.Adapter:
		return nil
	case path != "":
		return fmt.Errorf("base model %s: %w", o.BaseID, err)
	}
	return cli.Hint(fmt.Errorf("the base model %s, which %s needs, is not on this machine", o.BaseID, o.Format),
		"get it with `arkor backend pull %s`, or export the adapter", o.BaseID)
}

// progress is one line on a terminal about what goes on.
type progress struct{ w io.Writer }

func newProgress(w io.Writer) progress {
	if !cli.IsTerminal(w) {
		w = io.Discard
	}
	return progress{w}
}

func (p progress) say(doing string) { fmt.Fprintf(p.w, "\r\x1b[K%s ...", doing) }

func (p progress) clear() { fmt.Fprint(p.w, "\r\x1b[K") }
