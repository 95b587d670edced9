package initcmd

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// isStrict reports whether a coding agent runs us that can answer no question:
// it has to decide everything by options, or take every default with --yes.
func isStrict(env cli.Env, yes bool) bool { return env.Getenv("CLAUDECODE") == "1" && !yes }

// requirement is a decision that was left open: the options that take it, and
// what it is about.
type requirement struct{ flags, about string }

// strictError lists the decisions that were left open. It is printed as it is,
// without the name of the command in front.
type strictError struct {
	mode mode
	open []requirement
}

func (e *strictError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: CLAUDECODE=1 detected. Interactive prompts are disabled.\n", e.mode.title())
	b.WriteString("Re-run with explicit flags:\n")
	for _, r := range e.open {
		fmt.Fprintf(&b, "  %s\n      %s\n", r.flags, r.about)
	}
	b.WriteString("Or pass -y/--yes to accept all defaults.")
	return b.String()
}

// open lists the decisions that no option takes, in the order in which a person
// would be asked for them.
func (c choices) open(templates []string) []requirement {
	var open []requirement
	for _, r := range []struct {
		met bool
		requirement
	}{
		{c.mode == initMode || c.named(), requirement{"[dir] (e.g. `my-arkor-app`) or --name <name>",
			"Project directory; the name follows from it. A name without a letter or digit would become arkor-project."}},
		{c.mode == createMode || c.named(), requirement{"--name <name>",
			"Project directory or name has no letter or digit, so the project would be called arkor-project."}},
		{c.template != nil, requirement{"--template <" + strings.Join(templates, "|") + ">",
			"Starter template: what the first trainer learns."}},
		{c.git || c.skipGit, requirement{"--git (recommended) or --skip-git",
			"Whether to run git init and commit the new files."}},
		{len(c.managers) > 0 || c.skipInstall, requirement{"--use-pnpm (or --use-npm / --use-yarn / --use-bun, or --skip-install)",
			"Which package manager installs the dependencies, if any."}},
		{c.agents || c.noAgents, requirement{"--agents-md (recommended) or --no-agents-md",
			"Whether to write AGENTS.md and CLAUDE.md, which tell coding agents where the documentation is."}},
	} {
		if !r.met {
			open = append(open, r.requirement)
		}
	}
	return open
}

// named reports whether the project gets a name that somebody chose.
func (c choices) named() bool {
	switch {
	case c.dir != nil && strings.TrimSpace(*c.dir) == "":
		return false // it would silently mean the current directory
	case c.name != nil:
		return meaningful(*c.name)
	case c.dir == nil && c.mode == createMode:
		return false
	}
	return meaningful(filepath.Base(c.target))
}

// meaningful reports whether something of a text survives in a project's name.
func meaningful(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	})
}
