package exportcmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// parityFile is in every export, and so tells one from other folders.
const parityFile = "parity.json"

// folder is what an export is written to: it appears whole or not at all.
type folder struct {
	shown   string // as the user calls it
	path    string
	staging string
}

// newFolder makes a folder beside the one that is to be written. What is there
// has to be empty or, with force, an earlier export.
func newFolder(dir, out string, force bool) (*folder, error) {
	f := &folder{shown: out, path: out}
	if !filepath.IsAbs(out) {
		f.path = filepath.Join(dir, out)
	}
	if err := f.mayReplace(force); err != nil {
		return nil, err
	}
	parent := filepath.Dir(f.path)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, err
	}
	var err error
	if f.staging, err = os.MkdirTemp(parent, "."+filepath.Base(f.path)+"-*"); err != nil {
		return nil, err
	}
	return f, os.Chmod(f.staging, 0o755)
}

func (f *folder) mayReplace(force bool) error {
	entries, err := os.ReadDir(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		if info, failed := os.Stat(f.path); failed == nil && !info.IsDir() {
			return cli.Hint(fmt.Errorf("%s is a file", f.shown), "name a folder with --out")
		}
		return err
	case len(entries) == 0:
		return nil
	case !force:
		return cli.Hint(fmt.Errorf("%s exists", f.shown), "name another folder with --out, or replace an earlier export with --force")
	}
	if _, err := os.Stat(filepath.Join(f.path, parityFile)); err != nil {
		return cli.Hint(fmt.Errorf("%s is no earlier export, so --force does not replace it", f.shown), "name another folder with --out")
	}
	return nil
}

// keep puts the folder in its place. An earlier export stays whole until the new
// one can take it.
func (f *folder) keep() error {
	old := f.staging + "-old"
	err := os.Rename(f.path, old)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	replaced := err == nil
	if err := os.Rename(f.staging, f.path); err != nil {
		if replaced {
			err = errors.Join(err, os.Rename(old, f.path))
		}
		return err
	}
	if replaced {
		return os.RemoveAll(old)
	}
	return nil
}

// discard removes what was not kept.
func (f *folder) discard() { os.RemoveAll(f.staging) }
