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

	"github.com/arkorlab/arkor-go/arkor-init/template"
)

var everything = []string{
	"src/arkor/index.ts", "src/arkor/trainer.ts", "arkor.config.ts", "data/train.jsonl", "data/heldout.jsonl",
	"README.md", ".gitignore", "tsconfig.json", "package.json",
}

// again is what happens to them the second time.
var again = append(entries(Kept, everything[:6]...), Entry{OK, ".gitignore"}, Entry{Kept, "tsconfig.json"}, Entry{OK, "package.json"})

// options are those of a project called demo, changed by change.
func options(t *testing.T, dir string, change ...func(*Options)) Options {
	t.Helper()
	tmpl, ok := template.Lookup("triage")
	if !ok {
		t.Fatal("no triage template")
	}
	opts := Options{Dir: dir, Name: "demo", Template: tmpl, SDK: "^1.2.3"}
	for _, c := range change {
		c(&opts)
	}
	return opts
}

func plan(t *testing.T, dir string, change ...func(*Options)) (*Plan, error) {
	t.Helper()
	return New(options(t, dir, change...))
}

func scaffold(t *testing.T, dir string, change ...func(*Options)) Result {
	t.Helper()
	p, err := plan(t, dir, change...)
	if err != nil {
		t.Fatal(err)
	}
	preview := p.Preview()
	result, err := p.Write(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(preview.Entries, result.Entries) || !slices.Equal(preview.Warnings, result.Warnings) {
		t.Errorf("foretold %v, but did %v", preview, result)
	}
	return result
}

func write(t *testing.T, dir string, change ...func(*Options)) []Entry {
	t.Helper()
	return scaffold(t, dir, change...).Entries
}

func packageManager(name string) func(*Options) {
	return func(o *Options) { o.PackageManager = name }
}

// actions maps each path to what happened to it.
func actions(result []Entry) map[string]Action {
	out := map[string]Action{}
	for _, e := range result {
		out[e.Path] = e.Action
	}
	return out
}

func entries(action Action, paths ...string) []Entry {
	var out []Entry
	for _, p := range paths {
		out = append(out, Entry{action, p})
	}
	return out
}

// tree lists everything below dir.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, path)
		out = append(out, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// contents reads every file below dir.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, path := range tree(t, dir) {
		if info, err := os.Stat(filepath.Join(dir, path)); err != nil || !info.Mode().IsRegular() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			t.Fatal(err)
		}
		out[path] = string(data)
	}
	return out
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestWritesIntoDirectoriesOfEveryKind(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		".", "missing", "missing/parents/too", "two words", `it's "quoted"`, "d\u00e9j\u00e0-\u5f55", strings.Repeat("x", 200),
	} {
		if runtime.GOOS == "windows" && strings.Contains(name, `"`) {
			continue
		}
		dir := filepath.Join(t.TempDir(), name)
		if got := write(t, dir); !slices.Equal(got, entries(Created, everything...)) {
			t.Errorf("%q: %v", name, got)
		}
		if got, want := len(tree(t, dir)), len(everything)+4; got != want { // with ., src, src/arkor, data
			t.Errorf("%q holds %v", name, tree(t, dir))
		}
		before := contents(t, dir)
		if got := write(t, dir); !slices.Equal(got, again) || !maps.Equal(contents(t, dir), before) {
			t.Errorf("%q, again: %v", name, got)
		}
	}
}

func TestKeepsWhatExists(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "README.md"), "mine")
	put(t, filepath.Join(dir, "src", "arkor", "index.ts"), "")
	got := write(t, dir)
	want := []Entry{
		{Kept, "src/arkor/index.ts"}, {Created, "src/arkor/trainer.ts"}, {Created, "arkor.config.ts"},
		{Created, "data/train.jsonl"}, {Created, "data/heldout.jsonl"}, {Kept, "README.md"}, {Created, ".gitignore"},
		{Created, "package.json"}, // and no tsconfig.json: the directory had content
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	for path, want := range map[string]string{"README.md": "mine", "src/arkor/index.ts": ""} {
		if data, err := os.ReadFile(filepath.Join(dir, path)); err != nil || string(data) != want {
			t.Errorf("%s: %q %v", path, data, err)
		}
	}
}

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

func TestRefusesBeforeWriting(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		prepare func(root string)
		dir     string
		err     string
	}{
		{"a file in the place of the directory", func(root string) { put(t, filepath.Join(root, "demo"), "x") }, "demo", "demo is not a directory"},
		{"a file above the directory", func(root string) { put(t, filepath.Join(root, "a"), "x") }, "a/b/demo", "not a directory"},
		{"a file in the place of a folder", func(root string) { put(t, filepath.Join(root, "src"), "x") }, ".", "src is in the way"},
		{"a folder in the place of a file", func(root string) { os.Mkdir(filepath.Join(root, "package.json"), 0o755) }, ".", "package.json is in the way"},
		{"a link to nowhere", func(root string) { os.Symlink("gone", filepath.Join(root, "data")) }, ".", "link to nowhere"},
	} {
		if runtime.GOOS == "windows" && strings.Contains(c.name, "link") {
			continue
		}
		root := t.TempDir()
		c.prepare(root)
		before := tree(t, root)
		if _, err := plan(t, filepath.Join(root, c.dir)); err == nil || !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v", c.name, err)
		}
		if after := tree(t, root); !slices.Equal(after, before) {
			t.Errorf("%s: left %v", c.name, after)
		}
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

func TestInterruptTakesEverythingBack(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	p, err := plan(t, filepath.Join(root, "a", "demo"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	// Ends after the third look at it, with files on disk.
	cause := errors.New("enough")
	if _, err := p.Write(&countdown{ctx, func() { cancel(cause) }, 3}); !errors.Is(err, context.Canceled) && !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	if got := tree(t, root); !slices.Equal(got, []string{"."}) {
		t.Errorf("left %v", got)
	}
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

func TestContent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir)
	for path, want := range map[string]string{
		"README.md":          "# demo\n",
		"arkor.config.ts":    `export default { backend: "local" };`,
		".gitignore":         ".arkor/\n",
		"src/arkor/index.ts": "export const arkor = createArkor({ trainer });",
		"package.json": `{
  "name": "demo",
  "private": true,
  "type": "module",
  "scripts": {
    "dev": "arkor dev",
    "build": "arkor build",
    "start": "arkor start"
  },
  "devDependencies": {
    "arkor": "^1.2.3"
  }
}
`,
	} {
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s holds %q, %v", path, data, err)
		}
	}
}
