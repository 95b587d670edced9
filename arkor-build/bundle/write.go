package bundle

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// Write stores the artifact, its source map and the record of inputs, and
// returns the artifact's absolute path. A reader finds the old artifact or the
// new one, never a part.
func (b *Bundle) Write() (string, error) {
	artifact := b.path(artifactName)
	if b.options.OutDir != "" && exists(artifact) && !exists(recordPath(artifact)) {
		err := fmt.Errorf("%s is there already, and no build wrote it", artifact)
		return "", cli.Hint(err, "name another folder with --out-dir, or move the file away")
	}
	unlock, err := b.open()
	if err != nil {
		return "", err
	}
	defer unlock()
	r := b.record()
	if old, err := os.ReadFile(artifact); err == nil {
		r.Replaced = Hash(old)
	}
	record, err := r.encode()
	if err != nil {
		return "", err
	}
	for _, file := range []struct {
		path string
		data []byte
	}{
		// The record first: it fits the old artifact, too, so that a full disk
		// or a crash in between leaves something that is built again.
		{recordPath(artifact), record},
		{artifact + ".map", b.Map},
		{artifact, b.Code},
	} {
		if err := WriteFile(file.path, file.data); err != nil {
			return "", fmt.Errorf("write %s: %w", Relative(b.options.Dir, file.path), err)
		}
	}
	return artifact, nil
}

// WriteRun stores the code, which holds its source map, for one run and returns
// its absolute path. The name is made of the content, so that two runs of
// different entries at once are each their own; the artifact stays what it is.
func (b *Bundle) WriteRun() (string, error) {
	unlock, err := b.open()
	if err != nil {
		return "", err
	}
	defer unlock()
	path := b.path(runPrefix + b.Hash()[:12] + ".mjs")
	if err := WriteFile(path, b.Code); err != nil {
		return "", fmt.Errorf("write %s: %w", Relative(b.options.Dir, path), err)
	}
	return path, nil
}

// open makes the build folder and locks it: two builds at once must not leave
// the artifact of one with the record of the other, which would pass for a file
// placed by hand, for ever.
func (b *Bundle) open() (unlock func(), err error) {
	if err := os.MkdirAll(b.path(""), 0o777); err != nil {
		return nil, fmt.Errorf("create the build folder: %w", err)
	}
	unlock, err = lockedfile.MutexAt(b.path(artifactName + ".lock")).Lock()
	if err != nil {
		return nil, fmt.Errorf("lock the build folder: %w", err)
	}
	sweep(b.options.Dir)
	return unlock, nil
}

// path returns where a file of the build lies, as the user would write it.
func (b *Bundle) path(name string) string {
	if b.options.OutDir != "" {
		return filepath.Join(b.options.OutDir, name)
	}
	return filepath.Join(b.options.Dir, filepath.FromSlash(Folder), name)
}

// ArtifactPath returns where a project's artifact lies.
func ArtifactPath(dir string) string { return filepath.Join(dir, filepath.FromSlash(Artifact)) }

func recordPath(artifact string) string { return artifact + ".inputs.json" }

// WriteFile replaces a file in one step: a reader sees the old content or the
// new one. It does not wait for the disk, as everything here can be built again.
func WriteFile(path string, data []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	_, err = temporary.Write(data)
	if chmodErr := temporary.Chmod(0o644); err == nil {
		err = chmodErr
	}
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		os.Remove(temporary.Name())
	}
	return err
}
