// Package session lets a command ask the active backend about the project of
// its folder. Which backend, as whom and about which project is arkor-auth's to
// say; what is here keeps its answer, has it renewed when it no longer holds,
// and never shows the token.
package session

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/project"
)

// Session is a project on a backend. Both clients renew a refused token once
// and bring a local backend back that has left; neither refusal did anything,
// so any method may be repeated.
type Session struct {
	Client  *cloud.Client // for requests and their answers
	Streams *cloud.Client // the same without a limit on how long an answer may go on
	Scope   cloud.Scope
	Dir     string // the project's folder, which may lie above the user's
	Local   bool   // the backend is this machine's own
}

// Open finds the project that env.Dir lies in and asks arkor-auth for its place
// on the backend. name is the command's, for messages; backend is the value of
// --backend, "" for the one that the settings say. A folder that has never been
// anybody's project stays as it is.
//
// What arkor-auth has to say it says on stderr itself, under the command's name:
// the error is a *cli.ExitError then.
func Open(ctx context.Context, env cli.Env, name, backend string) (*Session, error) {
	env = project.Enter(env, name)
	if !project.Marked(env.Dir) {
		return nil, cli.Hint(errors.New("this folder belongs to no project"),
			"go to the folder of one; `arkor init` makes a new one, `arkor start` trains in it")
	}
	env.Environ = append(slices.Clip(env.Environ), cli.SpeaksAs+"="+name)
	t := &transport{env: env, backend: backend}
	as, err := t.ask(ctx, "")
	if err != nil {
		return nil, err
	}
	if as.Scope == nil {
		return nil, errors.New("arkor-auth did not name the project")
	}
	t.known = as
	client := cloud.For(env, as.APIURL, as.Token)
	t.next = client.HTTP.Transport
	client.HTTP.Transport = t
	streams := *client
	streams.HTTP = &http.Client{Transport: t}
	return &Session{
		Client: client, Streams: &streams, Dir: env.Dir, Local: as.Mode == Local,
		Scope: cloud.Scope{OrgSlug: as.Scope.OrgSlug, ProjectSlug: as.Scope.ProjectSlug},
	}, nil
}
