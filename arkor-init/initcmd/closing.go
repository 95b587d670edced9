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

// outro is what to type next: a sentence where that is short, else one command
// a line, since no separator works in every shell. Training needs nothing
// installed, but the script of a package manager is easier to find with it.
func (c closing) outro() string {
	install, start := c.manager.InstallCommand(), c.manager.StartCommand()
	due := !c.ready() && c.manager != packagemanager.Undetected
	next := ""
	if c.mode == initMode && c.dir == "" && !c.withoutGit() {
		next = fmt.Sprintf("Next: `%s`", start)
		if due {
			next = fmt.Sprintf("Next: `%s`, then `%s`", install, start)
		}
	} else {
		lines := []string{"Next:"}
		if c.mode == createMode {
			lines[0] = "Next steps:"
		}
		if c.dir != "" {
			lines = append(lines, "cd "+quotePath(c.dir, c.goos))
		}
		if due {
			lines = append(lines, install)
		}
		if c.withoutGit() {
			message := strings.ReplaceAll(c.mode.commitMessage(), "`", "")
			lines = append(lines, "git init", "git add -A", fmt.Sprintf("git commit -m %q", message))
		}
		next = strings.Join(append(lines, start), "\n  ")
	}
	if c.manager == packagemanager.Undetected {
		next += "\nFor the types in your editor, " + install + "."
	}
	return next
}
