package initcmd

import (
	"fmt"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-init/packagemanager"
)

// outcome is what became of installing the dependencies.
type outcome int

const (
	notDue    outcome = iota // not wanted, or nothing to install with
	installed                // done
	landed                   // the manager failed, but everything seems to be there
	failed
)

// closing is the state in which the command leaves a project.
type closing struct {
	mode    mode
	manager packagemanager.Manager
	dir     string // of the project as seen from here; "" when that is here
	goos    string // whose shells the advice is for
	install outcome
	git     bool // a repository was wanted
}

func (c closing) ready() bool { return c.install == installed || c.install == landed }

// withoutGit reports whether the repository that was wanted is left to its
// owner.
func (c closing) withoutGit() bool { return c.git && (c.install == failed || c.install == landed) }

// installStep is what is said before an install.
func installStep(m packagemanager.Manager) string { return "Installing dependencies with " + string(m) }

// afterInstall is what to do about an install that failed; "" when it did not,
// or when the word about git says enough.
func (c closing) afterInstall() string {
	command := c.manager.InstallCommand()
	switch {
	case c.install == landed && !c.git:
		return fmt.Sprintf("`%s` exited non-zero, but the lockfile and node_modules look populated. Inspect them before you rely on them.", command)
	case c.install != failed:
		return ""
	case c.mode == initMode && c.dir == "":
		return "Retry manually: " + command
	case c.dir == "":
		return fmt.Sprintf("Retry manually: `%s`.", command)
	}
	return fmt.Sprintf("Retry manually: run `%s` in `%s`.", command, c.dir)
}

// commands lists what to type next. Training needs nothing installed, but the
// script of a package manager is easier to find with it.
func (c closing) commands() []string {
	var all []string
	if c.dir != "" {
		all = append(all, "cd "+quotePath(c.dir, c.goos))
	}
	if !c.ready() && c.manager != packagemanager.Undetected {
		all = append(all, c.manager.InstallCommand())
	}
	if c.withoutGit() {
		message := strings.ReplaceAll(c.mode.commitMessage(), "`", "")
		all = append(all, "git init", "git add -A", fmt.Sprintf("git commit -m %q", message))
	}
	return append(all, c.manager.StartCommand())
}

// outro says what to type next: in a sentence where that is short, else one
// command a line, since no separator works in every shell.
func (c closing) outro() string {
	commands, next := c.commands(), ""
	switch {
	case c.mode == createMode:
		next = "Next steps:\n  " + strings.Join(commands, "\n  ")
	case c.dir != "" || c.withoutGit():
		next = "Next:\n  " + strings.Join(commands, "\n  ")
	default:
		next = "Next: `" + strings.Join(commands, "`, then `") + "`"
	}
	if c.manager == packagemanager.Undetected {
		next += "\nFor the types in your editor, " + c.manager.InstallCommand() + "."
	}
	return next
}
