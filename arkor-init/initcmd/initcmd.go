// Package initcmd implements "arkor init".
package initcmd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-init/scaffold"
	"github.com/arkorlab/arkor-go/arkor-init/template"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type command struct {
	env      cli.Env
	name     string
	template string
	yes      bool // accepted for scripts; nothing is asked yet
}

// New returns arkor-init with its one command, bound to env. It does no work.
func New(env cli.Env) *ff.Command {
	c := &command{env: env}
	flags := ff.NewFlagSet("arkor init")
	flags.AddFlag(ff.FlagConfig{
		LongName: "template", Value: ffval.NewValueDefault(&c.template, "triage"),
		Placeholder: "ID", Usage: "what to start from: " + strings.Join(template.IDs(), ", "),
	})
	flags.AddFlag(ff.FlagConfig{
		LongName: "name", Value: ffval.NewValue(&c.name), NoDefault: true,
		Placeholder: "NAME", Usage: "name of the project (default: that of the directory)",
	})
	flags.AddFlag(ff.FlagConfig{
		ShortName: 'y', LongName: "yes", Value: ffval.NewValue(&c.yes), NoDefault: true,
		Usage: "take every default and ask nothing",
	})
	return &ff.Command{
		Name:      "arkor-init",
		Usage:     "arkor-init init [options]",
		ShortHelp: "start a project",
		Subcommands: []*ff.Command{{
			Name:      "init",
			Usage:     "arkor init [dir] [--template ID] [--name NAME] [--yes]",
			ShortHelp: "write a project that trains on this machine",
			LongHelp: "Writes into dir, or into the current directory. Files that exist are kept, but\n" +
				"package.json and .gitignore gain what they lack.\n" +
				"Nothing is installed and nothing leaves this machine.\n\n" +
				"Examples:\n" +
				"  arkor init demo --template triage --yes\n" +
				"  arkor init . --name support-bot",
			Flags: flags,
			Exec:  c.run,
		}},
	}
}

func (c *command) run(ctx context.Context, args []string) error {
	dir, err := c.directory(args)
	if err != nil {
		return err
	}
	tmpl, ok := template.Lookup(c.template)
	if !ok {
		return cli.Usagef("Unknown template %q. Available: %s", c.template, strings.Join(template.IDs(), ", "))
	}
	name := c.name
	if name == "" {
		name = filepath.Base(dir)
	}
	plan, err := scaffold.New(scaffold.Options{
		Dir: dir, Name: scaffold.Name(name), Template: tmpl, Backend: "local", SDK: c.sdkRange(),
	})
	var syntax *scaffold.SyntaxError
	if errors.As(err, &syntax) {
		return cli.Hint(err, "correct the file and run the command again")
	}
	if err != nil {
		return cli.Hint(err, "choose another directory: arkor init <dir>")
	}
	result, err := plan.Write(ctx)
	if err != nil {
		return err
	}
	c.report(dir, result)
	return nil
}

func (c *command) directory(args []string) (string, error) {
	switch {
	case len(args) == 0:
		return c.env.Dir, nil
	case len(args) > 1:
		return "", cli.Usagef("too many arguments for 'init': expected one directory but got %d", len(args))
	case strings.TrimSpace(args[0]) == "":
		return "", cli.Hint(cli.Usagef("the directory has no name"), "use `.` for the current directory")
	case filepath.IsAbs(args[0]):
		return filepath.Clean(args[0]), nil
	}
	return filepath.Join(c.env.Dir, args[0]), nil
}

// sdkRange lets an end-to-end test install the package from a tarball.
func (c *command) sdkRange() string {
	if spec := strings.TrimSpace(c.env.Getenv("ARKOR_INTERNAL_SCAFFOLD_ARKOR_SPEC")); spec != "" {
		return spec
	}
	return scaffold.SDKRange(cli.Version())
}

// report prints what happened to each path, which is the result, and what to
// type next, which is advice.
func (c *command) report(dir string, result scaffold.Result) {
	fmt.Fprintln(c.env.Stdout, "Files")
	for _, e := range result.Entries {
		fmt.Fprintf(c.env.Stdout, "  %-8s %s\n", e.Action, e.Path)
	}
	for _, warning := range result.Warnings {
		fmt.Fprintf(c.env.Stderr, "arkor: warning: %s\n", warning)
	}
	fmt.Fprintln(c.env.Stderr, "\nNext:")
	if dir != c.env.Dir {
		target := dir
		if rel, err := filepath.Rel(c.env.Dir, dir); err == nil && !strings.HasPrefix(rel, "..") {
			target = rel
		}
		fmt.Fprintf(c.env.Stderr, "  cd %s\n", quotePath(target, runtime.GOOS))
	}
	fmt.Fprintln(c.env.Stderr, "  arkor start")
}
