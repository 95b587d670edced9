package scaffold

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Section 3.3 of the behaviour contract; tests carry the numbers of its rules.

func TestRule3_13_TargetIsTheNamedDirectory(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for dir, want := range map[string]string{
		"demo": filepath.Join(root, "demo"), "demo/": filepath.Join(root, "demo"), ".": root, "./a/../b": filepath.Join(root, "b"),
		"..": filepath.Dir(root), "two words": filepath.Join(root, "two words"),
		filepath.Join(root, "x", "..", "abs"): filepath.Join(root, "abs"),
	} {
		if got := Target(root, dir); got != want {
			t.Errorf("%q: got %q, want %q", dir, got, want)
		}
	}
	// Whatever is there is merged into.
	put(t, filepath.Join(root, "full", "notes.txt"), "mine")
	if p, err := plan(t, Target(root, "full")); err != nil {
		t.Errorf("%v, %v", p, err)
	}
}

func TestRule3_14_NewFolderMustBeFree(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	put(t, filepath.Join(root, "taken", "notes.txt"), "mine")
	if got, err := NewFolder(root, "demo"); got != filepath.Join(root, "demo") || err != nil {
		t.Errorf("free: %q, %v", got, err)
	}
	_, err := NewFolder(root, "taken")
	var occupied *OccupiedError
	const want = `Directory "taken/" already exists and is not empty. Pass an explicit [dir] or remove the existing directory first.`
	if !errors.As(err, &occupied) || occupied.Folder != "taken" || err.Error() != want {
		t.Errorf("taken: %v", err)
	}
}

func TestRule3_15_Occupied(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name) }
	for _, dir := range []string{"empty", "closed", "nested/empty", "dot"} {
		if err := os.MkdirAll(at(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	put(t, at("file"), "")
	put(t, at("dot/.git"), "")
	want := map[string]bool{
		"missing": false, "missing/parents": false, "empty": false, "empty/": false,
		"file": true, "dot": true, "nested": true,
		strings.Repeat("x", 5000): true, // cannot be looked at
	}
	if runtime.GOOS != "windows" {
		want["file/below"] = true // neither can this
		for name, to := range map[string]string{"link": "empty", "tofile": "file", "dangling": "gone", "loop": "loop"} {
			if err := os.Symlink(to, at(name)); err != nil {
				t.Fatal(err)
			}
			want[name] = true
		}
	}
	if err := os.Chmod(at("closed"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadDir(at("closed")); err != nil { // an administrator lists everything
		want["closed"] = true
	}
	for name, want := range want {
		if got := occupied(at(name)); got != want {
			t.Errorf("%.40q: got %v, want %v", name, got, want)
		}
	}
}

func TestRule3_16_MissingParentsAreMadeAndNothingElse(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, filepath.Join(root, "a", "b", "demo"))
	for _, dir := range []string{root, filepath.Join(root, "a"), filepath.Join(root, "a", "b")} {
		if content, err := os.ReadDir(dir); err != nil || len(content) != 1 {
			t.Errorf("%s holds %v, %v", dir, content, err)
		}
	}
}

func TestRule3_17_InPlace(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	put(t, filepath.Join(root, "demo", "notes.txt"), "mine")
	want := map[string]bool{".": true, "demo/..": true, "demo": false, "missing": false, "..": false}
	if runtime.GOOS != "windows" {
		if err := os.Symlink(".", filepath.Join(root, "here")); err != nil {
			t.Fatal(err)
		}
		want["here"] = true
	}
	for dir, want := range want {
		if got := InPlace(root, Target(root, dir)); got != want {
			t.Errorf("%q: got %v, want %v", dir, got, want)
		}
	}
}
