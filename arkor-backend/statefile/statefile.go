// Package statefile writes small private files that are never seen half done.
package statefile

import (
	"errors"
	"os"
	"path/filepath"
)

// Write replaces the file at path, mode 0600. google/renameio is the usual
// choice, but leaves Windows out.
func Write(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		os.Remove(file.Name())
	}
	return err
}
