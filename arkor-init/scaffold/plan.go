// Package scaffold decides which files a new project gets and writes them. It
// talks to nobody: the command around it does.
//
// Nothing that exists is changed, everything is checked before the first byte
// is written, each file appears whole or not at all, and a failure half-way
// takes back what was written.
package scaffold

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/arkor-init/template"
)

// Action says what happened, or will happen, to a path.
type Action string

// The actions.
const (
	Created Action = "created" // it was missing and is written
	Kept    Action = "kept"    // it exists and stays as it is
)

// Entry is one line of the report: a slash-separated path in the project.
type Entry struct {
	Action Action
	Path   string
}

// Options say what to make and where.
type Options struct {
	Dir      string // absolute; made with its parents when missing
	Name     string // of the project, already through Name
	Template template.Template
	SDK      string // range of the npm package arkor, see SDKRange
}

// Plan is a project that can be written. It is good for one Write.
type Plan struct {
	root  string
	steps []step
}

type step struct {
	Entry
	data []byte
}

// New looks at the directory and plans the project. It writes nothing, and it
// fails when Write would have to: on a file where a directory belongs, and the
// other way round.
func New(opts Options) (*Plan, error) {
	fresh, err := checkRoot(opts.Dir)
	if err != nil {
		return nil, err
	}
	files, err := opts.Template.Files(opts.Name)
	if err != nil {
		return nil, err
	}
	manifest, err := packageJSON(opts.Name, opts.SDK)
	if err != nil {
		return nil, err
	}
	files = append(files, template.File{Path: "package.json", Data: manifest})

	plan := &Plan{root: opts.Dir}
	for _, f := range files {
		action, err := plan.check(f.Path)
		if err != nil {
			return nil, err
		}
		// In a directory with content the compiler settings are the owner's
		// business: theirs may stand in a folder above or below.
		if f.Path == "tsconfig.json" && action == Created && !fresh {
			continue
		}
		plan.steps = append(plan.steps, step{Entry{action, f.Path}, f.Data})
	}
	return plan, nil
}

// checkRoot reports whether dir is missing or empty. It fails when dir, or what
// should become a parent of it, is something other than a directory.
func checkRoot(dir string) (fresh bool, err error) {
	nearest := dir
	info, err := lookAt(nearest)
	for err == nil && info == nil {
		nearest = filepath.Dir(nearest)
		info, err = lookAt(nearest)
	}
	switch {
	case err != nil:
		return false, err
	case !info.IsDir():
		return false, fmt.Errorf("%s is not a directory", nearest)
	case nearest != dir:
		return true, nil
	}
	content, err := os.ReadDir(dir)
	if err != nil {
		return false, shorten(err)
	}
	return len(content) == 0, nil
}

func (p *Plan) check(path string) (Action, error) {
	for i, c := range path {
		if c != '/' {
			continue
		}
		info, err := lookAt(p.abs(path[:i]))
		switch {
		case err != nil:
			return "", err
		case info == nil:
			return Created, nil
		case !info.IsDir():
			return "", fmt.Errorf("%s is in the way: %s needs a directory there", path[:i], path)
		}
	}
	info, err := lookAt(p.abs(path))
	switch {
	case err != nil:
		return "", err
	case info == nil:
		return Created, nil
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is in the way: a file belongs there", path)
	}
	return Kept, nil
}

func (p *Plan) abs(path string) string {
	return filepath.Join(p.root, filepath.FromSlash(path))
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
