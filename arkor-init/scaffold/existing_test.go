package scaffold

import (
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// A repository as another tool has made it, and a team has changed it.
var repository = map[string]string{
	"package.json": "\ufeff{\r\n\t\"name\": \"storefront\",\r\n\t\"version\": \"0.1.0\",\r\n\t\"scripts\": {\r\n" +
		"\t\t\"dev\": \"next dev --turbo && echo '<ready>'\",\r\n\t\t\"build\": \"next build\",\r\n\t\t\"lint\": \"next lint\"\r\n\t},\r\n" +
		"\t\"dependencies\": { \"next\": \"15.0.0\", \"react\": \"19.0.0\" },\r\n" +
		"\t\"devDependencies\": {\r\n\t\t\"typescript\": \"^5\"\r\n\t},\r\n\t\"browserslist\": [\"> 1%\"]\r\n}\r\n",
	"README.md":                    "# Storefront\n",
	".gitignore":                   "/node_modules\n/.next/\n/.arkor\n",
	"tsconfig.json":                "{\n  // ours\n  \"extends\": \"next\",\n}\n",
	"next.config.mjs":              "export default {};\n",
	"src/app/page.tsx":             "export default () => null;\n",
	"src/arkor/trainer.ts":         "export const trainer = mine;\n",
	"d\u00e9j\u00e0 vu/\u5f55.txt": "\x00\xff",
	"pnpm-lock.yaml":               "lockfileVersion: '9.0'\n",
	"AGENTS.md":                    "# House rules\r\n\r\nUse tabs.\r\n",
}

func TestExistingRepositoryChangesOnlyWhereTheReportSaysSo(t *testing.T) {
	t.Parallel()
	name := "it's a \"store\" \u2013 " + strings.Repeat("x", 170)
	if runtime.GOOS == "windows" {
		name = strings.ReplaceAll(name, `"`, "")
	}
	dir := filepath.Join(t.TempDir(), name)
	for path, content := range repository {
		put(t, filepath.Join(dir, path), content)
	}
	got := scaffold(t, dir, withAgents, packageManager("pnpm"))
	want := []Entry{
		{Created, "src/arkor/index.ts"}, {Kept, "src/arkor/trainer.ts"}, {Created, "arkor.config.ts"},
		{Created, "data/train.jsonl"}, {Created, "data/heldout.jsonl"}, {Kept, "README.md"}, {OK, ".gitignore"},
		{Kept, "tsconfig.json"}, {Patched, "package.json"}, {Patched, "AGENTS.md"}, {Created, "CLAUDE.md"},
	}
	if !slices.Equal(got.Entries, want) || got.Warnings != nil {
		t.Errorf("got %v", got)
	}
	files := contents(t, dir)
	expected := maps.Clone(repository)
	expected["package.json"] = strings.NewReplacer(
		"\"lint\": \"next lint\"\r\n", "\"lint\": \"next lint\",\r\n\t\t\"start\": \"arkor start\"\r\n",
		"\"typescript\": \"^5\"\r\n", "\"typescript\": \"^5\",\r\n\t\t\"arkor\": \"^1.2.3\"\r\n",
	).Replace(repository["package.json"])
	expected["AGENTS.md"] += "\r\n" + crlf(agentBlock()) + "\r\n"
	for _, e := range got.Entries {
		if e.Action == Created {
			if files[e.Path] == "" {
				t.Errorf("%s is not there", e.Path)
			}
			expected[e.Path] = files[e.Path]
		}
	}
	for path := range files {
		if files[path] != expected[path] {
			t.Errorf("%s is now %q, want %q", path, files[path], expected[path])
		}
	}
	if len(files) != len(expected) {
		t.Errorf("got %v", slices.Sorted(maps.Keys(files)))
	}

	again := scaffold(t, dir, withAgents, packageManager("pnpm"))
	for _, e := range again.Entries {
		if e.Action != Kept && e.Action != OK {
			t.Errorf("again: %v", e)
		}
	}
	if after := contents(t, dir); !maps.Equal(after, files) {
		t.Error("a second run has changed something")
	}
}

// Looking writes nothing, however often.
func TestPreviewWritesNothing(t *testing.T) {
	t.Parallel()
	for _, existing := range []bool{false, true} {
		root := t.TempDir()
		dir := filepath.Join(root, "demo")
		if existing {
			put(t, filepath.Join(dir, "package.json"), "{}")
			put(t, filepath.Join(dir, "AGENTS.md"), agentBlock()+"\n"+agentBlock())
		}
		paths, before := tree(t, root), contents(t, root)
		for range 2 {
			p, err := plan(t, dir, withAgents)
			if err != nil {
				t.Fatal(err)
			}
			preview := p.Preview()
			if len(preview.Entries) < 10 || existing != (len(preview.Warnings) == 2) {
				t.Errorf("got %v", preview)
			}
		}
		if !slices.Equal(tree(t, root), paths) || !maps.Equal(contents(t, root), before) {
			t.Errorf("left %v", tree(t, root))
		}
	}
}
