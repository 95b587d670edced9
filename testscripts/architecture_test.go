package testscripts

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The table of docs/architecture.md says of every package what is in it. Folders
// called internal may stand for those in them.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	modules, err := filepath.Glob("../*/go.mod")
	if err != nil || len(modules) < 8 {
		t.Fatal(modules, err)
	}
	named := func(folder string) bool { return strings.Contains(string(page), "`"+folder+"`") }
	for _, module := range modules {
		root := filepath.Dir(module)
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return err
			}
			if name := entry.Name(); name == "node_modules" || name == "testdata" {
				return filepath.SkipDir
			}
			files, err := filepath.Glob(filepath.Join(path, "*.go"))
			if err != nil || len(files) == 0 || path == root {
				return err
			}
			folder := filepath.ToSlash(strings.TrimPrefix(path, ".."+string(filepath.Separator)))
			parent, _, inside := strings.Cut(folder, "/internal/")
			if !named(folder) && !(inside && named(parent+"/internal")) {
				t.Errorf("docs/architecture.md does not say what is in %s", folder)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
