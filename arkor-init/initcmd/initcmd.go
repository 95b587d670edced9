// Package initcmd implements "arkor init", and "create-arkor", which is the same
// behind npm create.
package initcmd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-init/packagemanager"
	"github.com/arkorlab/arkor-go/arkor-init/scaffold"
	"github.com/arkorlab/arkor-go/arkor-init/template"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type command struct {
	env  cli.Env
	mode mode

	name, template, backend string
	yes, skipInstall        bool
	use                     [4]bool // by packagemanager.All
	git, skipGit            bool
	agents, noAgents        bool
	allowBuilds             bool // accepted: our packages have no scripts to allow
	dryRun, json            bool

	typed func(flag string) bool
}

// New returns arkor-init with its two commands, bound to env. It does no work.
func New(env cli.Env) *ff.Command {
	return &ff.Command{
		Name:        "arkor-init",
		Usage:       "arkor-init <command> [options]",
		ShortHelp:   "start a project",
		Subcommands: []*ff.Command{newCommand(env, initMode), newCommand(env, createMode)},
	}
}

func newCommand(env cli.Env, mode mode) *ff.Command {
	c := &command{env: env, mode: mode}
	flags := c.flags()
	c.typed = func(name string) bool {
		flag, ok := flags.GetFlag(name)
		return ok && flag.IsSet()
	}
	text := "Writes into dir, or into the current directory."
	if mode == createMode {
		text = "Writes into dir, or into a new directory named after the project."
	}
	return &ff.Command{
		Name:      mode.command(),
		Usage:     mode.title() + " [dir] [options]",
		ShortHelp: "write a project that trains on this machine or in the cloud",
		LongHelp: text + " Files that exist are kept; package.json,\n" +
			".gitignore and AGENTS.md gain what they lack. Asks for what no option says; where nobody\n" +
			"can answer, the defaults hold.\n\n" +
			"Examples:\n" +
			"  " + mode.title() + " demo --template triage --yes\n" +
			"  " + mode.title() + " . --name support-bot --use-pnpm --git\n" +
			"  " + mode.title() + " --template blank --backend cloud --dry-run",
		Flags: flags,
		Exec:  c.run,
	}
}

func (c *command) flags() *ff.FlagSet {
	flags := ff.NewFlagSet(c.mode.title())
	for _, f := range []struct {
		name, placeholder, usage string
		value                    *string
	}{
		{"name", "NAME", "name of the project (default: that of the directory)", &c.name},
		{"template", "ID", "what to start from: " + strings.Join(template.IDs(), ", "), &c.template},
		{"backend", "WHERE", "where it trains: local, on this machine, or cloud (default: local)", &c.backend},
	} {
		flags.AddFlag(ff.FlagConfig{LongName: f.name, Value: ffval.NewValue(f.value), NoDefault: true, Placeholder: f.placeholder, Usage: f.usage})
	}
	flags.AddFlag(ff.FlagConfig{ShortName: 'y', LongName: "yes", Value: ffval.NewValue(&c.yes), NoDefault: true, Usage: "take every default and ask nothing"})
	for _, f := range []struct {
		name, usage string
		value       *bool
	}{
		{"skip-install", "install nothing", &c.skipInstall},
		{"use-npm", "install with npm", &c.use[0]},
		{"use-pnpm", "install with pnpm", &c.use[1]},
		{"use-yarn", "install with yarn", &c.use[2]},
		{"use-bun", "install with bun", &c.use[3]},
		{"git", "make a git repository with a first commit", &c.git},
		{"skip-git", "make no git repository", &c.skipGit},
		{"agents-md", "write AGENTS.md and CLAUDE.md for coding assistants (the default)", &c.agents},
		{"no-agents-md", "do not write them", &c.noAgents},
		{"allow-builds", "accepted and without effect: no package of ours runs scripts", &c.allowBuilds},
		{"dry-run", "say what would be written, and write nothing", &c.dryRun},
		{"json", "print the outcome as one JSON object", &c.json},
	} {
		flags.AddFlag(ff.FlagConfig{LongName: f.name, Value: ffval.NewValue(f.value), NoDefault: true, Usage: f.usage})
	}
	return flags
}

func (c *command) run(ctx context.Context, args []string) error {
	chosen, err := c.choices(args)
	if err != nil {
		return err
	}
	var open *strictError
	if err := chosen.check(isStrict(c.env, c.yes), template.IDs()); errors.As(err, &open) {
		fmt.Fprintln(c.env.Stderr, err)
		return &cli.ExitError{Status: cli.StatusFailed}
	} else if err != nil {
		return err
	}
	if c.interactive() {
		c.say(c.mode.title())
	}
	a := answers{command: c, choices: chosen, interactive: c.interactive()}
	project, err := a.project(ctx)
	if err != nil {
		return err
	}
	return c.make(ctx, chosen, project)
}

// interactive reports whether somebody may be asked.
func (c *command) interactive() bool {
	return c.env.Interactive() && !c.yes && c.env.Getenv("CLAUDECODE") != "1"
}

// choices collects what was typed.
func (c *command) choices(args []string) (choices, error) {
	if len(args) > 1 {
		return choices{}, cli.Usagef("too many arguments for '%s'. Expected 1 argument but got %d.", c.mode.command(), len(args))
	}
	chosen := choices{
		mode: c.mode, yes: c.yes, target: c.env.Dir, skipInstall: c.skipInstall,
		git: c.git, skipGit: c.skipGit, agents: c.agents, noAgents: c.noAgents,
	}
	if len(args) == 1 {
		chosen.dir, chosen.target = &args[0], scaffold.Target(c.env.Dir, args[0])
	}
	if c.typed("name") {
		chosen.name = &c.name
	}
	if c.typed("template") {
		chosen.template = &c.template
	}
	for i, m := range packagemanager.All() {
		if c.use[i] {
			chosen.managers = append(chosen.managers, m)
		}
	}
	switch {
	case chosen.dir != nil && strings.TrimSpace(*chosen.dir) == "" && !isStrict(c.env, c.yes):
		return choices{}, cli.Hint(cli.Usagef("the directory has no name"), "use `.` for the current directory")
	case c.typed("backend") && c.backend != string(template.Local) && c.backend != string(template.Cloud):
		return choices{}, cli.Usagef("--backend takes local or cloud, not %q", c.backend)
	}
	return chosen, nil
}

// sdkRange lets an end-to-end test install the package from a tarball.
func (c *command) sdkRange() string {
	if spec := strings.TrimSpace(c.env.Getenv("ARKOR_INTERNAL_SCAFFOLD_ARKOR_SPEC")); spec != "" {
		return spec
	}
	return scaffold.SDKRange(cli.Version())
}

// seenFromHere is how a person gets to a directory; "" when they are there.
func (c *command) seenFromHere(dir string) string {
	if scaffold.InPlace(c.env.Dir, dir) {
		return ""
	}
	if rel, err := filepath.Rel(c.env.Dir, dir); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return dir
}
