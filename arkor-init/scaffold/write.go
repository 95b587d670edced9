package scaffold

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Write makes the project and reports every path in the plan's order. A file
// that appeared since the plan was made is kept. When Write fails, or ctx ends,
// what it had written is gone again.
func (p *Plan) Write(ctx context.Context) ([]Entry, error) {
	var made journal
	var entries []Entry
	for _, s := range p.steps {
		if ctx.Err() != nil {
			return nil, made.undo(context.Cause(ctx))
		}
		if s.Action == Created {
			created, err := made.add(p.abs(s.Path), s.data)
			if err != nil {
				return nil, made.undo(fmt.Errorf("write %w", shorten(err)))
			}
			if !created {
				s.Action = Kept
			}
		}
		entries = append(entries, s.Entry)
	}
	return entries, nil
}

// journal is the list of files and directories that were made, in order.
type journal []string

// undo removes them and returns cause, together with what could not be removed.
func (j *journal) undo(cause error) error {
	var left []string
	for i := len(*j) - 1; i >= 0; i-- {
		// A directory in which somebody else put something stays.
		if err := os.Remove((*j)[i]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			left = append(left, (*j)[i])
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("%w (left behind: %s)", cause, strings.Join(left, ", "))
	}
	return cause
}

func (j *journal) add(path string, data []byte) (created bool, err error) {
	if err := j.mkdir(filepath.Dir(path)); err != nil {
		return false, err
	}
	created, err = createFile(path, data)
	if created {
		*j = append(*j, path)
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
		*j = append(*j, dir)
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
