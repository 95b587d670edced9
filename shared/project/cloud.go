package project

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/filelock"
)

// StateFile is where a folder's project of a cloud is remembered, relative to it.
const StateFile = Folder + "/state.json"

// ErrStateMismatch means that the folder belongs to an organisation that the
// anonymous identity in use has no part in. Other programs look for the name
// and this very text.
var ErrStateMismatch = errors.New("This workspace's .arkor/state.json is scoped to a different organization than your current anonymous session. Delete .arkor/state.json to start a fresh anonymous project, or run `arkor login` with the account that owns that project.")

// EnsureCloud returns the project of dir on the cloud behind client. personalOrg
// is the organisation of an anonymous identity, for which a missing project is
// created; it is "" for every other identity, which is ErrNoState then. Two
// first runs at once create one project. A file that is there is never changed.
func EnsureCloud(ctx context.Context, client *cloud.Client, dir, personalOrg string) (Scope, error) {
	scope, err := usable(dir, personalOrg)
	if !errors.Is(err, ErrNoState) || personalOrg == "" {
		return scope, err
	}
	unlock, err := lockState(ctx, dir)
	if err != nil {
		return Scope{}, err
	}
	defer unlock()
	// Another first run may have been faster.
	scope, err = usable(dir, personalOrg)
	if !errors.Is(err, ErrNoState) {
		return scope, err
	}
	made, err := create(ctx, client, personalOrg, Name(dir), Slug(dir))
	if err != nil {
		return Scope{}, err
	}
	scope = Scope{personalOrg, made.Slug, made.ID}
	return scope, write(filepath.Join(dir, StateFile), scope, nil)
}

// Bind makes project the one of dir, unless dir has one meanwhile.
func Bind(ctx context.Context, dir string, scope Scope) error {
	unlock, err := lockState(ctx, dir)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := State(dir); !errors.Is(err, ErrNoState) {
		if err == nil {
			err = fmt.Errorf("%s is there already", StateFile)
		}
		return err
	}
	return write(filepath.Join(dir, StateFile), scope, nil)
}

// usable returns what dir is bound to, if an identity with this personal
// organisation ("" for an account) may use it.
func usable(dir, personalOrg string) (Scope, error) {
	scope, err := State(dir)
	switch {
	case errors.Is(err, ErrNoState) && personalOrg == "":
		return Scope{}, cli.Hint(err, "`arkor login` offers to choose among your projects and writes the file")
	case err == nil && personalOrg != "" && scope.OrgSlug != personalOrg:
		return Scope{}, ErrStateMismatch
	}
	return scope, err
}

func lockState(ctx context.Context, dir string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Join(dir, Folder), 0o700); err != nil {
		return nil, err
	}
	return filelock.Lock(ctx, filepath.Join(dir, Folder, "state.lock"))
}

// create makes the project, or finds the one of the organisation that has its
// slug already.
func create(ctx context.Context, client *cloud.Client, org, name, slug string) (cloud.Project, error) {
	made, err := client.CreateProject(ctx, org, name, slug)
	var status *cloud.StatusError
	if !errors.As(err, &status) || status.Status != http.StatusConflict {
		return made, err
	}
	known, listErr := client.Projects(ctx, org)
	if listErr != nil {
		return cloud.Project{}, listErr
	}
	for _, p := range known {
		if p.Slug == slug {
			return p, nil
		}
	}
	return cloud.Project{}, err
}

// Create makes the project of dir in an organisation, or finds the one that has
// its slug already, and returns what to Bind.
func Create(ctx context.Context, client *cloud.Client, org, dir string) (Scope, error) {
	made, err := create(ctx, client, org, Name(dir), Slug(dir))
	return Scope{org, made.Slug, made.ID}, err
}
