// Package startcmd implements "arkor start".
package startcmd

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-build/buildcmd"
	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/arkor-build/runner"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type command struct {
	env     cli.Env
	noBuild bool
	options runner.Options
	verbose bool
}

// New returns the command, bound to env.
func New(env cli.Env) *ff.Command {
	c := &command{env: env}
	flags := ff.NewFlagSet("start")
	_, err := flags.AddFlag(ff.FlagConfig{
		LongName:  "no-build",
		Value:     ffval.NewValue(&c.noBuild),
		Usage:     "run " + bundle.Artifact + " as it is, even when sources are newer",
		NoDefault: true,
	})
	if err != nil {
		panic(err) // two flags of one name
	}
	c.addPreview(flags)
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
			"  arkor start --preview\n" +
			"  arkor start src/arkor/other.ts",
		Flags: flags,
		Exec:  c.run,
	}
}

func (c *command) run(ctx context.Context, args []string) error {
	if err := c.checkPreview(); err != nil {
		return err
	}
	entry, err := buildcmd.Entry("start", args)
	if err != nil {
		return err
	}
	c.env, entry = buildcmd.Enter(c.env, "start", entry)
	env := c.env
	if c.options.JSON {
		c.env.Stdout = c.env.Stderr // for what a build says
	}
	artifact, err := c.prepare(entry)
	if err != nil {
		return err
	}
	return runner.Start(ctx, env, artifact, c.options)
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
	state := bundle.Inspect(c.env.Dir)
	switch {
	case !state.Exists:
		return c.build(state.Entry, false)
	case state.Stale == "" && state.Newer != "":
		return "", tooNew(artifact, state.Newer)
	case state.Stale != "":
		fmt.Fprintf(c.env.Stderr, "arkor start: building again: %s\n", state.Stale)
		return c.build(state.Entry, false)
	}
	if c.verbose {
		fmt.Fprintf(c.env.Stderr, "arkor start: %s is up to date\n", filepath.FromSlash(bundle.Artifact))
		if state.SDK.Imported {
			buildcmd.SayWhichSDK(c.env, "start", state.SDK)
		}
	}
	buildcmd.WarnOfSDK(c.env, "start", state.SDK)
	return artifact, nil
}

func (c *command) checkBuilt(entry, artifact string) error {
	if entry != "" {
		return cli.Usagef("--no-build runs what is built already, so it cannot be given an entry")
	}
	if _, err := os.Stat(artifact); err != nil {
		return cli.Hint(fmt.Errorf("nothing is built at %s", artifact), "run `arkor build`, or leave --no-build out")
	}
	if newer := bundle.Inspect(c.env.Dir).Newer; newer != "" {
		return tooNew(artifact, newer)
	}
	return nil
}

// tooNew refuses an artifact that may need more than this version gives it.
func tooNew(artifact, newer string) error {
	err := fmt.Errorf("%s was built by version %s of arkor-build, too new for this version %s", artifact, newer, cli.Version())
	return cli.Hint(err, "upgrade arkor-build, or build the artifact again from its sources")
}

func (c *command) build(entry string, once bool) (string, error) {
	return buildcmd.Build(c.env, buildcmd.Options{Command: "start", Entry: entry, Once: once, Verbose: c.verbose})
}
