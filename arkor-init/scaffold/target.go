package scaffold

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// OccupiedError means that a new folder for a project is already there.
type OccupiedError struct{ Folder string }

func (e *OccupiedError) Error() string {
	return fmt.Sprintf("Directory %q already exists and is not empty. "+
		"Pass an explicit [dir] or remove the existing directory first.", e.Folder+"/")
}

// Target returns the absolute directory that a person named by dir while
// standing in cwd. What is in it is merged into, so nothing there is in the way.
func Target(cwd, dir string) string {
	if filepath.IsAbs(dir) {
		return filepath.Clean(dir)
	}
	return filepath.Join(cwd, dir)
}

// NewFolder returns the directory in cwd for a project of this name, for which
// nobody named a directory. It is an *OccupiedError when it is taken.
func NewFolder(cwd, name string) (string, error) {
	dir := filepath.Join(cwd, name)
	if occupied(dir) {
		return "", &OccupiedError{name}
	}
	return dir, nil
}

// occupied reports whether a new folder cannot be path: anything is there but a
// directory that can be listed and is empty. A link counts as something, to
// wherever it leads, and so does what cannot be looked at.
func occupied(path string) bool {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false
	case err != nil || !info.IsDir():
		return true
	}
	dir, err := os.Open(path)
	if err != nil {
		return true
	}
	defer dir.Close()
	_, err = dir.Readdirnames(1)
	return !errors.Is(err, io.EOF)
}

// InPlace reports whether target is the directory cwd, under any name.
func InPlace(cwd, target string) bool {
	if filepath.Clean(cwd) == filepath.Clean(target) {
		return true
	}
	here, err := os.Stat(cwd)
	if err != nil {
		return false
	}
	there, err := os.Stat(target)
	return err == nil && os.SameFile(here, there)
}
