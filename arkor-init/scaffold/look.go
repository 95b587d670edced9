package scaffold

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// maxFile bounds the files that are read to be added to.
const maxFile = 1 << 20

// folder is the directory of the project as it was found.
type folder struct {
	path  string // as it was named
	real  string // behind links; "" when it is missing
	fresh bool   // missing or empty
}

// file is a path in the folder as it was found.
type file struct {
	path   string // absolute
	exists bool
	real   string // absolute, behind links
	inside bool   // real is in the folder
	mode   fs.FileMode
}

// openFolder fails when dir, or what should become a parent of it, is something
// other than a directory.
func openFolder(dir string) (folder, error) {
	f := folder{path: dir, fresh: true}
	nearest := dir
	info, err := lookAt(nearest)
	for err == nil && info == nil {
		nearest = filepath.Dir(nearest)
		info, err = lookAt(nearest)
	}
	switch {
	case err != nil:
		return folder{}, err
	case !info.IsDir():
		return folder{}, fmt.Errorf("%s is not a directory", nearest)
	case nearest != dir:
		return f, nil
	}
	content, err := os.ReadDir(dir)
	if err != nil {
		return folder{}, shorten(err)
	}
	f.fresh = len(content) == 0
	f.real, err = filepath.EvalSymlinks(dir)
	return f, err
}

// look finds a slash-separated path. It fails when no file can be there: when
// it leads out of the folder, or something else is in the way.
func (f folder) look(path string) (file, error) {
	local := filepath.FromSlash(path)
	if !filepath.IsLocal(local) {
		return file{}, fmt.Errorf("%s is not a path in the project", path)
	}
	found := file{path: filepath.Join(f.path, local)}
	for i, c := range path {
		if c != '/' {
			continue
		}
		parent := filepath.Join(f.path, filepath.FromSlash(path[:i]))
		info, err := lookAt(parent)
		switch {
		case err != nil:
			return file{}, err
		case info == nil:
			return found, nil
		case !info.IsDir():
			return file{}, fmt.Errorf("%s is in the way: %s needs a directory there", path[:i], path)
		}
		real, err := filepath.EvalSymlinks(parent)
		if err != nil {
			return file{}, err
		}
		if !f.holds(real) {
			return file{}, fmt.Errorf("%s leads out of the project, to %s: %s belongs in it", path[:i], real, path)
		}
	}
	info, err := lookAt(found.path)
	switch {
	case err != nil:
		return file{}, err
	case info == nil:
		return found, nil
	case !info.Mode().IsRegular():
		return file{}, fmt.Errorf("%s is in the way: a file belongs there", path)
	}
	found.exists, found.mode = true, info.Mode().Perm()
	if found.real, err = filepath.EvalSymlinks(found.path); err != nil {
		return file{}, err
	}
	found.inside = f.holds(found.real)
	return found, nil
}

func (f folder) holds(real string) bool {
	rel, err := filepath.Rel(f.real, real)
	return err == nil && filepath.IsLocal(rel)
}

func (f file) read() ([]byte, error) {
	data, err := wholefile.Read(f.real, maxFile)
	if err != nil {
		return nil, shorten(err)
	}
	return data, nil
}

// lookAt follows links and returns nil for a path at which nothing is. A link
// to nowhere is an error: it is neither there nor free.
func lookAt(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err == nil {
		return info, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, shorten(err)
	}
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("%s is a link to nowhere", path)
	}
	return nil, nil
}

// shorten drops the system call from an error: "demo: permission denied".
func shorten(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}
