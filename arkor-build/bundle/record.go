package bundle

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// record is what a build leaves beside the artifact, so that a later start can
// tell whether building again would give something else.
type record struct {
	Version  int     `json:"version"`
	Tool     string  `json:"tool"`  // version of arkor-build
	Entry    string  `json:"entry"` // like input.Path
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

const (
	recordVersion = 1
	maxRecord     = 16 << 20
)

func (b *Bundle) record() record {
	r := record{
		Version: recordVersion, Tool: cli.Version(), SDK: b.SDK.kind(), Artifact: b.Hash(),
		Entry: b.EntryInput(),
	}
	paths := slices.Concat(b.Inputs, configFiles(b.dir, b.Inputs))
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		in := input{path, hashFile(b.dir, path)}
		if info, err := os.Stat(resolve(b.dir, path)); err == nil && info.ModTime().After(b.started) {
			in.SHA256 = "?"
		}
		r.Inputs = append(r.Inputs, in)
	}
	return r
}

// configFiles lists the files that steer the bundler without being part of the
// bundle: those beside the inputs and above, up to the project's folder or, for
// what lies outside, up to the folder of its package.
func configFiles(dir string, inputs []string) (files []string) {
	seen := map[string]bool{}
	for _, path := range inputs {
		var folders []string
		inside := filepath.IsLocal(filepath.FromSlash(path))
		for folder := filepath.Dir(resolve(dir, path)); ; folder = filepath.Dir(folder) {
			folders = append(folders, folder)
			if folder == dir || !inside && exists(filepath.Join(folder, "package.json")) {
				break
			}
			if folder == filepath.Dir(folder) {
				folders = nil // a single file of no package
				break
			}
		}
		for _, folder := range folders {
			if seen[folder] {
				continue
			}
			seen[folder] = true
			for _, name := range []string{"package.json", "tsconfig.json", "jsconfig.json"} {
				files = append(files, filepath.ToSlash(Relative(dir, filepath.Join(folder, name))))
			}
		}
	}
	return files
}

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

// decodeRecord returns false for anything that no version writes. Of a later
// version's record it returns Version and Tool alone: the rest may have come to
// mean something else.
func decodeRecord(data []byte) (record, bool) {
	var head struct {
		Version int
		Tool    string
	}
	if json.Unmarshal(data, &head) == nil && head.Version > recordVersion {
		return record{Version: head.Version, Tool: head.Tool}, head.Tool != ""
	}
	var r record
	err := json.Unmarshal(data, &r)
	return r, err == nil && r.Version == recordVersion && r.Entry != "" && r.Artifact != ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
