package bundle

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Write stores the artifact, its source map and the record of inputs in the
// project, and returns the artifact's absolute path. A reader finds the old
// artifact or the new one, never a part. once marks an artifact that was built
// for a single run of an entry other than the project's usual one.
func (b *Bundle) Write(once bool) (string, error) {
	artifact := ArtifactPath(b.options.Dir)
	folder := filepath.Dir(artifact)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", fmt.Errorf("create the build folder: %w", err)
	}
	// Two builds at once must not leave the artifact of one with the record
	// of the other: that would pass for a file placed by hand, for ever.
	unlock, err := lockedfile.MutexAt(filepath.Join(folder, "lock")).Lock()
	if err != nil {
		return "", fmt.Errorf("lock the build folder: %w", err)
	}
	defer unlock()
	r := b.record(once)
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
		{recordPath(b.options.Dir), record},
		{artifact + ".map", b.Map},
		{artifact, b.Code},
	} {
		if err := WriteFile(file.path, file.data); err != nil {
			return "", fmt.Errorf("write %s: %w", Relative(b.options.Dir, file.path), err)
		}
	}
	return artifact, nil
}

// ArtifactPath returns where a project's artifact lies.
func ArtifactPath(dir string) string { return filepath.Join(dir, filepath.FromSlash(Artifact)) }

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
