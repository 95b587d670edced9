// Package buildcmd implements "arkor build".
package buildcmd

import (
	"context"
	"path/filepath"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/project"
)

type command struct {
	env       cli.Env
	watch     bool
	typecheck bool
	outDir    string
	json      bool
	verbose   bool
}

// New returns the command, bound to env.
func New(env cli.Env) *ff.Command {
	c := &command{env: env}
	flags := ff.NewFlagSet("build")
	for _, flag := range []ff.FlagConfig{
		{LongName: "watch", Value: ffval.NewValue(&c.watch), Usage: "build again after every change, until Ctrl-C"},
		{LongName: "typecheck", Value: ffval.NewValue(&c.typecheck), Usage: "check types with the project's own tsc; an error fails the build"},
		{LongName: "out-dir", Value: ffval.NewValue(&c.outDir), Placeholder: "DIR",
			Usage: "write the artifact there; outside the project, packages are looked up from DIR"},
		{LongName: "json", Value: ffval.NewValue(&c.json), Usage: "print one JSON object per build, also of one that failed"},
	} {
		flag.NoDefault = true
		if _, err := flags.AddFlag(flag); err != nil {
			panic(err) // two flags of one name
		}
	}
	AddVerbose(flags, &c.verbose)
	return &ff.Command{
		Name:      "build",
		Usage:     "arkor build [options] [entry]",
		ShortHelp: "bundle the trainer into .arkor/build",
		LongHelp: "Bundles the module that exports the trainer (default " + bundle.DefaultEntry + ")\n" +
			"into " + bundle.Artifact + ". Nothing is run and nothing has to be installed:\n" +
			"packages stay imports, except for TypeScript ones of the same workspace, and types\n" +
			"are not checked without --typecheck.\n\n" +
			"Examples:\n" +
			"  arkor build\n" +
			"  arkor build src/arkor/other.ts\n" +
			"  arkor build --watch\n" +
			"  arkor build --typecheck --json    # in CI\n" +
			"  arkor build --out-dir dist",
		Flags: flags,
		Exec:  c.run,
	}
}

// AddVerbose adds the flag --verbose, which the commands that build share.
func AddVerbose(flags *ff.FlagSet, value *bool) {
	_, err := flags.AddFlag(ff.FlagConfig{
		LongName:  "verbose",
		Value:     ffval.NewValue(value),
		Usage:     "say which copy of the package arkor is used",
		NoDefault: true,
	})
	if err != nil {
		panic(err) // two flags of one name
	}
}

func (c *command) run(ctx context.Context, args []string) error {
	entry, err := Entry("build", args)
	switch {
	case err != nil:
		return err
	case c.watch && c.typecheck:
		return cli.Hint(cli.Usagef("--watch does not check types"), "run `tsc --noEmit --watch` beside it")
	}
	if c.outDir != "" && !filepath.IsAbs(c.outDir) {
		c.outDir = filepath.Join(c.env.Dir, c.outDir)
	}
	c.env, entry = Enter(c.env, "build", entry)
	if entry == "" {
		entry = bundle.DefaultEntry
	}
	options := Options{Command: "build", Entry: entry, OutDir: c.outDir, JSON: c.json, Verbose: c.verbose}
	if c.typecheck {
		options.Check = func() error { return checkTypes(ctx, c.env, c.json) }
	}
	if c.watch {
		return watch(ctx, c.env, options)
	}
	_, err = Build(c.env, options)
	return err
}

// Entry returns the one optional argument of a command, or "" when there is none.
func Entry(command string, args []string) (string, error) {
	switch {
	case len(args) > 1:
		return "", cli.Usagef("too many arguments for '%s'. Expected 1 argument but got %d.", command, len(args))
	case len(args) == 0:
		return "", nil
	case args[0] == "":
		return "", cli.Usagef("the entry is an empty string")
	}
	return args[0], nil
}

// Enter goes to the folder of the project that the user is in, and says so. An
// entry is what it was where the user is; "" stays.
func Enter(env cli.Env, command, entry string) (cli.Env, string) {
	if entry != "" && !filepath.IsAbs(entry) {
		entry = filepath.Join(env.Dir, entry)
	}
	return project.Enter(env, "arkor "+command), entry
}
