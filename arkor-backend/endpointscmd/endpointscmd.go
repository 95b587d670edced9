// Package endpointscmd implements "arkor endpoints": what was trained, behind an
// address and keys, on whichever backend the project uses.
package endpointscmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/session"
)

// New returns the command, bound to env. It does no work.
func New(env cli.Env) *ff.Command {
	return &ff.Command{
		Name: "endpoints", Usage: "arkor endpoints <command> [options]",
		ShortHelp: "put what was trained behind OpenAI's API, for your product to call",
		LongHelp: "An endpoint has a name of its own, the slug, which is a part of its address.\n\n" +
			"Examples:\n" +
			"  arkor endpoints create support-bot > .arkor/support-bot.env   # its address and a key\n" +
			"  arkor endpoints retarget support-bot                          # to the latest training\n" +
			"  arkor endpoints show support-bot",
		Subcommands: []*ff.Command{
			newList(env), newShow(env), newCreate(env), newRetarget(env), newUpdate(env), newSwitch(env, true), newSwitch(env, false),
			newCreateKey(env), newRevokeKey(env), newDelete(env),
		},
	}
}

// common is what all commands have.
type common struct{ options.Common }

// open returns the project that the user is in.
func (c *common) open(ctx context.Context) (*project, error) {
	s, err := c.Open(ctx, "arkor endpoints")
	if err != nil {
		return nil, err
	}
	return newProject(c.Env, c.JSON, s), nil
}

// openEndpoint is open together with the endpoint of a slug.
func (c *common) openEndpoint(ctx context.Context, slug string) (*project, cloud.Endpoint, error) {
	p, err := c.open(ctx)
	if err != nil {
		return nil, cloud.Endpoint{}, err
	}
	e, err := p.find(ctx, slug)
	return p, e, err
}

// arguments returns what stands behind a command: a slug, and what else it needs.
func arguments(args []string, names ...string) error {
	switch {
	case len(args) > len(names):
		return cli.Usagef("unexpected argument %q", args[len(names)])
	case len(args) == 0:
		return cli.Hint(cli.Usagef("name an endpoint"), "`arkor endpoints list` shows them")
	case len(args) < len(names):
		return cli.Usagef("name %s too", names[len(args)])
	}
	return nil
}

// project is a project on a backend.
type project struct {
	env     cli.Env
	json    bool
	session *session.Session
	jobs    map[string]*cloud.Job // what was asked for; nil where there is none
	// farewell is how long what makes a key may go on when it is interrupted.
	farewell time.Duration
}

func newProject(env cli.Env, json bool, s *session.Session) *project {
	return &project{env: env, json: json, session: s, jobs: map[string]*cloud.Job{}, farewell: 5 * time.Second}
}

// all returns the endpoints of the project.
func (p *project) all(ctx context.Context) ([]cloud.Endpoint, error) {
	all, err := p.session.Client.Endpoints(ctx, p.session.Scope)
	if err != nil {
		return nil, offered(err)
	}
	for i := range all {
		all[i] = p.located(all[i])
	}
	return all, nil
}

// find returns the endpoint of a slug.
func (p *project) find(ctx context.Context, slug string) (cloud.Endpoint, error) {
	all, err := p.all(ctx)
	if err != nil {
		return cloud.Endpoint{}, err
	}
	var slugs []string
	for _, e := range all {
		if e.Slug == slug {
			return e, nil
		}
		slugs = append(slugs, cli.OneLine(e.Slug))
	}
	err = fmt.Errorf("this project has no endpoint %q", slug)
	if len(slugs) == 0 {
		return cloud.Endpoint{}, cli.Hint(err, "it has none at all; `arkor endpoints create SLUG` makes one")
	}
	if near := cli.Nearest(slug, slugs); near != "" {
		return cloud.Endpoint{}, cli.Hint(err, "did you mean %s?", near)
	}
	const enough = 10
	slices.Sort(slugs)
	more := ""
	if len(slugs) > enough {
		more = fmt.Sprintf(" and %d more", len(slugs)-enough)
		slugs = slugs[:enough]
	}
	return cloud.Endpoint{}, cli.Hint(err, "it has %s%s", strings.Join(slugs, ", "), more)
}

// change asks for a change of an endpoint, and returns what has become of it.
func (p *project) change(ctx context.Context, e cloud.Endpoint, fields cloud.EndpointFields) (cloud.Endpoint, error) {
	e, err := p.session.Client.ChangeEndpoint(ctx, p.session.Scope, e.ID, fields)
	return p.located(e), err
}

// located fills in the address where the backend does not say it: the managed
// cloud publishes an endpoint at a name that follows from its slug (7.25).
func (p *project) located(e cloud.Endpoint) cloud.Endpoint {
	if e.URL == "" && strings.TrimRight(p.session.Client.BaseURL, "/") == backend.ManagedCloud {
		e.URL = "https://" + e.Slug + ".arkor.app/v1"
	}
	return e
}

// offered gives the refusal of a backend without endpoints words that say so.
func offered(err error) error {
	var status *cloud.StatusError
	if errors.As(err, &status) && status.NotOffered() {
		return errors.New("this backend has no endpoints")
	}
	return err
}
