package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// The committed files are what the sources make, and no others.
func TestCommittedFilesAreCurrent(t *testing.T) {
	t.Parallel()
	const module = "../.."
	if _, err := os.Stat(filepath.Join(module, "ui", "node_modules", "preact")); err != nil {
		t.Skip("the page's packages are not here: run npm ci in arkor-studio/ui")
	}
	want, err := build(module)
	if err != nil {
		t.Fatal(err)
	}
	dist := os.DirFS(filepath.Join(module, "web", "dist"))
	committed := map[string]bool{}
	err = fs.WalkDir(dist, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			committed[name] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range want {
		got, err := fs.ReadFile(dist, name)
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s is out of date: run `go generate ./web` in arkor-studio (%v)", name, err)
		}
		delete(committed, name)
	}
	for name := range committed {
		t.Errorf("nothing makes %s any more: run `go generate ./web` in arkor-studio", name)
	}
}
