// Package project knows which project of a backend a directory belongs to. What
// it remembers lies in .arkor/ of that directory: state.json for a cloud, and
// local.json for the backend on this machine.
package project

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// Folder is where the tool keeps its files inside a project.
const Folder = ".arkor"

// Scope names a project of a backend.
type Scope struct {
	OrgSlug     string `json:"orgSlug"`
	ProjectSlug string `json:"projectSlug"`
	ProjectID   string `json:"projectId"`
}

// ErrNoState means that nothing is remembered for a directory. Other programs
// look for this very text.
var ErrNoState = errors.New("No .arkor/state.json found. Create it by hand with { orgSlug, projectSlug, projectId } pointing at the project you want to use.")

// State returns the project that dir is bound to in the cloud. It is ErrNoState
// when there is no file, and an error that names the file when there is one
// that cannot be used: it may hold somebody's work.
func State(dir string) (Scope, error) {
	scope, _, err := read(filepath.Join(dir, StateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Scope{}, ErrNoState
	}
	return scope, err
}

// read returns the scope in a file together with all its fields, so that a
// writer can keep those it does not know.
func read(path string) (Scope, map[string]json.RawMessage, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Scope{}, nil, err
	}
	var scope struct{ OrgSlug, ProjectSlug, ProjectID *string }
	var fields map[string]json.RawMessage
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	err = errors.Join(json.Unmarshal(data, &fields), json.Unmarshal(data, &scope))
	if err != nil || scope.OrgSlug == nil || scope.ProjectSlug == nil || scope.ProjectID == nil {
		err := fmt.Errorf("%s does not hold { orgSlug, projectSlug, projectId }, three strings", path)
		return Scope{}, nil, cli.Hint(err, "repair the file, or move it away")
	}
	return Scope{*scope.OrgSlug, *scope.ProjectSlug, *scope.ProjectID}, fields, nil
}
