// Package evalcmd implements "arkor eval".
package evalcmd

import (
	"context"
	"errors"
	"strconv"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-build/buildcmd"
	"github.com/arkorlab/arkor-go/arkor-build/envfile"
	"github.com/arkorlab/arkor-go/arkor-build/runner"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type command struct {
	env        cli.Env
	checkpoint string
	backend    string
	envFiles   []string
	compare    runner.Comparison
}

// New returns the command, bound to env.
func New(env cli.Env) *ff.Command {
	c := &command{env: env}
	flags := ff.NewFlagSet("eval")
	for _, flag := range []ff.FlagConfig{
		{LongName: "checkpoint", Value: ffval.NewValue(&c.checkpoint), Placeholder: "STEP", Usage: "measure this checkpoint of the job, not its final adapter"},
		{LongName: "endpoint", Value: ffval.NewValue(&c.compare.Endpoint), Placeholder: "SLUG", Usage: "compare with what this endpoint answers with; without it, the one that was changed last"},
		{LongName: "worst", Value: ffval.NewValue(&c.compare.Worst), Usage: "show the samples with the lowest scores: prompt, answer, score"},
		{LongName: "backend", Value: ffval.NewValue(&c.backend), Placeholder: "BACKEND", Usage: "local, cloud or an address; outranks every other setting"},
		{LongName: "env-file", Value: ffval.NewList(&c.envFiles), Placeholder: "FILE", Usage: "add the variables of a .env file; may be repeated, and what is set already stays"},
		{LongName: "json", Value: ffval.NewValue(&c.compare.JSON), Usage: "print one JSON object; what the evals print goes to stderr"},
	} {
		flag.NoDefault = true
		if _, err := flags.AddFlag(flag); err != nil {
			panic(err) // two flags of one name
		}
	}
	return &ff.Command{
		Name:      "eval",
		Usage:     "arkor eval [options] [job]",
		ShortHelp: "compare the tuned model with its base and the deployed one",
		LongHelp: "Asks the evals that createArkor was given of three models, on the same samples: the\n" +
			"base, what a job made of it, and what an endpoint of the project answers with, if\n" +
			"there is one. The job is the latest completed one, or the one with this id (or the\n" +
			"beginning of it) or name, where one alone has it. Answers are the most likely ones,\n" +
			"so that the same models score the same. The results are kept with the job. Exits 1\n" +
			"when an eval of the tuned model misses its threshold.\n\n" +
			"Examples:\n" +
			"  arkor eval\n" +
			"  arkor eval triage-run --worst         where does it go wrong?\n" +
			"  arkor eval 7e1cd6ce --checkpoint 100\n" +
			"  arkor eval --endpoint support         is it better than what is live?\n" +
			"  arkor eval --json | jq '.evals[] | [.name, .results.tuned.mean]'",
		Flags: flags,
		Exec:  c.run,
	}
}

func (c *command) run(ctx context.Context, args []string) error {
	results := c.env.Stdout
	c.env.Stdout = c.env.Stderr // for what a build says
	artifact, err := c.ready(args)
	if err == nil {
		env := c.env
		env.Stdout = results
		err = runner.Eval(ctx, env, artifact, c.compare)
		if exit := (*cli.ExitError)(nil); errors.As(err, &exit) {
			return err // the runner has said it all
		}
	}
	if c.compare.JSON && err != nil {
		buildcmd.TellError(results, err)
	}
	return err
}

// ready checks the options and returns the artifact whose evals are asked.
func (c *command) ready(args []string) (string, error) {
	switch {
	case len(args) > 1:
		return "", cli.Usagef("too many arguments for 'eval'. Expected 1 argument but got %d.", len(args))
	case len(args) == 1 && args[0] == "":
		return "", cli.Usagef("the job is an empty string")
	case len(args) == 1:
		c.compare.Job = args[0]
	}
	if c.checkpoint != "" {
		step, err := strconv.ParseInt(c.checkpoint, 10, 53)
		if err != nil || step < 0 {
			return "", cli.Usagef("--checkpoint is the step of a checkpoint, not %q", c.checkpoint)
		}
		c.compare.Checkpoint = &step
	}
	var err error
	if c.env, err = envfile.Add(c.env, c.envFiles); err != nil {
		return "", err
	}
	if c.env, err = runner.UseBackend(c.env, c.backend); err != nil {
		return "", err
	}
	c.env, _ = buildcmd.Enter(c.env, "eval", "")
	return buildcmd.Artifact(c.env, "eval", false)
}
