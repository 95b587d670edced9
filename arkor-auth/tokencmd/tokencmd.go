// Package tokencmd implements "arkor-auth token": the one place from which the
// other parts of the tool get an access token and the address that it is for.
package tokencmd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-auth/identity"
	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/project"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// Answer is what --json prints.
type Answer struct {
	Token     string         `json:"token"`
	Mode      string         `json:"mode"` // "anon", "oauth", "local" or "token"
	APIURL    string         `json:"apiUrl"`
	OrgSlug   *string        `json:"orgSlug"`   // null when unknown
	ExpiresAt *int64         `json:"expiresAt"` // Unix seconds by this machine's clock; null when it does not expire or is unknown
	Scope     *project.Scope `json:"scope"`     // null without --scope
}

// String and GoString keep the token out of messages.
func (a Answer) String() string   { return a.Mode + " token for " + a.APIURL }
func (a Answer) GoString() string { return a.String() }

type command struct {
	env      cli.Env
	json     bool
	scope    bool
	backend  string
	rejected string
}

// New returns the command, bound to env. It does no work.
func New(env cli.Env) *ff.Command {
	c := &command{env: env}
	flags := ff.NewFlagSet("arkor-auth token")
	flags.AddFlag(ff.FlagConfig{
		LongName: "json", Value: ffval.NewValue(&c.json), NoDefault: true,
		Usage: "print the token with all that is known about it",
	})
	flags.AddFlag(ff.FlagConfig{
		LongName: "scope", Value: ffval.NewValue(&c.scope), NoDefault: true,
		Usage: "find or create the project of this directory as well",
	})
	flags.AddFlag(ff.FlagConfig{
		LongName: "backend", Value: ffval.NewValue(&c.backend), NoDefault: true,
		Placeholder: "BACKEND", Usage: "local, cloud or an address; outranks every other setting",
	})
	flags.AddFlag(ff.FlagConfig{
		LongName: "rejected", Value: ffval.NewValue(&c.rejected), NoDefault: true,
		Placeholder: "SHA256", Usage: "hash of a token that the backend answered with 401",
	})
	return &ff.Command{
		Name:      "token",
		Usage:     "arkor-auth token [--json] [--scope] [--backend BACKEND] [--rejected SHA256]",
		ShortHelp: "print a valid access token for the active backend",
		LongHelp: "Renews a token that is about to expire, and makes an anonymous identity where there\n" +
			"is none. ARKOR_TOKEN outranks what is stored. Plumbing: what it prints is a secret.\n\n" +
			"Examples:\n" +
			"  curl -H \"Authorization: Bearer $(arkor-auth token)\" -H \"X-Arkor-Client: arkor/1.0.0\" https://api.arkor.ai/v1/me\n" +
			"  arkor-auth token --json --scope --backend cloud",
		Flags: flags,
		Exec:  c.run,
	}
}

func (c *command) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	if hash, err := hex.DecodeString(c.rejected); c.rejected != "" && (err != nil || len(hash) != sha256.Size) {
		return cli.Usagef("--rejected takes a SHA-256 in hexadecimal")
	}
	if c.json {
		c.env.Notice = nil // a program asked: it sees what servers say of this release in its own answers
	}
	c.env = project.Enter(c.env, "arkor-auth token")
	choice, err := backend.Choose(ctx, c.env, c.backend)
	if err != nil {
		return err
	}
	answer, err := c.answer(ctx, choice)
	if err != nil {
		return err
	}
	if c.json {
		return json.NewEncoder(c.env.Stdout).Encode(answer)
	}
	_, err = fmt.Fprintln(c.env.Stdout, answer.Token)
	return err
}

func (c *command) answer(ctx context.Context, choice backend.Choice) (Answer, error) {
	if choice.Local {
		return c.local(ctx)
	}
	resolver := identity.Resolver{Env: c.env, Now: time.Now, Bootstrap: true, Rejected: c.rejected}
	who, err := resolver.Resolve(ctx, choice)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Token: who.Token, Mode: string(who.Mode), APIURL: who.APIURL, ExpiresAt: who.ExpiresAt}
	if who.OrgSlug != "" {
		answer.OrgSlug = &who.OrgSlug
	}
	if c.scope {
		scope, err := project.EnsureCloud(ctx, cloud.For(c.env, who.APIURL, who.Token), c.env.Dir, who.OrgSlug)
		if err != nil {
			return Answer{}, err
		}
		answer.Scope = &scope
	}
	return answer, nil
}

// local starts the backend on this machine when it is not running. The owner
// token lives as long as the backend's data, so a rejected one is not renewed:
// whoever asks gets what holds now.
func (c *command) local(ctx context.Context) (Answer, error) {
	var daemon struct{ URL, Token string }
	if err := sibling.JSON(ctx, c.env, &daemon, "arkor-backend", "ensure", "--json"); err != nil {
		return Answer{}, err
	}
	if daemon.URL == "" || daemon.Token == "" {
		return Answer{}, errors.New("arkor-backend ensure did not name its address and token")
	}
	org := project.LocalOrg
	answer := Answer{Token: daemon.Token, Mode: "local", APIURL: strings.TrimRight(daemon.URL, "/"), OrgSlug: &org}
	if c.scope {
		scope, err := project.EnsureLocal(ctx, cloud.For(c.env, answer.APIURL, answer.Token), c.env.Dir)
		if err != nil {
			return Answer{}, fmt.Errorf("find this project on the local backend: %w", err)
		}
		answer.Scope = &scope
	}
	return answer, nil
}
