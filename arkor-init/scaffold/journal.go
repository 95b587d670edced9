package scaffold

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// journal is what was done so far.
type journal struct {
	made    []string // files and directories, in order
	patched []step
}

// undo takes everything back and returns cause, together with what could not be
// taken back. New files go first: on a full disk the old ones need their room.
func (j *journal) undo(cause error) error {
	var left []string
	for _, path := range slices.Backward(j.made) {
		// A directory in which somebody else put something stays.
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			left = append(left, path)
		}
	}
	for _, s := range j.patched {
		if err := restore(s); err != nil {
			left = append(left, s.at.path)
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("%w (left behind: %s)", cause, strings.Join(left, ", "))
	}
	return cause
}

// create writes a new file and makes the directories that it needs. It returns
// false when the file is there already.
func (j *journal) create(path string, data []byte) (created bool, err error) {
	if err := j.mkdir(filepath.Dir(path)); err != nil {
		return false, err
	}
	created, err = createFile(path, data)
	if created {
		j.made = append(j.made, path)
	}
	return created, err
}

// mkdir makes dir and what is missing above it.
func (j *journal) mkdir(dir string) error {
	err := os.Mkdir(dir, 0o777)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir {
		if err := j.mkdir(filepath.Dir(dir)); err != nil {
			return err
		}
		err = os.Mkdir(dir, 0o777)
	}
	switch {
	case err == nil:
		j.made = append(j.made, dir)
	case errors.Is(err, fs.ErrExist):
		return nil // if it is no directory, the file below it says so
	}
	return err
}

// createFile writes a new file that others see whole or not at all. It returns
// false when there is one already.
func createFile(path string, data []byte) (created bool, err error) {
	temporary := filepath.Join(filepath.Dir(path), ".arkor-init-"+rand.Text()+".tmp")
	if err := writeSynced(temporary, data); err != nil {
		os.Remove(temporary)
		return false, renamed(err, path)
	}
	defer os.Remove(temporary)
	// A link never replaces what is there; a rename would.
	err = os.Link(temporary, path)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err == nil {
		return true, nil
	}
	// Some file systems have no hard links.
	if _, err := os.Lstat(path); err == nil {
		return false, nil
	}
	if err := os.Rename(temporary, path); err != nil {
		return false, renamed(err, path)
	}
	return true, nil
}

func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// renamed makes an error about the temporary file one about the real one.
func renamed(err error, path string) error {
	cause := err
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		cause = p.Err
	case errors.As(err, &l):
		cause = l.Err
	}
	return &fs.PathError{Op: "write", Path: path, Err: cause}
}
