package server

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// entryFile remembers the choice, relative to the project.
const entryFile = ".arkor/studio.json"

const maxEntryFile = 64 << 10

// entry is the module that was chosen to be trained. The manifest, the preview
// and the trainings started without a file are all about it.
type entry struct {
	dir string

	mu   sync.Mutex
	name string // relative to dir, with slashes; "" for what a plain start runs
}

// newEntry returns the choice that is remembered for a project.
func newEntry(dir string) *entry {
	e := &entry{dir: dir}
	var stored struct{ Entry string }
	data, err := wholefile.Read(filepath.Join(dir, filepath.FromSlash(entryFile)), maxEntryFile)
	if err == nil && json.Unmarshal(data, &stored) == nil {
		e.name = stored.Entry
	}
	return e
}

// chosen returns the entry that was chosen, or "" where it is gone or was never
// one.
func (e *entry) chosen() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.name == "" {
		return ""
	}
	if _, err := fileInside(e.dir, e.name); err != nil {
		return ""
	}
	return e.name
}

// path returns where the entry that was chosen lies, or "".
func (e *entry) path() string {
	name := e.chosen()
	if name == "" {
		return ""
	}
	return filepath.Join(e.dir, filepath.FromSlash(name))
}

// choose remembers an entry; "" forgets.
func (e *entry) choose(name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.name = name
	path := filepath.Join(e.dir, filepath.FromSlash(entryFile))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	data, err := json.Marshal(map[string]string{"entry": name})
	if err != nil {
		return err
	}
	return wholefile.Write(path, append(data, '\n'), 0o666)
}

// chooseEntry decides what the project trains, for every page of it.
func (s *Server) chooseEntry(c *call) error {
	var body struct{ Entry string }
	if err := c.object(&body, false); err != nil {
		return err
	}
	name := ""
	if body.Entry != "" {
		real, err := fileInside(s.env.Dir, body.Entry)
		if err != nil {
			return err
		}
		root, err := filepath.EvalSymlinks(s.env.Dir)
		if err != nil {
			return err
		}
		if name, err = filepath.Rel(root, real); err != nil {
			return err
		}
	}
	name = filepath.ToSlash(name)
	if err := s.entry.choose(name); err != nil {
		s.warn("the choice of %s could not be remembered: %v", name, err)
	}
	s.manifest.Changed()
	s.news.publish(changed{manifest: true})
	return c.json(http.StatusOK, map[string]string{"entry": name})
}
