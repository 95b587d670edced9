// Package startcmd implements "arkor start".
package startcmd

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-build/buildcmd"
	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/arkor-build/envfile"
	"github.com/arkorlab/arkor-go/arkor-build/runner"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type command struct {
	env      cli.Env
	noBuild  bool
	envFiles []string
	options  runner.Options
	verbose  bool
}

// New returns the command, bound to env.
func New(env cli.Env) *ff.Command {
	c := &command{env: env}
	flags := ff.NewFlagSet("start")
	for _, flag := range []ff.FlagConfig{
		{LongName: "no-build", Value: ffval.NewValue(&c.noBuild), Usage: "run " + bundle.Artifact + " as it is, even when sources are newer"},
		{LongName: "preview", Value: ffval.NewValue(&c.options.Preview), Usage: "show what would be trained, check it, and create no job"},
		{LongName: "dry-run", Value: ffval.NewValue(&c.options.DryRun), Usage: "take a few steps on a small sample, whatever the trainer says"},
		{LongName: "detach", Value: ffval.NewValue(&c.options.Detach), Usage: "leave once the job is started; no callback runs"},
		{LongName: "on-interrupt", Value: ffval.NewValueDefault(&c.options.OnInterrupt, "cancel"), Placeholder: "WHAT", Usage: "what the first Ctrl-C does: cancel the job, or detach from it"},
		{LongName: "backend", Value: ffval.NewValue(&c.options.Backend), Placeholder: "BACKEND", Usage: "local, cloud or an address; outranks every other setting"},
		{LongName: "env-file", Value: ffval.NewList(&c.envFiles), Placeholder: "FILE", Usage: "add the variables of a .env file; may be repeated, and what is set already stays"},
		{LongName: "json", Value: ffval.NewValue(&c.options.JSON), Usage: "print one JSON object for each event, or for the preview; what the trainer prints goes to stderr"},
	} {
		flag.NoDefault = flag.LongName != "on-interrupt"
		if _, err := flags.AddFlag(flag); err != nil {
			panic(err) // two flags of one name
		}
	}
	buildcmd.AddVerbose(flags, &c.verbose)
	return &ff.Command{
		Name:      "start",
		Usage:     "arkor start [options] [entry]",
		ShortHelp: "train: build if needed, run, follow until the job ends",
		LongHelp: "Runs the trainer and follows its job to the end. Without an entry the last build\n" +
			"is run, after building it again if one of its sources changed; with one, that\n" +
			"entry is built and run. Exits 0 when the training completed, 1 when it failed\n" +
			"or was cancelled. Ctrl-C cancels the job; a second one leaves at once.\n\n" +
			"Needs node 20 or newer, bun or deno. ARKOR_JS_RUNTIME names another choice.\n\n" +
			"Examples:\n" +
			"  arkor start\n" +
			"  arkor start --preview                  what would it learn from?\n" +
			"  arkor start src/arkor/other.ts\n" +
			"  arkor start --dry-run                  does all of it work?\n" +
			"  arkor start --detach                   let it train, and go home\n" +
			"  arkor start --backend https://arkor.example.com\n" +
			"  arkor start --env-file .env.local\n" +
			"  arkor start --json | jq -c 'select(.type == \"training.log\")'",
		Flags: flags,
		Exec:  c.run,
	}
}

func (c *command) run(ctx context.Context, args []string) error {
	results := c.env.Stdout
	if c.options.JSON {
		c.env.Stdout = c.env.Stderr // for what a build says
	}
	artifact, err := c.ready(args)
	if err == nil {
		env := c.env
		env.Stdout = results
		err = runner.Start(ctx, env, artifact, c.options)
		if exit := (*cli.ExitError)(nil); errors.As(err, &exit) {
			return err // the runner has said it all
		}
	}
	if c.options.JSON && err != nil {
		buildcmd.TellError(results, err)
	}
	return err
}

// ready checks the options and returns the artifact to run.
func (c *command) ready(args []string) (string, error) {
	if c.options.OnInterrupt != "cancel" && c.options.OnInterrupt != "detach" {
		return "", cli.Usagef("--on-interrupt is cancel or detach, not %q", c.options.OnInterrupt)
	}
	entry, err := buildcmd.Entry("start", args)
	if err != nil {
		return "", err
	}
	// First of all: they may say which runtime to use.
	if c.env, err = envfile.Add(c.env, c.envFiles); err != nil {
		return "", err
	}
	if c.env, err = runner.UseBackend(c.env, c.options.Backend); err != nil {
		return "", err
	}
	c.env, entry = buildcmd.Enter(c.env, "start", entry)
	return c.prepare(entry)
}

// prepare returns the artifact to run and builds it where that is due.
func (c *command) prepare(entry string) (string, error) {
	artifact := bundle.ArtifactPath(c.env.Dir)
	if c.noBuild {
		return artifact, c.checkBuilt(entry, artifact)
	}
	if entry != "" {
		return c.build(entry, !bundle.IsDefault(c.env.Dir, entry))
	}
	return buildcmd.Artifact(c.env, "start", c.verbose)
}

func (c *command) checkBuilt(entry, artifact string) error {
	if entry != "" {
		return cli.Usagef("--no-build runs what is built already, so it cannot be given an entry")
	}
	if _, err := os.Stat(artifact); err != nil {
		return cli.Hint(fmt.Errorf("nothing is built at %s", artifact), "run `arkor build`, or leave --no-build out")
	}
	if newer := bundle.Inspect(c.env.Dir).Newer; newer != "" {
		return buildcmd.TooNew(artifact, newer)
	}
	return nil
}

func (c *command) build(entry string, once bool) (string, error) {
	return buildcmd.Build(c.env, buildcmd.Options{Command: "start", Entry: entry, Once: once, Verbose: c.verbose})
}
