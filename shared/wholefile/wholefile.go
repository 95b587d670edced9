// Package wholefile writes and reads files whole or not at all, on every system.
// google/renameio is the usual choice for writing, but leaves Windows out.
package wholefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write replaces the file at path by data.
func Write(path string, data []byte, mode fs.FileMode) error {
	return Create(path, mode, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// ModeError means that the file is written, but the system refused its mode.
type ModeError struct {
	Path string
	Err  error
}

func (e *ModeError) Error() string { return "mode of " + e.Path + ": " + e.Err.Error() }

func (e *ModeError) Unwrap() error { return e.Err }

// Create replaces the file at path by what write writes. When write fails, or
// the disk does, the file is as it was before and nothing else is left. An
// error that is a *ModeError comes after everything else went well.
func Create(path string, mode fs.FileMode, write func(io.Writer) error) error {
	return create(path, mode, write, (*os.File).Chmod)
}

func create(path string, mode fs.FileMode, write func(io.Writer) error, chmod func(*os.File, fs.FileMode) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	refused := chmod(file, mode) // before there is anything to read
	err = write(file)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		os.Remove(file.Name())
		return err
	}
	if refused != nil {
		return &ModeError{path, refused}
	}
	return nil
}
