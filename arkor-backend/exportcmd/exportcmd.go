// Package exportcmd implements "arkor export": what a job trained, as files that
// other programs load. Which job, its artifacts and its model card are this
// command's; the files are written and tested by arkor-trainer.
package exportcmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-backend/jobname"
	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/session"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

type command struct {
	options.Common
	format     string
	kind       string
	out        string
	checkpoint string
	force      bool
}

// types are what a format can be stored as, the default first.
var types = map[string][]string{
	"adapter": {"f32"},
	"merged":  {"f32", "f16"},
	"gguf":    {"q8_0", "f16", "f32"},
}

// New returns the command, bound to env. It does no work.
func New(env cli.Env) *ff.Command {
	c := &command{Common: options.Common{Env: env}}
	flags := ff.NewFlagSet("arkor export")
	flags.AddFlag(ff.FlagConfig{LongName: "format", Value: ffval.NewValueDefault(&c.format, "adapter"), Placeholder: "FORMAT",
		Usage: "adapter, merged or gguf"})
	options.Text(flags, &c.kind, "type", "TYPE", "how numbers are stored: f32 or f16 of merged; q8_0, f16 or f32 of gguf")
	options.Text(flags, &c.out, "out", "DIR", "folder to write, else one called after the job")
	options.Text(flags, &c.checkpoint, "checkpoint", "STEP", "export the checkpoint of a step instead of the final result")
	options.Bool(flags, &c.force, "force", "replace an earlier export")
	c.AddTo(flags)
	return &ff.Command{
		Name:      "export",
		Usage:     "arkor export [job] [options]",
		ShortHelp: "write what a job trained as files for other programs",
		LongHelp: "A job is named by its id, by the beginning of its id, or by its name where one job alone has it;\n" +
			"without one it is the latest that completed. The formats:\n\n" +
			"  adapter  the trained weights in the layout of PEFT, for transformers and vLLM\n" +
			"  merged   base model and adapter as one model, for transformers and vLLM\n" +
			"  gguf     the same as one file, for llama.cpp, Ollama and LM Studio\n\n" +
			"The files are read back and asked a few prompts; they have to answer like the trained model.\n\n" +
			"Examples:\n" +
			"  arkor export --format gguf\n" +
			"  arkor export 7e1cd6ce --format merged --out model\n" +
			"  arkor export triage-run --checkpoint 50",
		Flags: flags,
		Exec:  c.run,
	}
}

func (c *command) run(ctx context.Context, args []string) error {
	step, err := c.check(args)
	if err != nil {
		return err
	}
	s, err := c.Open(ctx, "arkor export")
	if err != nil {
		return err
	}
	x := &export{command: c, session: s, step: step}
	if len(args) > 0 {
		x.job, err = jobname.Find(ctx, s, args[0])
	} else {
		none := cli.Hint(errors.New("no job of this project has completed yet"), "`arkor start` trains; a checkpoint of a job is exported with --checkpoint")
		x.job, err = jobname.Latest(ctx, s, none, cloud.Completed)
	}
	if err != nil {
		return err
	}
	if x.config, err = readConfig(x.job.Config); err != nil {
		return err
	}
	out := c.out
	if out == "" {
		out = x.name() + "-" + c.format
	}
	x.folder, err = newFolder(c.Env.Dir, out, c.force)
	if err != nil {
		return err
	}
	defer x.folder.discard()
	if err := x.write(ctx); err != nil {
		return err
	}
	if err := x.folder.keep(); err != nil {
		return err
	}
	if jobname.DryRun(x.job) {
		fmt.Fprintf(c.Env.Stderr, "arkor export: job %s was a dry run: the model has hardly learned anything\n", jobname.Short(x.job.ID))
	}
	return x.report()
}

// check looks at the arguments, and returns the step that is asked for, nil for
// the final result.
func (c *command) check(args []string) (step *int64, err error) {
	known, ok := types[c.format]
	switch {
	case len(args) > 1:
		return nil, cli.Usagef("unexpected argument %q", args[1])
	case !ok:
		return nil, cli.Usagef("--format %q is none of adapter, merged and gguf", c.format)
	case c.kind == "":
		c.kind = known[0]
	case !slices.Contains(known, c.kind):
		return nil, cli.Usagef("--type of %s has to be %s, not %q", c.format, strings.Join(known, " or "), c.kind)
	}
	if c.checkpoint != "" {
		n, err := strconv.ParseInt(c.checkpoint, 10, 64)
		if err != nil || n < 1 {
			return nil, cli.Usagef("--checkpoint takes the number of a step, not %q", c.checkpoint)
		}
		step = &n
	}
	return step, nil
}

// export is the export of one job.
type export struct {
	*command
	session *session.Session
	job     cloud.Job
	config  config
	step    *int64
	folder  *folder
	prompts promptFile
	parity  parity
}

