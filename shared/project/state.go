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
	"path/filepath"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/jsonfile"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// maxState bounds what is read of a file that may have come with somebody
// else's repository.
const maxState = 64 << 10

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
	data, err := wholefile.Read(path, maxState)
	if err != nil {
		return Scope{}, nil, err
	}
	var fields map[string]json.RawMessage
	err = json.Unmarshal(bytes.TrimPrefix(data, []byte("\uFEFF")), &fields)
	org, slug, id := jsonfile.Get[string](fields, "orgSlug"), jsonfile.Get[string](fields, "projectSlug"), jsonfile.Get[string](fields, "projectId")
	if err != nil || org == nil || slug == nil || id == nil {
		err := fmt.Errorf("%s does not hold { orgSlug, projectSlug, projectId }, three strings", path)
		return Scope{}, nil, cli.Hint(err, "repair the file, or move it away")
	}
	return Scope{*org, *slug, *id}, fields, nil
}
