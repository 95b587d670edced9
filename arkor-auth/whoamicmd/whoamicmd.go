// Package whoamicmd implements "arkor whoami".
package whoamicmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-auth/identity"
	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/credentials"
	"github.com/arkorlab/arkor-go/shared/project"
)

type command struct {
	env     cli.Env
	json    bool
	backend string
}

// New returns the command, bound to env. It does no work.
func New(env cli.Env) *ff.Command {
	c := &command{env: env}
	flags := ff.NewFlagSet("arkor whoami")
	flags.AddFlag(ff.FlagConfig{
		LongName: "json", Value: ffval.NewValue(&c.json), NoDefault: true,
		Usage: "print one JSON object; exit 1 unless somebody is signed in",
	})
	flags.AddFlag(ff.FlagConfig{
		LongName: "backend", Value: ffval.NewValue(&c.backend), NoDefault: true,
		Placeholder: "BACKEND", Usage: "local, cloud or an address; outranks every other setting",
	})
	return &ff.Command{
		Name:      "whoami",
		Usage:     "arkor whoami [--json] [--backend BACKEND]",
		ShortHelp: "Print the current identity and reachable orgs",
		LongHelp: "Asks the backend in use who it takes you for. Exits 0 when it refuses the token,\n" +
			"too: the text says so. With --json any failure exits 1.\n\n" +
			"Examples:\n" +
			"  arkor whoami\n" +
			"  arkor whoami --json --backend cloud",
		Flags: flags,
		Exec:  c.run,
	}
}

// me is what the backend answers, its fields as they came.
type me struct {
	User json.RawMessage `json:"user"`
	Orgs []struct {
		ID   string  `json:"id"`
		Slug *string `json:"slug"`
	} `json:"orgs"`
}

// answer is what --json prints of an identity.
type answer struct {
	Mode    string          `json:"mode"`    // "anon", "oauth", "token" or "local"
	BaseURL *string         `json:"baseUrl"` // null for the local backend, which need not run
	User    json.RawMessage `json:"user"`    // null for the local backend
	Orgs    []string        `json:"orgs"`    // slugs
}

// failure is what --json prints instead.
type failure struct {
	Error  string `json:"error"`
	Status *int   `json:"status"` // of HTTP; null when no answer came
	Hint   string `json:"hint,omitempty"`
}

func (c *command) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	c.env = project.Enter(c.env, "arkor whoami")
	choice, err := backend.Choose(ctx, c.env, c.backend)
	if err != nil {
		return c.fail(err)
	}
	if choice.Local {
		return c.local()
	}
	who, answered, err := c.ask(ctx, choice)
	var status *cloud.StatusError
	switch {
	case errors.Is(err, credentials.ErrSignedOut) && !c.json:
		_, err = fmt.Fprintln(c.env.Stdout, "Not signed in. Run `arkor login` or `arkor login --anonymous`.")
		return err
	case errors.As(err, &status) && status.Status == http.StatusUpgradeRequired && !c.json:
		fmt.Fprintln(c.env.Stderr, status)
		return &cli.ExitError{Status: cli.StatusFailed, Completed: true}
	case errors.As(err, &status) && !c.json:
		_, err = fmt.Fprintf(c.env.Stdout, "Failed to fetch /v1/me (%d). Token may be expired.\n", status.Status)
		return err
	case err != nil:
		return c.fail(err)
	}
	return c.print(who, answered)
}

// ask sends the request, and once more with a renewed token when the first one
// is refused.
func (c *command) ask(ctx context.Context, choice backend.Choice) (identity.Identity, me, error) {
	resolver := identity.Resolver{Env: c.env, Now: time.Now}
	for {
		who, err := resolver.Resolve(ctx, choice)
		if err != nil {
			return who, me{}, err
		}
		var answer me
		err = cloud.For(c.env, who.APIURL, who.Token).Get(ctx, "/v1/me", &answer)
		var status *cloud.StatusError
		if who.Mode == credentials.OAuth && resolver.Rejected == "" && errors.As(err, &status) && status.Status == http.StatusUnauthorized {
			resolver.Rejected = identity.Hash(who.Token)
			continue
		}
		answer.User = escape(answer.User)
		if err == nil && len(answer.User) == 0 {
			err = errors.New("the answer to GET /v1/me is not what the cloud API promises: user is missing")
		}
		return who, answer, err
	}
}

// escape writes characters that could steer a terminal in JSON's own way, which
// leaves what they mean to a program.
func escape(text json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case r < ' ': // between the values, where JSON has them as they are
			b.WriteByte(' ')
		case r > 0xFFFF && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.Bytes()
}

func (c *command) print(who identity.Identity, answered me) error {
	orgs := []string{}
	for _, org := range answered.Orgs {
		if org.Slug != nil {
			orgs = append(orgs, cli.OneLine(*org.Slug))
		} else {
			orgs = append(orgs, cli.OneLine(org.ID))
		}
	}
	if c.json {
		return c.encode(answer{string(who.Mode), &who.APIURL, answered.User, orgs})
	}
	if who.Mode == identity.Token || who.APIURL != backend.ManagedCloud {
		fmt.Fprintf(c.env.Stderr, "arkor: %s at %s\n", describe(who.Mode), who.APIURL)
	}
	var user bytes.Buffer
	if err := json.Indent(&user, answered.User, "", "  "); err != nil {
		return err
	}
	fmt.Fprintf(c.env.Stdout, "%s\n", user.Bytes())
	if len(orgs) > 0 {
		fmt.Fprintf(c.env.Stdout, "Orgs: %s\n", strings.Join(orgs, ", "))
	}
	return nil
}

func describe(mode credentials.Mode) string {
	switch mode {
	case identity.Token:
		return "the token in ARKOR_TOKEN"
	case credentials.Anonymous:
		return "anonymous identity"
	}
	return "account"
}

// local answers for the backend on this machine, which knows nobody but its owner.
func (c *command) local() error {
	if c.json {
		return c.encode(answer{Mode: "local", Orgs: []string{project.LocalOrg}})
	}
	_, err := fmt.Fprintln(c.env.Stdout, "Trainings run on this machine: nobody has to sign in.")
	fmt.Fprintln(c.env.Stderr, "hint: `arkor whoami --backend cloud` asks the managed cloud")
	return err
}

func (c *command) fail(err error) error {
	if !c.json {
		return err
	}
	f := failure{Error: err.Error(), Hint: cli.HintOf(err)}
	var status *cloud.StatusError
	if errors.As(err, &status) {
		f.Status = &status.Status
	}
	if err := c.encode(f); err != nil {
		return err
	}
	return &cli.ExitError{Status: cli.StatusFailed}
}

func (c *command) encode(value any) error {
	encoder := json.NewEncoder(c.env.Stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
