package options

import (
	"context"
	"fmt"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/prompt/plain"
)

// Deletion is --yes, and the question that stands in for it.
type Deletion struct{ yes bool }

// AddTo declares the option.
func (d *Deletion) AddTo(flags *ff.FlagSet) { Bool(flags, &d.yes, "yes", "do not ask") }

// Check refuses where nobody can be asked.
func (d Deletion) Check(env cli.Env) error {
	if !d.yes && !env.Interactive() {
		return cli.Usagef("deleting cannot be undone, and nobody is there to ask: say --yes")
	}
	return nil
}

// Confirm asks, unless that was answered, and says so when nothing is deleted.
func (d Deletion) Confirm(ctx context.Context, env cli.Env, question string) (bool, error) {
	if d.yes {
		return true, nil
	}
	yes, err := plain.Confirm(ctx, env, question, false)
	if err == nil && !yes {
		fmt.Fprintln(env.Stderr, "nothing was deleted")
	}
	return yes, err
}
