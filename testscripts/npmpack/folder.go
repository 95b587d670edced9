package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
		data, err := os.ReadFile(file)
		if f.err == nil {
			f.err = err
		}
		f.write(filepath.Join(to, filepath.Base(file)), data)
	}
}

// stamp replaces the version in what the compiler wrote.
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
