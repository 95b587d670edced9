package scaffold

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-init/template"
)

func TestRule5_7_SecondRunWritesNothing(t *testing.T) {
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

func TestSection5_2_KeepsWhatExists(t *testing.T) {
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

func TestSections5_2and5_3_NewFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir)
	for path, want := range map[string]string{
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
	readme := contents(t, dir)["README.md"]
	if !strings.HasPrefix(readme, "# demo\n") {
		t.Errorf("README.md begins %.20q", readme)
	}
	for _, part := range []string{
		"npm install", "pnpm install", "yarn", "bun install", "npm start", "pnpm start", "yarn start", "bun run start", "npm run", "npx arkor",
		"arkor dev", "arkor build", "arkor start", "arkor login",
		"## Files", "`src/arkor/index.ts`", "`src/arkor/trainer.ts`", "`arkor.config.ts`", "Node.js 20",
	} {
		if !strings.Contains(readme, part) {
			t.Errorf("README.md does not say %s", part)
		}
	}
}

func TestRule5_2_Order(t *testing.T) {
	t.Parallel()
	got := write(t, t.TempDir(), withAgents, packageManager("yarn"))
	want := entries(Created, append(slices.Clone(everything), ".yarnrc.yml", "AGENTS.md", "CLAUDE.md")...)
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestRule5_4_WhatIsNotHandledIsNotMentioned(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, path := range []string{".yarnrc.yml", "AGENTS.md", "CLAUDE.md", "pnpm-workspace.yaml"} {
		put(t, filepath.Join(dir, path), "mine")
	}
	got := actions(write(t, dir, packageManager("npm")))
	for _, path := range []string{".yarnrc.yml", "AGENTS.md", "CLAUDE.md", "pnpm-workspace.yaml", "tsconfig.json"} {
		if action, handled := got[path]; handled {
			t.Errorf("%s: %s", path, action)
		}
	}
}

func TestEveryTemplate(t *testing.T) {
	t.Parallel()
	for _, id := range template.IDs() {
		tmpl, _ := template.Lookup(id)
		dir := filepath.Join(t.TempDir(), "demo")
		got := actions(write(t, dir, func(o *Options) { o.Template = tmpl }))
		for _, path := range []string{"src/arkor/index.ts", "src/arkor/trainer.ts", "arkor.config.ts", "README.md", ".gitignore", "package.json"} {
			if got[path] != Created {
				t.Errorf("%s: %s %s", id, path, got[path])
			}
		}
	}
}
