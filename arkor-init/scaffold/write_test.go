package scaffold

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestAFileThatAppearsIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, err := plan(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "README.md"), "mine")
	got, err := p.Write(t.Context())
	if err != nil || !slices.Contains(got.Entries, Entry{Kept, "README.md"}) {
		t.Errorf("got %v, %v", got, err)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "README.md")); string(data) != "mine" {
		t.Errorf("README.md is %q", data)
	}
}

func TestDirectoryThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "demo")
	if err := os.Mkdir(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	if f, err := os.Create(filepath.Join(dir, "probe")); err == nil {
		f.Close()
		os.Remove(f.Name())
		if dir = "/sys"; runtime.GOOS != "linux" { // refuses even an administrator
			t.Skip("nothing is out of an administrator's reach")
		}
	}
	p, err := plan(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Write(t.Context())
	if !errors.Is(err, fs.ErrPermission) || !strings.HasPrefix(err.Error(), "write "+dir) {
		t.Errorf("got %v", err)
	}
}

func TestFailureTakesEverythingBack(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	put(t, filepath.Join(root, "demo", "notes.txt"), "mine")
	p, err := plan(t, filepath.Join(root, "demo"))
	if err != nil {
		t.Fatal(err)
	}
	// The fourth file wants to be written where a file has appeared meanwhile.
	put(t, filepath.Join(root, "demo", "data"), "in the way")
	if _, err := p.Write(t.Context()); err == nil || strings.Contains(err.Error(), "left behind") {
		t.Errorf("got %v", err)
	}
	want := []string{".", "demo", "demo/data", "demo/notes.txt"}
	if got := tree(t, root); !slices.Equal(got, want) {
		t.Errorf("left %v", got)
	}
}

// A person stops it, at any of its steps, in a project with files to add to.
func TestInterruptTakesEverythingBack(t *testing.T) {
	t.Parallel()
	cause := errors.New("enough")
	for after := 1; ; after++ {
		root := t.TempDir()
		dir := filepath.Join(root, "a", "demo")
		if after%2 == 0 {
			put(t, filepath.Join(dir, "package.json"), "\ufeff{\r\n\t\"name\": \"x\"\r\n}")
			put(t, filepath.Join(dir, ".gitignore"), "build")
			put(t, filepath.Join(dir, "AGENTS.md"), "# Mine")
		}
		paths, before := tree(t, root), contents(t, root)
		p, err := plan(t, dir, withAgents, packageManager("yarn"))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(context.Background())
		_, err = p.Write(&countdown{ctx, func() { cancel(cause) }, after})
		if after > len(p.steps) {
			if err != nil {
				t.Errorf("never stopped: %v", err)
			}
			break
		}
		if !errors.Is(err, cause) || strings.Contains(err.Error(), "left behind") {
			t.Errorf("stopped at %d: %v", after, err)
		}
		if !slices.Equal(tree(t, root), paths) || !maps.Equal(contents(t, root), before) {
			t.Errorf("stopped at %d: left %v", after, tree(t, root))
		}
	}
}

func TestChangesThatOthersMakeMeanwhile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "package.json"), "{}")
	put(t, filepath.Join(dir, "AGENTS.md"), "# Mine")
	p, err := plan(t, dir, withAgents)
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "AGENTS.md"), "# Newer")
	want := contents(t, dir)
	if _, err := p.Write(t.Context()); err == nil || !strings.Contains(err.Error(), "AGENTS.md: it has changed meanwhile") {
		t.Errorf("got %v", err)
	}
	if got := contents(t, dir); !maps.Equal(got, want) { // package.json was written and is as it was
		t.Errorf("left %v", got)
	}
}

// What cannot be taken back is told, and no work of others is lost.
func TestUndoSparesWhatOthersWrote(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "package.json")
	put(t, path, "{}")
	p, err := plan(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	var j journal
	made := filepath.Join(dir, "made")
	if created, err := j.create(filepath.Join(made, "file"), []byte("x")); !created || err != nil {
		t.Fatal(err)
	}
	if err := j.patch(p.steps[len(p.steps)-1]); err != nil {
		t.Fatal(err)
	}
	put(t, path, `{"theirs": true}`)
	put(t, filepath.Join(made, "theirs"), "theirs")
	cause := errors.New("enough")
	if err := j.undo(cause); !errors.Is(err, cause) || !strings.HasSuffix(err.Error(), "(left behind: "+made+", "+path+")") {
		t.Errorf("got %v", err)
	}
	want := map[string]string{"package.json": `{"theirs": true}`, "made/theirs": "theirs"}
	if got := contents(t, dir); !maps.Equal(got, want) {
		t.Errorf("left %v", got)
	}
}

func TestPatchKeepsTheMode(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no modes")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "package.json")
	put(t, path, "{}")
	if err := os.Chmod(path, 0o751); err != nil {
		t.Fatal(err)
	}
	write(t, dir)
	if got := mode(t, path); got != 0o751 {
		t.Errorf("got %v", got)
	}
	// A file that its owner has locked is not replaced behind its back.
	put(t, path, "{}")
	if err := os.Chmod(path, 0o444); err != nil {
		t.Fatal(err)
	}
	if _, err := plan(t, dir); err == nil || !strings.Contains(err.Error(), "package.json is write-protected") {
		t.Errorf("got %v", err)
	}
}

func TestFileModesFollowTheUmask(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no modes")
	}
	dir := filepath.Join(t.TempDir(), "demo")
	write(t, dir)
	reference := filepath.Join(t.TempDir(), "reference")
	if err := os.Mkdir(reference, 0o777); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(reference, "file"))
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	for path, like := range map[string]string{
		dir: reference, filepath.Join(dir, "src"): reference, filepath.Join(dir, "package.json"): f.Name(),
	} {
		if got, want := mode(t, path), mode(t, like); got != want {
			t.Errorf("%s has mode %v, want %v", path, got, want)
		}
	}
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}

type countdown struct {
	context.Context
	end  func()
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left == 0 {
		c.end()
	}
	return c.Context.Err()
}
