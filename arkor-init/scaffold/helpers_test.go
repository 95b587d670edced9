package scaffold

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	opts := Options{Dir: dir, Name: "demo", Template: tmpl, SDK: "^1.2.3", Backend: "local"}
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
