package project

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/filelock"
	"github.com/arkorlab/arkor-go/shared/jsonfile"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// LocalOrg is the one organisation of the backend on this machine.
const LocalOrg = "local"

// LocalFile is where a folder's project of the local backend is remembered,
// relative to it.
const LocalFile = Folder + "/local.json"

// Local returns the project that dir is bound to on the local backend, without
// asking it. It is ErrNoState when there is no file.
func Local(dir string) (Scope, error) {
	scope, _, err := read(filepath.Join(dir, LocalFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Scope{}, ErrNoState
	}
	return scope, err
}

// EnsureLocal returns the project of dir on the local backend behind client and
// creates it when it is missing: the first time, and after the backend's data
// was deleted. Two runs at once create one project.
func EnsureLocal(ctx context.Context, client *cloud.Client, dir string) (Scope, error) {
	path := filepath.Join(dir, LocalFile)
	if found, err := lookUp(ctx, client, path); err != nil || found.exists {
		return found.Scope, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return Scope{}, err
	}
	unlock, err := filelock.Lock(ctx, filepath.Join(dir, Folder, "local.lock"))
	if err != nil {
		return Scope{}, err
	}
	defer unlock()
	// Another first run may have been faster.
	found, err := lookUp(ctx, client, path)
	if err != nil || found.exists {
		return found.Scope, err
	}
	slug := found.ProjectSlug
	if slug == "" {
		slug = Slug(dir)
	}
	made, err := create(ctx, client, LocalOrg, Name(dir), slug)
	if err != nil {
		return Scope{}, err
	}
	scope := Scope{LocalOrg, made.Slug, made.ID}
	return scope, write(path, scope, found.fields)
}

// remembered is what local.json says, and whether the backend still has it.
type remembered struct {
	Scope
	fields map[string]json.RawMessage
	exists bool
}

// lookUp returns a zero Scope when there is no file.
func lookUp(ctx context.Context, client *cloud.Client, path string) (remembered, error) {
	scope, fields, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return remembered{}, nil
	}
	if err != nil {
		return remembered{}, err
	}
	known, err := client.Projects(ctx, LocalOrg)
	exists := scope.OrgSlug == LocalOrg && slices.ContainsFunc(known, func(p cloud.Project) bool {
		return p.ID == scope.ProjectID && p.Slug == scope.ProjectSlug
	})
	return remembered{scope, fields, exists}, err
}

// write replaces the file and keeps the fields that are not ours.
func write(path string, scope Scope, fields map[string]json.RawMessage) error {
	data, err := jsonfile.Encode([]jsonfile.Field{
		{Name: "orgSlug", Value: scope.OrgSlug}, {Name: "projectSlug", Value: scope.ProjectSlug}, {Name: "projectId", Value: scope.ProjectID},
	}, fields)
	if err != nil {
		return err
	}
	if err := wholefile.Write(path, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("remember the project: %w", err)
	}
	return nil
}
