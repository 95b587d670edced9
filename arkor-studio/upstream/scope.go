package upstream

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/project"
)

// ErrNoScope means that the folder belongs to no project of the backend yet.
var ErrNoScope = errors.New("No project state")

// ErrStale means that it belongs to one that this identity has no part in.
var ErrStale = project.ErrStateMismatch

// Bound reports whether the folder remembers a project of any backend. Without
// one, nothing need be asked to know that there are no jobs.
func (u *Upstream) Bound() bool {
	for _, name := range [...]string{project.StateFile, project.LocalFile} {
		if _, err := os.Stat(filepath.Join(u.env.Dir, filepath.FromSlash(name))); err == nil {
			return true
		}
	}
	return false
}

// Scope returns the project that an identity works on in this folder, or
// ErrNoScope or ErrStale. It changes nothing, and a file that cannot be read
// counts as none.
func (u *Upstream) Scope(as Identity) (project.Scope, error) {
	if as.Mode == Local {
		scope, err := project.Local(u.env.Dir)
		if err != nil || scope.OrgSlug != project.LocalOrg {
			return project.Scope{}, ErrNoScope
		}
		return scope, nil
	}
	scope, err := project.State(u.env.Dir)
	switch {
	case err != nil:
		return project.Scope{}, ErrNoScope
	case as.Mode == Anonymous && scope.OrgSlug != as.OrgSlug:
		return project.Scope{}, ErrStale
	}
	return scope, nil
}

// EnsureScope is Scope for what may make a project: for the local backend and
// for an anonymous identity. For an account without one it is
// project.ErrNoState. deprecated hears what the answers say of this release.
func (u *Upstream) EnsureScope(ctx context.Context, as Identity, deprecated func(cloud.Deprecation)) (project.Scope, error) {
	client := u.Client(as)
	client.OnDeprecated = func(d cloud.Deprecation) {
		u.onDeprecated(d)
		deprecated(d)
	}
	if as.Mode == Local {
		return project.EnsureLocal(ctx, client, u.env.Dir)
	}
	personal := ""
	if as.Mode == Anonymous {
		personal = as.OrgSlug
	}
	return project.EnsureCloud(ctx, client, u.env.Dir, personal)
}

// CloudScope is a project as the API's client names it.
func CloudScope(scope project.Scope) cloud.Scope {
	return cloud.Scope{OrgSlug: scope.OrgSlug, ProjectSlug: scope.ProjectSlug}
}
