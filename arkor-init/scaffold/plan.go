package scaffold

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
)

// Plan is a project that can be written. It is good for one Write.
type Plan struct {
	folder   folder
	name     string
	steps    []step
	warnings []string
}

// step is what shall happen to one path.
type step struct {
	Entry
	at     file
	before []byte // of a file to be patched
	after  []byte // of one to be created or patched
}

// New looks at the directory and plans the project. It writes nothing, and it
// fails when Write would have to. A mistake in a file of the project is a
// *SyntaxError.
func New(opts Options) (*Plan, error) {
	found, err := openFolder(opts.Dir)
	if err != nil {
		return nil, err
	}
	p := &Plan{folder: found, name: opts.Name}
	manifest, err := p.packageJSON(opts)
	if err != nil {
		return nil, err
	}
	agents, claude, err := p.agents(opts) // before README.md, which mentions them
	if err != nil {
		return nil, err
	}
	if err := p.template(opts, claude); err != nil {
		return nil, err
	}
	p.steps = append(p.steps, manifest)
	if err := p.yarnSettings(opts); err != nil {
		return nil, err
	}
	p.steps = append(p.steps, agents...)
	return p, nil
}

// template plans the files of the template, in its order.
func (p *Plan) template(opts Options, claude bool) error {
	files, err := opts.files(p.name)
	if err != nil {
		return err
	}
	for _, f := range files {
		wanted := true
		switch f.Path {
		case ".gitignore":
			if err := p.gitignore(opts, f.Data); err != nil {
				return err
			}
			continue
		case "README.md":
			if claude {
				f.Data = mentionAgents(f.Data)
			}
		case "tsconfig.json":
			// In a directory with content the compiler settings are the owner's
			// business: theirs may stand in a folder above or below.
			wanted = p.folder.fresh
		}
		if err := p.createIf(wanted, f.Path, f.Data); err != nil {
			return err
		}
	}
	return nil
}

// Preview is what Write will report.
func (p *Plan) Preview() Result {
	r := Result{Name: p.name, Warnings: p.warnings}
	for _, s := range p.steps {
		r.Entries = append(r.Entries, s.Entry)
	}
	return r
}

// createIf plans a file that is kept when it exists. When it does not, and is
// not wanted, it is not mentioned either.
func (p *Plan) createIf(wanted bool, path string, data []byte) error {
	found, err := p.folder.look(path)
	if err != nil {
		return err
	}
	switch {
	case found.exists:
		p.steps = append(p.steps, step{Entry: Entry{Kept, path}, at: found})
	case wanted:
		p.steps = append(p.steps, step{Entry: Entry{Created, path}, at: found, after: data})
	}
	return nil
}

// edit plans a file that is created as create, or gains what patch adds to what
// it holds.
func (p *Plan) edit(path string, create []byte, patch func([]byte) ([]byte, error)) (step, error) {
	found, err := p.folder.look(path)
	if err != nil {
		return step{}, err
	}
	if !found.exists {
		return step{Entry: Entry{Created, path}, at: found, after: create}, nil
	}
	s := step{Entry: Entry{OK, path}, at: found}
	if s.before, err = found.read(); err != nil {
		return step{}, err
	}
	if s.after, err = patch(s.before); err != nil {
		var syntax *SyntaxError
		if errors.As(err, &syntax) {
			syntax.Path = found.path
		}
		return step{}, err
	}
	switch {
	case bytes.Equal(s.after, s.before):
	case bytes.IndexByte(s.before, 0) >= 0: // UTF-16, as a redirection in PowerShell writes it
		s.Action = Kept
		p.warn("%s is not UTF-8 text: what it lacks was not added", path)
	case !found.inside:
		s.Action = Kept
		p.warn("%s is a link out of the project, to %s: what it lacks was not added", path, found.real)
	case found.mode&0o222 == 0:
		return step{}, fmt.Errorf("%s is write-protected and lacks something", found.path)
	default:
		s.Action = Patched
	}
	return s, nil
}

func (p *Plan) warn(format string, args ...any) {
	p.warnings = append(p.warnings, fmt.Sprintf(format, args...))
}

// packageJSON plans package.json. One that exists knows the project's name.
func (p *Plan) packageJSON(opts Options) (step, error) {
	const path = "package.json"
	create, err := newPackageJSON(opts.Name, opts.SDK)
	if err != nil {
		return step{}, err
	}
	s, err := p.edit(path, create, func(old []byte) ([]byte, error) { return patchPackageJSON(old, opts.SDK) })
	if err != nil {
		return step{}, err
	}
	p.name = cmp.Or(packageName(s.before), opts.Name)
	return s, nil
}
