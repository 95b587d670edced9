package jobnotes

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"

	"github.com/arkorlab/arkor-go/shared/project"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// Source is what a job was started from, as `arkor start` wrote it down.
type Source struct {
	// Commit is "" for a folder that is in no repository.
	Commit string `json:"commit"`
	// Changed is whether files differed from those of the commit.
	Changed      bool   `json:"changed"`
	ArtifactHash string `json:"artifactHash"`
}

var (
	safeID   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)
	hexBytes = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)
)

const maxSource = 4 << 10

// SourceOf returns what a job was started from, or nil where this folder does
// not know: the job may have been started from another one.
func SourceOf(dir, id string) (*Source, error) {
	if !safeID.MatchString(id) {
		return nil, nil
	}
	data, err := wholefile.Read(filepath.Join(dir, project.Folder, "source", id+".json"), maxSource)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parseSource(data), nil
}

// parseSource leaves out what is not a hash; nil is for what says nothing.
func parseSource(data []byte) *Source {
	var s Source
	if json.Unmarshal(data, &s) != nil {
		return nil
	}
	if !hexBytes.MatchString(s.Commit) {
		s.Commit, s.Changed = "", false
	}
	if len(s.ArtifactHash) != 64 || !hexBytes.MatchString(s.ArtifactHash) {
		s.ArtifactHash = ""
	}
	if s == (Source{}) {
		return nil
	}
	return &s
}
