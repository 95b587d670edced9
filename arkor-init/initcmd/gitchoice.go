package initcmd

import (
	"context"
	"fmt"

	"github.com/arkorlab/arkor-go/arkor-init/packagemanager"
)

const (
	gitQuestion = "Initialise a git repository and create an initial commit?"
	gitInside   = "Directory is already inside a git repository. Skipping git init."
	gitBecame   = "Directory became a git repository during install. Skipping git init."
	gitStep     = "Initialising git repository"
	gitUnsigned = "Commit signing failed: created an unsigned commit. Re-sign with `git commit --amend -S` once your signing setup is fixed."
	gitByHand   = "You can initialise git manually later."
)

// wantsGit decides whether the project becomes a repository. inside asks git
// whether it is part of one already, ask puts gitQuestion to the person; both
// only when it comes to that. say is what to tell about the decision, if
// anything; the error is that of ask.
func (c choices) wantsGit(ctx context.Context, interactive bool,
	inside func(context.Context) bool, ask func(context.Context) (bool, error),
) (want bool, say string, err error) {
	switch {
	case c.skipGit:
		return false, "", nil
	case inside(ctx):
		return false, gitInside, nil
	case c.git || c.yes:
		return true, "", nil
	case !interactive:
		return false, "", nil
	}
	want, err = ask(ctx)
	return want, "", err
}

// gitAfterFailure says why a repository that was wanted is not made: its first
// commit would lack the lockfile, or hold half of one. "" means that it is made.
func gitAfterFailure(m packagemanager.Manager, install outcome) string {
	switch install {
	case failed:
		return fmt.Sprintf("Skipping git init too. `%s` failed, and the first commit should hold the lockfile.", m.InstallCommand())
	case landed:
		return fmt.Sprintf("Skipping git init: `%s` exited non-zero. Look at what it left before you commit it.", m.InstallCommand())
	}
	return ""
}
