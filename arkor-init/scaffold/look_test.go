package scaffold

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func link(t *testing.T, to, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, path); err != nil {
		t.Skip(err) // Windows asks for a right
	}
}

// linked is a project in root/demo, beside root/outside.
func linked(t *testing.T) (root, dir string) {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(root, "outside", "package.json"), "{}")
	put(t, filepath.Join(root, "outside", "README.md"), "theirs")
	put(t, filepath.Join(root, "demo", "notes.txt"), "mine")
	return root, filepath.Join(root, "demo")
}

func TestPathsThatLeadOutOfTheProject(t *testing.T) {
	t.Parallel()
	f, err := openFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"", "..", "../x", "a/../../x", "/etc/passwd", "a//../..", "./../x"}
	if runtime.GOOS == "windows" {
		paths = append(paths, `..\x`, `C:\x`, "NUL")
	}
	for _, path := range paths {
		if found, err := f.look(path); err == nil {
			t.Errorf("%q: %+v", path, found)
		}
	}
}

func TestFoldersThatLeadOutOfTheProject(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"../outside", "/", "../demo2"} {
		root, dir := linked(t)
		put(t, filepath.Join(root, "demo2", "arkor", "index.ts"), "theirs") // a name that begins the same
		link(t, to, filepath.Join(dir, "src"))
		before := tree(t, root)
		if _, err := plan(t, dir); err == nil || !strings.Contains(err.Error(), "src leads out of the project") {
			t.Errorf("%s: %v", to, err)
		}
		if after := tree(t, root); !slices.Equal(before, after) {
			t.Errorf("%s: left %v", to, after)
		}
	}
}

func TestFoldersThatLeadElsewhereInTheProject(t *testing.T) {
	t.Parallel()
	root, dir := linked(t)
	link(t, "code", filepath.Join(dir, "src"))
	link(t, filepath.Join(root, "demo", "sets"), filepath.Join(dir, "data"))
	for _, name := range []string{"code", "sets"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir)
	for _, path := range []string{"code/arkor/index.ts", "sets/train.jsonl"} {
		if _, err := os.Stat(filepath.Join(dir, path)); err != nil {
			t.Error(err)
		}
	}
}

// A person may name the project by a link; what it leads to is the project.
func TestProjectThatIsALink(t *testing.T) {
	t.Parallel()
	root, dir := linked(t)
	link(t, "demo", filepath.Join(root, "link"))
	write(t, filepath.Join(root, "link"))
	if got := write(t, dir); got[0] != (Entry{Kept, "src/arkor/index.ts"}) {
		t.Errorf("got %v", got)
	}
}

func TestRule5_9_FilesThatAreLinks(t *testing.T) {
	t.Parallel()
	root, dir := linked(t)
	put(t, filepath.Join(dir, "config", "manifest.json"), "{}")
	put(t, filepath.Join(dir, "docs", "ASSISTANTS.md"), "# Mine\n")
	link(t, filepath.Join("config", "manifest.json"), filepath.Join(dir, "package.json"))
	link(t, filepath.Join("docs", "ASSISTANTS.md"), filepath.Join(dir, "AGENTS.md"))
	link(t, "AGENTS.md", filepath.Join(dir, "CLAUDE.md"))
	link(t, filepath.Join("..", "outside", "README.md"), filepath.Join(dir, "README.md"))
	result := scaffold(t, dir, withAgents)
	got := actions(result.Entries)
	for path, want := range map[string]Action{"package.json": Patched, "AGENTS.md": Patched, "CLAUDE.md": Kept, "README.md": Kept} {
		info, err := os.Lstat(filepath.Join(dir, path))
		if err != nil || info.Mode()&os.ModeSymlink == 0 || got[path] != want {
			t.Errorf("%s: %s, %v", path, got[path], err)
		}
	}
	files := contents(t, root)
	if !strings.Contains(files["demo/config/manifest.json"], "arkor start") || !strings.Contains(files["demo/docs/ASSISTANTS.md"], signature) {
		t.Errorf("got %q and %q", files["demo/config/manifest.json"], files["demo/docs/ASSISTANTS.md"])
	}
	if files["outside/README.md"] != "theirs" || result.Warnings != nil {
		t.Errorf("got %q, %v", files["outside/README.md"], result.Warnings)
	}
}

// A file that lacks something and lies elsewhere belongs to others as well.
func TestFilesThatLieOutOfTheProject(t *testing.T) {
	t.Parallel()
	root, dir := linked(t)
	link(t, filepath.Join("..", "outside", "package.json"), filepath.Join(dir, "package.json"))
	before := contents(t, filepath.Join(root, "outside"))
	result := scaffold(t, dir)
	if got := actions(result.Entries)["package.json"]; got != Kept || len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "package.json is a link out of the project") {
		t.Errorf("got %v", result)
	}
	put(t, filepath.Join(root, "outside", "package.json"), "{"+ownScripts+", "+ownArkor+"}")
	if result := scaffold(t, dir); actions(result.Entries)["package.json"] != OK || result.Warnings != nil {
		t.Errorf("got %v", result)
	}
	put(t, filepath.Join(root, "outside", "package.json"), "{}")
	if after := contents(t, filepath.Join(root, "outside")); !maps.Equal(before, after) {
		t.Errorf("now %v", after)
	}
}

func TestFilesThatAreNotText(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const wide = "\xff\xfex\x00\r\x00\n\x00"
	put(t, filepath.Join(dir, ".gitignore"), wide)
	put(t, filepath.Join(dir, "AGENTS.md"), wide)
	result := scaffold(t, dir, withAgents)
	files, got := contents(t, dir), actions(result.Entries)
	for _, path := range []string{".gitignore", "AGENTS.md"} {
		if files[path] != wide || got[path] != Kept || !strings.Contains(strings.Join(result.Warnings, "\n"), path+" is not UTF-8") {
			t.Errorf("%s: %q %v", path, files[path], result)
		}
	}
}
