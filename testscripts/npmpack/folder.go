package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

// folder is a package in the making. After its first error it does nothing.
type folder struct {
	dir string
	err error
}

// newFolder begins with an empty folder.
func newFolder(dir string) *folder { return &folder{dir, os.RemoveAll(dir)} }

func (f *folder) write(name string, data []byte) {
	if f.err != nil {
		return
	}
	path := filepath.Join(f.dir, name)
	if f.err = os.MkdirAll(filepath.Dir(path), 0o755); f.err == nil {
		f.err = os.WriteFile(path, data, 0o644)
	}
}

func (f *folder) manifest(m manifest) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if f.err == nil {
		f.err = encoder.Encode(m)
	}
	f.write("package.json", text.Bytes())
}

// copy puts files of the repository into a subfolder.
func (f *folder) copy(to string, files ...string) {
	for _, file := range files {
		f.copyAs(filepath.Join(to, filepath.Base(file)), file)
	}
}

func (f *folder) copyAs(name, file string) {
	data, err := os.ReadFile(file)
	if f.err == nil {
		f.err = err
	}
	f.write(name, data)
}

// copyPage puts a page into a subfolder, its links to pages that stay behind
// turned to where those are published.
func (f *folder) copyPage(to, file string) {
	data, err := os.ReadFile(file)
	if f.err == nil {
		f.err = err
	}
	for _, page := range elsewhere {
		data = bytes.ReplaceAll(data, []byte("]("+page), []byte("]("+publishedPages+page))
	}
	f.write(filepath.Join(to, filepath.Base(file)), data)
}

// relativeImport matches the name of a module beside the one that imports it,
// without its extension.
var relativeImport = regexp.MustCompile(`"\./([^"]+?)(?:\.[jt]s)?"`)

// keepReachable removes the declarations in a subfolder that the ones of an
// entry do not refer to: they describe what nobody can import.
func (f *folder) keepReachable(sub, entry string) {
	if f.err != nil {
		return
	}
	reachable := map[string]bool{entry: true}
	for todo := []string{entry}; len(todo) > 0; todo = todo[1:] {
		data, err := os.ReadFile(filepath.Join(f.dir, sub, todo[0]))
		if err != nil {
			f.err = err
			return
		}
		for _, match := range relativeImport.FindAllSubmatch(data, -1) {
			if name := string(match[1]) + ".d.ts"; !reachable[name] {
				reachable[name] = true
				todo = append(todo, name)
			}
		}
	}
	all, err := filepath.Glob(filepath.Join(f.dir, sub, "*.d.ts"))
	f.err = err
	for _, path := range all {
		if !reachable[filepath.Base(path)] {
			f.err = errors.Join(f.err, os.Remove(path))
		}
	}
}

// stamp replaces the version of the sources in a file.
func (f *folder) stamp(name, version string) {
	if f.err != nil {
		return
	}
	data, err := os.ReadFile(filepath.Join(f.dir, name))
	if err != nil {
		f.err = err
		return
	}
	if n := bytes.Count(data, []byte(developmentVersion)); n != 1 {
		f.err = fmt.Errorf("%s holds the version %d times", name, n)
		return
	}
	f.write(name, bytes.Replace(data, []byte(developmentVersion), []byte(version), 1))
}

// run runs a program whose output is of interest when something goes wrong.
func (f *folder) run(ctx context.Context, dir string, environ []string, name string, args ...string) {
	if f.err != nil {
		return
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), environ...)
	if out, err := cmd.CombinedOutput(); err != nil {
		f.err = fmt.Errorf("%s: %w\n%s", name, err, out)
	}
}
