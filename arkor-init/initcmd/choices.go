package initcmd

import (
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-init/packagemanager"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// choices are what was typed, as far as options can contradict each other.
// What stands behind "--" is no option.
type choices struct {
	mode   mode
	yes    bool
	dir    *string // nil when none was given
	target string  // the directory that dir names, or the current one; absolute
	name   *string

	template    *string
	managers    []packagemanager.Manager // one for each --use-*
	skipInstall bool
	git         bool
	skipGit     bool
	agents      bool // --agents-md was typed; it holds without, too
	noAgents    bool
}

// check refuses what contradicts itself, before anything is asked or written.
// Its error is a *strictError when an agent that runs us has left something
// open. The templates are the ones that can be chosen.
func (c choices) check(strict bool, templates []string) error {
	switch {
	case c.git && c.skipGit:
		return cli.Usagef("Pick one of --git / --skip-git, not both.")
	case c.agents && c.noAgents:
		return cli.Usagef("Pick one of --agents-md / --no-agents-md, not both.")
	}
	if strict {
		if open := c.open(templates); len(open) > 0 {
			return &strictError{c.mode, open}
		}
	}
	switch {
	case c.severalManagers():
		return cli.Usagef("Pick one of --use-npm / --use-pnpm / --use-yarn / --use-bun, not several.")
	case c.template != nil && !slices.Contains(templates, *c.template):
		return cli.Usagef("Unknown template %q. Available: %s", *c.template, strings.Join(templates, ", "))
	}
	return nil
}

// severalManagers is false for the same one twice.
func (c choices) severalManagers() bool {
	return slices.ContainsFunc(c.managers, func(m packagemanager.Manager) bool { return m != c.managers[0] })
}

// manager returns the one that was chosen, or Undetected.
func (c choices) manager() packagemanager.Manager {
	if len(c.managers) == 0 {
		return packagemanager.Undetected
	}
	return c.managers[0]
}
