// Package template holds the starter projects as files. What differs between
// them lives in a folder named after the template, what they share in common.
package template

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed common triage/src triage/data/*.jsonl
var files embed.FS

// Template is one starter project.
type Template struct {
	ID      string
	Summary string // the task, in a few words
}

var templates = [...]Template{
	{ID: "triage", Summary: "sorts support tickets into category, urgency, summary and next action"},
}

// Lookup returns the template with exactly this id.
func Lookup(id string) (Template, bool) {
	for _, t := range templates {
		if t.ID == id {
			return t, true
		}
	}
	return Template{}, false
}

// IDs lists the templates in the order in which they are offered.
func IDs() []string {
	var ids []string
	for _, t := range templates {
		ids = append(ids, t.ID)
	}
	return ids
}

// paths is the content of a project in the order in which a reader meets it.
// A gitignore with its dot would be obeyed by this repository.
var paths = [...]struct{ target, source string }{
	{"src/arkor/index.ts", "common/src/arkor/index.ts"},
	{"src/arkor/trainer.ts", "{id}/src/arkor/trainer.ts"},
	{"arkor.config.ts", "common/arkor.config.ts"},
	{"data/train.jsonl", "{id}/data/train.jsonl"},
	{"data/heldout.jsonl", "{id}/data/heldout.jsonl"},
	{"README.md", "common/README.md"},
	{".gitignore", "common/gitignore"},
	{"tsconfig.json", "common/tsconfig.json"},
}

// File is one file of a project, by its slash-separated path in it.
type File struct {
	Path string
	Data []byte
}

// Files returns the files of a project called name.
func (t Template) Files(name string) ([]File, error) {
	var out []File
	for _, p := range paths {
		data, err := fs.ReadFile(files, strings.Replace(p.source, "{id}", t.ID, 1))
		if err != nil {
			return nil, err
		}
		if p.target == "README.md" {
			data = []byte(strings.ReplaceAll(string(data), "{{name}}", name))
		}
		out = append(out, File{p.target, data})
	}
	return out, nil
}
