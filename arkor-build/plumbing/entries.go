package plumbing

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

const (
	maxEntries = 50
	maxSource  = 1 << 20
)

var (
	makesTrainer = regexp.MustCompile(`\bcreate(Trainer|Arkor)\s*\(`)
	exportsIt    = regexp.MustCompile(`(?m)^\s*export\s+(default\b|(const|let|var)\s+(trainer|arkor)\b|\{[^}]*\b(trainer|arkor|default)\b[^}]*\})`)
)

// entries returns the modules of src/arkor that could be an entry by how they
// read: running all of them to find out would run the user's code. What the
// entry consists of is none of its own.
func entries(dir, entry string, inputs []string) []string {
	found := []string{entry}
	folder := path.Dir(bundle.DefaultEntry)
	files, _ := os.ReadDir(filepath.Join(dir, filepath.FromSlash(folder)))
	for _, file := range files {
		name := path.Join(folder, file.Name())
		if len(found) == maxEntries {
			break
		}
		if !file.Type().IsRegular() || !isModule(file.Name()) || slices.Contains(found, name) {
			continue
		}
		// The usual entry is one even where another is made of it.
		if name != bundle.DefaultEntry && slices.Contains(inputs, name) {
			continue
		}
		text, err := wholefile.Read(filepath.Join(dir, filepath.FromSlash(name)), maxSource)
		if err == nil && makesTrainer.Match(text) && exportsIt.Match(text) {
			found = append(found, name)
		}
	}
	return found
}

func isModule(name string) bool {
	if strings.Contains(name, ".test.") || strings.HasSuffix(name, ".d.ts") {
		return false
	}
	return slices.Contains([]string{".ts", ".mts", ".tsx", ".js", ".mjs"}, path.Ext(name))
}
