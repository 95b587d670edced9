// Package logoutcmd implements "arkor logout".
package logoutcmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-auth/oauthflow"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/credentials"
	"github.com/arkorlab/arkor-go/shared/prompt"
)

// revokeTimeout is what the provider may take to end the session.
const revokeTimeout = 3 * time.Second

const anonymousWarning = "Anonymous credentials cannot be restored after logout. Deleting them permanently loses access to this anonymous identity."

type command struct {
	env   cli.Env
	force bool
}

// New returns the command, bound to env. It does no work.
func New(env cli.Env) *ff.Command {
	c := &command{env: env}
	flags := ff.NewFlagSet("arkor logout")
	flags.AddFlag(ff.FlagConfig{
		ShortName: 'f', LongName: "force", Value: ffval.NewValue(&c.force), NoDefault: true,
		Usage: "ask nothing",
	})
	return &ff.Command{
		Name:      "logout",
		Usage:     "arkor logout [--force]",
		ShortHelp: "Delete ~/.arkor/credentials.json",
		LongHelp: "Asks first; where nobody can answer, nothing is deleted without --force. The .arkor\n" +
			"folder of a project is left alone. An account's session is ended at its provider too.\n\n" +
			"Examples:\n" +
			"  arkor logout\n" +
			"  arkor logout --force",
		Flags: flags,
		Exec:  c.run,
	}
}

func (c *command) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	store, err := credentials.Open(c.env)
	if err != nil {
		return err
	}
	if !store.Exists() {
		_, err = fmt.Fprintln(c.env.Stdout, "No credentials on file.")
		return err
	}
	if confirmed, err := c.confirm(ctx, store); err != nil {
		return err
	} else if !confirmed {
		_, err = fmt.Fprintln(c.env.Stdout, "Aborted.")
		return err
	}
	removed, kept, err := remove(ctx, store)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(c.env.Stdout, "Removed %s.\n", store.Path()); err != nil {
		return err
	}
	for _, path := range kept {
		fmt.Fprintf(c.env.Stderr, "arkor: warning: %s is a damaged file of earlier and may hold secrets; look at it and delete it\n", path)
	}
	if strings.TrimSpace(c.env.Getenv("ARKOR_TOKEN")) != "" {
		fmt.Fprintln(c.env.Stderr, "arkor: warning: ARKOR_TOKEN is set and still says who you are")
	}
	c.revoke(ctx, removed)
	return nil
}

func (c *command) confirm(ctx context.Context, store credentials.Store) (bool, error) {
	question := "Delete " + store.Path() + "?"
	stored, _ := store.Peek() // what cannot be read can still be removed
	anonymous := stored.Mode == credentials.Anonymous
	if c.force {
		if anonymous {
			fmt.Fprintln(c.env.Stderr, anonymousWarning)
		}
		return true, nil
	}
	if anonymous {
		question = anonymousWarning + " " + question
	}
	if !c.env.Interactive() {
		fmt.Fprintf(c.env.Stderr, "%s No (nobody to ask; --force deletes it)\n", question)
	}
	return prompt.Confirm(ctx, c.env, question, false)
}

// remove deletes the file and returns what it held, if that is known, and the
// damaged ones that are still there.
func remove(ctx context.Context, store credentials.Store) (stored credentials.Credentials, kept []string, err error) {
	locked, err := store.Lock(ctx)
	if err != nil {
		return credentials.Credentials{}, nil, err
	}
	defer locked.Unlock()
	stored, _ = locked.Load()
	kept, err = locked.Remove()
	if errors.Is(err, fs.ErrNotExist) { // another logout was faster
		err = nil
	}
	return stored, kept, err
}

// revoke ends the session at the provider, so that a copy of the file is worth
// nothing. It is no failure when the provider does not offer that.
func (c *command) revoke(ctx context.Context, stored credentials.Credentials) {
	if stored.Mode != credentials.OAuth || stored.RefreshToken == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, revokeTimeout)
	defer cancel()
	provider, err := oauthflow.FromCredentials(stored, cloud.Patient())
	if err == nil {
		err = provider.Revoke(ctx, stored.RefreshToken)
	}
	if err != nil {
		fmt.Fprintf(c.env.Stderr, "arkor: warning: the session could not be ended at %s; it may live on there until it expires\n", cli.OneLine(stored.Domain))
	}
}
