package bundle

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// record is what a build leaves beside the artifact, so that a later start can
// tell whether building again would give something else.
type record struct {
	Version  int     `json:"version"`
	Tool     string  `json:"tool"`  // version of arkor-build
	Entry    string  `json:"entry"` // like input.Path
	Once     bool    `json:"once,omitempty"`
	SDK      string  `json:"sdk,omitempty"`
	Artifact string  `json:"artifact"` // hash of the code
	Replaced string  `json:"replaced"` // hash of the artifact that was there before; "" for none
	Inputs   []input `json:"inputs"`
}

// input is a file that the result depends on. Path is relative to the project,
// with slashes, or absolute on another volume. SHA256 is "" for a file that
// does not exist but would matter if it did, and "?" for one that changed
// while it was being read.
type input struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

const recordVersion = 1

func recordPath(dir string) string { return ArtifactPath(dir) + ".inputs.json" }

func (b *Bundle) record(once bool) record {
	dir := realPath(b.options.Dir)
	r := record{
		Version: recordVersion, Tool: cli.Version(), Once: once, SDK: b.SDK.kind(), Artifact: b.Hash(),
		Entry: filepath.ToSlash(Relative(dir, realPath(b.Entry))),
	}
	paths := slices.Concat(b.inputs, configFiles(b.inputs))
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		in := input{path, hashFile(dir, path)}
		if info, err := os.Stat(resolve(dir, path)); err == nil && info.ModTime().After(b.started) {
			in.SHA256 = "?"
		}
		r.Inputs = append(r.Inputs, in)
	}
	return r
}

// configFiles lists the files that steer the bundler without being part of the
// bundle: those beside the inputs and above, up to the project's folder.
func configFiles(inputs []string) (files []string) {
	seen := map[string]bool{}
	for _, path := range inputs {
		for dir := slashDir(path); !seen[dir]; dir = slashDir(dir) {
			if strings.HasPrefix(dir, "../") || filepath.IsAbs(filepath.FromSlash(dir)) {
				break
			}
			seen[dir] = true
			for _, name := range []string{"package.json", "tsconfig.json", "jsconfig.json"} {
				files = append(files, strings.TrimPrefix(dir+"/"+name, "./"))
			}
		}
	}
	return files
}

func slashDir(path string) string { return filepath.ToSlash(filepath.Dir(filepath.FromSlash(path))) }

func resolve(dir, path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// hashFile returns the hash of a file's content, or "" when it cannot be read.
func hashFile(dir, path string) string {
	data, err := os.ReadFile(resolve(dir, path))
	if err != nil {
		return ""
	}
	return Hash(data)
}

func (r record) encode() ([]byte, error) {
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode the record of inputs: %w", err)
	}
	return append(data, '\n'), nil
}

// decodeRecord returns false for anything that this version did not write.
func decodeRecord(data []byte) (record, bool) {
	var r record
	err := json.Unmarshal(data, &r)
	return r, err == nil && r.Version == recordVersion && r.Entry != "" && r.Artifact != ""
}

// State says what a plain start finds.
type State struct {
	Exists bool   // there is an artifact
	Stale  string // why it must be built again, for people; "" when it can be run as it is
	Entry  string // what to build: the entry of the last build, or the default one
	SDK    SDK    // of the artifact, when Stale is "" and the artifact is ours
}

// Inspect compares a project's artifact with the record of its inputs. An
// artifact without a fitting record was placed there by someone and is theirs.
func Inspect(dir string) State {
	state := State{Entry: DefaultEntry}
	code, err := os.ReadFile(ArtifactPath(dir))
	if err != nil {
		return state
	}
	state.Exists = true
	data, err := os.ReadFile(recordPath(dir))
	if err != nil {
		return state
	}
	r, ok := decodeRecord(data)
	if !ok {
		return state
	}
	unfinished := false
	switch hash := Hash(code); {
	case hash == r.Artifact:
	case hash == r.Replaced:
		unfinished = true
	default:
		return state
	}
	root := realPath(dir)
	if r.Once && exists(resolve(root, DefaultEntry)) {
		state.Stale = fmt.Sprintf("the last run was of %s", filepath.FromSlash(r.Entry))
		return state
	}
	if !exists(resolve(root, r.Entry)) {
		return state // shipped without its sources: there is nothing to build from
	}
	state.Entry = r.Entry
	state.SDK = SDK{Imported: r.SDK != "", Path: InstalledSDK(dir)}
	if unfinished {
		state.Stale = "the last build was cut off"
		return state
	}
	state.Stale = r.changed(root, state.SDK)
	return state
}

func (r record) changed(root string, sdk SDK) string {
	for _, in := range r.Inputs {
		switch now := hashFile(root, in.Path); {
		case now == in.SHA256:
		case now == "":
			return filepath.FromSlash(in.Path) + " is gone"
		case in.SHA256 == "":
			return filepath.FromSlash(in.Path) + " is new"
		default:
			return filepath.FromSlash(in.Path) + " changed"
		}
	}
	switch kind := sdk.kind(); {
	case r.SDK != kind && kind == installed:
		return "the package arkor was installed"
	case r.SDK != kind && r.SDK == installed:
		return "the package arkor is no longer installed"
	case r.SDK != kind:
		return "arkor-build brings another copy of the package arkor"
	case r.Tool != cli.Version():
		return "it was built by version " + r.Tool
	}
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
