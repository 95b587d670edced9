// Package buildcmd implements "arkor build".
package buildcmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type command struct {
	env     cli.Env
	verbose bool
}

// New returns the command, bound to env.
func New(env cli.Env) *ff.Command {
	c := &command{env: env}
	flags := ff.NewFlagSet("build")
	AddVerbose(flags, &c.verbose)
	return &ff.Command{
		Name:      "build",
		Usage:     "arkor build [options] [entry]",
		ShortHelp: "bundle the trainer into .arkor/build",
		LongHelp: "Bundles the module that exports the trainer (default " + bundle.DefaultEntry + ")\n" +
			"into " + bundle.Artifact + ". Nothing is run and nothing has to be installed:\n" +
			"packages stay imports, and types are not checked.\n\n" +
			"Examples:\n" +
			"  arkor build\n" +
			"  arkor build src/arkor/other.ts",
		Flags: flags,
		Exec:  c.run,
	}
}

func (c *command) run(_ context.Context, args []string) error {
	entry, err := Entry("build", args)
	if err != nil {
		return err
	}
	if entry == "" {
		entry = bundle.DefaultEntry
	}
	_, err = Build(c.env, Options{Command: "build", Entry: entry, Verbose: c.verbose})
	return err
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

// Options of a build.
type Options struct {
	Command string // "build" or "start", for what is said on stderr
	Entry   string // absolute, or relative to the project
	Once    bool   // for one run of an entry that is not the project's usual one
	Verbose bool
}

// Build bundles an entry, writes the artifact and says so on stdout. It
// returns the artifact's absolute path. Mistakes in the user's code are shown
// on stderr before it returns a silent error.
func Build(env cli.Env, options Options) (string, error) {
	b, err := bundle.Make(bundle.Options{Dir: env.Dir, Entry: options.Entry, Inline: options.Once})
	if err != nil {
		return "", Explain(env, err)
	}
	bundle.PrintWarnings(env.Stderr, b.Warnings, env.Color(env.Stderr))
	if options.Verbose {
		SayWhichSDK(env, options.Command, b.SDK)
	}
	write := b.Write
	if options.Once {
		write = b.WriteRun
	}
	artifact, err := write()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(env.Stdout, "Built %s → %s\n", bundle.Relative(env.Dir, b.Entry), bundle.Relative(env.Dir, artifact))
	return artifact, nil
}

// Explain shows the messages of a failed bundle and silences it, and tells where
// a project is that was not found here; other errors come back as they are.
func Explain(env cli.Env, err error) error {
	var missing *bundle.NotFoundError
	if errors.As(err, &missing) && missing.Entry == filepath.Join(env.Dir, filepath.FromSlash(bundle.DefaultEntry)) {
		if root, ok := projectAbove(env.Dir); ok {
			return cli.Hint(err, "the project is in %s; run the command there", root)
		}
		return cli.Hint(err, "`arkor init` writes a project that is ready to train")
	}
	var broken *bundle.Error
	if !errors.As(err, &broken) {
		return err
	}
	broken.Print(env.Stderr, env.Color(env.Stderr))
	return &cli.ExitError{Status: cli.StatusFailed}
}

// projectAbove looks for a project in the folders around dir.
func projectAbove(dir string) (root string, ok bool) {
	for parent := filepath.Dir(dir); parent != dir; dir, parent = parent, filepath.Dir(parent) {
		if _, err := os.Stat(filepath.Join(parent, filepath.FromSlash(bundle.DefaultEntry))); err == nil {
			return parent, true
		}
	}
	return "", false
}

// SayWhichSDK tells which copy of the package arkor a bundle uses.
func SayWhichSDK(env cli.Env, command string, sdk bundle.SDK) {
	switch {
	case !sdk.Imported:
		fmt.Fprintf(env.Stderr, "arkor %s: the entry does not import the package arkor\n", command)
	case sdk.Path != "":
		fmt.Fprintf(env.Stderr, "arkor %s: using the installed package arkor at %s\n", command, bundle.Relative(env.Dir, sdk.Path))
	default:
		fmt.Fprintf(env.Stderr, "arkor %s: the package arkor is not installed here; using the copy in arkor-build %s\n", command, cli.Version())
	}
}