// write fills the folder.
func (x *export) write(ctx context.Context) error {
	adapter, err := os.MkdirTemp(x.folder.staging, ".adapter-*")
	if err != nil {
		return err
	}
	if err := x.download(ctx, adapter); err != nil {
		return err
	}
	if x.prompts, err = x.findPrompts(ctx); err != nil {
		return err
	}
	args := []string{"export", "--adapter", adapter, "--model", x.config.Model, "--format", x.format, "--type", x.kind,
		"--name", x.name(), "--out", x.folder.staging}
	if x.prompts.path != "" {
		args = append(args, "--prompts", x.prompts.path, "--prompts-from", x.prompts.name)
	}
	env := x.Env
	env.Environ = append(slices.Clip(env.Environ), cli.SpeaksAs+"=arkor export")
	if err := sibling.JSON(ctx, env, &x.parity, "arkor-trainer", args...); err != nil {
		return err
	}
	if err := os.RemoveAll(adapter); err != nil {
		return err
	}
	return x.writeCard(ctx)
}

// prefix is the folder part of the names of the artifacts.
func (x *export) prefix() string {
	if x.step == nil {
		return "final/"
	}
	return fmt.Sprintf("checkpoints/step-%d/", *x.step)
}

// adapterFiles are the files of a PEFT adapter.
var adapterFiles = []string{"adapter_config.json", "adapter_model.safetensors"}

// download brings the adapter into dir.
func (x *export) download(ctx context.Context, dir string) error {
	artifacts, err := x.session.Client.Artifacts(ctx, x.session.Scope, x.job.ID)
	var status *cloud.StatusError
	if errors.As(err, &status) && status.NotOffered() {
		return errors.New("this backend does not hand out what it trained")
	}
	if err != nil {
		return err
	}
	shown := newProgress(x.Env.Stderr)
	defer shown.clear()
	for _, name := range adapterFiles {
		i := slices.IndexFunc(artifacts, func(a cloud.Artifact) bool { return a.Name == x.prefix()+name })
		if i < 0 {
			return x.absent(artifacts)
		}
		a := artifacts[i]
		err := x.session.Streams.Download(ctx, x.session.Scope, x.job.ID, a, dir, x.prefix(), func(n int64) { shown.say(name, n, a.Size) })
		if err != nil {
			var damaged *cloud.DamagedError
			if errors.As(err, &damaged) {
				return cli.Hint(err, "nothing was exported; another checkpoint may be whole: --checkpoint STEP")
			}
			return err
		}
	}
	return nil
}

// absent says that there is no such adapter, and which ones there are.
func (x *export) absent(artifacts []cloud.Artifact) error {
	var steps []string
	for _, a := range artifacts {
		if a.Step != nil && filepath.Base(a.Name) == adapterFiles[1] {
			steps = append(steps, strconv.FormatInt(*a.Step, 10))
		}
	}
	err := fmt.Errorf("job %s is %s and has no final result", jobname.Short(x.job.ID), x.job.Status)
	if x.step != nil {
		err = fmt.Errorf("job %s has no checkpoint of step %d", jobname.Short(x.job.ID), *x.step)
	}
	if len(steps) == 0 {
		return cli.Hint(err, "it has no checkpoints either; `arkor export` without a name takes the latest job that completed")
	}
	return cli.Hint(err, "--checkpoint takes one of its steps: %s", strings.Join(steps, ", "))
}

// name is what the exported model is called in names of files.
func (x *export) name() string {
	const most = 80
	name := fileName(x.job.Name)
	if name == "" || len(name) > most {
		name = "job-" + fileName(jobname.Short(x.job.ID))
		name = name[:min(len(name), most)]
	}
	if x.step != nil {
		name += fmt.Sprintf("-step-%d", *x.step)
	}
	return name
}

// fileName is as much of a text as may stand in the name of a file.
func fileName(text string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.' {
			return r
		}
		return '-'
	}, text), "-.")
}

// config is what an export needs to know of a job's config.
type config struct {
	Model         string `json:"model"`
	DatasetSource struct {
		Type          string `json:"type"`
		Name          string `json:"name"`
		Split         string `json:"split"`
		Subset        string `json:"subset"`
		URL           string `json:"url"`
		DatasetID     string `json:"datasetId"`
		EvalDatasetID string `json:"evalDatasetId"`
	} `json:"datasetSource"`
}

func readConfig(raw json.RawMessage) (c config, err error) {
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, fmt.Errorf("the job's config is not what it should be: %w", err)
	}
	if c.Model == "" || strings.HasPrefix(c.Model, "-") {
		return c, errors.New("the job's config names no model")
	}
	return c, nil
}
