// Package template holds the starter projects as files. What differs between
// them lives in a folder named after the template, what they share in common.
// A project can be made to train on this machine, or in the managed cloud.
package template

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"text/template"
)

//go:embed common */src */data/*.jsonl
var files embed.FS

// Backend says where a project trains, which decides its model and its data.
type Backend string

// The backends that a project can be made for. Local projects bring examples
// with them, in data/; those of a Cloud project are on the Hugging Face hub.
const (
	Local Backend = "local"
	Cloud Backend = "cloud"
)

// Template is one starter project.
type Template struct {
	ID      string
	Label   string // its name in a list of choices
	Summary string // the task, in a few words

	parse   string // function of its trainer.ts that reads an answer
	minutes map[Backend]int
	local   settings
	dataset string // on the hub
}

// settings are the numbers with which a template trains on this machine.
type settings struct {
	Epochs, BatchSize    int
	LearningRate         string
	EvalSteps, SaveSteps int
}

const (
	localModel = "arkor/tiny"
	cloudModel = "unsloth/gemma-4-E4B-it"
)

var templates = [...]Template{
	{
		ID: "triage", Label: "Triage", Summary: "sorts support tickets by topic and urgency",
		parse: "parseTriage", minutes: map[Backend]int{Local: 2, Cloud: 7}, dataset: "arkorlab/triage-demo",
		local: settings{Epochs: 6, BatchSize: 8, LearningRate: "3e-3", EvalSteps: 50, SaveSteps: 100},
	},
	{
		ID: "translate", Label: "Translate", Summary: "puts short messages into English",
		parse: "parseTranslation", minutes: map[Backend]int{Local: 3, Cloud: 7}, dataset: "arkorlab/translate-demo",
		local: settings{Epochs: 7, BatchSize: 4, LearningRate: "3e-3", EvalSteps: 150, SaveSteps: 300},
	},
	{
		ID: "redaction", Label: "Redaction", Summary: "takes personal data out of messages",
		parse: "parseRedaction", minutes: map[Backend]int{Local: 3, Cloud: 12}, dataset: "arkorlab/redaction-demo",
		local: settings{Epochs: 6, BatchSize: 4, LearningRate: "3e-3", EvalSteps: 150, SaveSteps: 300},
	},
	{
		ID: "blank", Label: "Blank", Summary: "a short trainer for your own examples",
		minutes: map[Backend]int{Local: 1}, dataset: "your-name/your-dataset",
		local: settings{Epochs: 20, BatchSize: 4, LearningRate: "3e-3", EvalSteps: 10, SaveSteps: 30},
	},
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

// All returns the templates in the order in which they are offered.
func All() []Template { return append([]Template(nil), templates[:]...) }

// IDs lists the ids of the templates, in the same order.
func IDs() []string {
	var ids []string
	for _, t := range templates {
		ids = append(ids, t.ID)
	}
	return ids
}

// Hint says what the template does and how long its training takes there. How
// long depends on the user's own data where a template comes with none.
func (t Template) Hint(backend Backend) string {
	minutes, known := t.minutes[backend]
	if !known {
		return t.Summary
	}
	return fmt.Sprintf("%s; trains in about %d min", t.Summary, minutes)
}

// paths is the content of a project in the order in which a reader meets it.
// What ends in .tmpl is filled in. A gitignore with its dot would be obeyed by
// this repository.
var paths = [...]struct{ target, source string }{
	{"src/arkor/index.ts", "common/src/arkor/index.ts"},
	{"src/arkor/trainer.ts", "{id}/src/arkor/trainer.ts.tmpl"},
	{"arkor.config.ts", "common/arkor.config.ts.tmpl"},
	{"data/train.jsonl", "{id}/data/train.jsonl"},
	{"data/heldout.jsonl", "{id}/data/heldout.jsonl"},
	{"README.md", "common/README.md.tmpl"},
	{".gitignore", "common/gitignore"},
	{"tsconfig.json", "common/tsconfig.json"},
}

// File is one file of a project, by its slash-separated path in it.
type File struct {
	Path string
	Data []byte
}

// Files returns the files of a project called name that trains on this machine.
func (t Template) Files(name string) ([]File, error) { return t.FilesFor(name, Local) }

// FilesFor returns the files of a project called name that trains on backend.
func (t Template) FilesFor(name string, backend Backend) ([]File, error) {
	if backend != Local && backend != Cloud {
		return nil, fmt.Errorf("no project is made for backend %q, only for %s and %s", backend, Local, Cloud)
	}
	var out []File
	for _, p := range paths {
		if backend != Local && strings.HasPrefix(p.target, "data/") {
			continue
		}
		source := strings.Replace(p.source, "{id}", t.ID, 1)
		data, err := fs.ReadFile(files, source)
		if err == nil && path.Ext(source) == ".tmpl" {
			data, err = t.fill(string(data), name, backend)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", source, err)
		}
		out = append(out, File{p.target, data})
	}
	return out, nil
}

// fill writes what a source says to a project of this name on this backend.
func (t Template) fill(source, name string, backend Backend) ([]byte, error) {
	parts, err := template.New("").Funcs(template.FuncMap{
		"name":    func() string { return name },
		"backend": func() Backend { return backend },
		"local":   func() bool { return backend == Local },
	}).ParseFS(files, "common/src/arkor/parts.ts.tmpl")
	if err != nil {
		return nil, err
	}
	main, err := parts.New("main").Parse(source)
	if err != nil {
		return nil, err
	}
	values := struct {
		settings
		Model, Dataset, Parse string
	}{t.local, cloudModel, t.dataset, t.parse}
	if backend == Local {
		values.Model = localModel
	}
	var out bytes.Buffer
	err = main.Execute(&out, values)
	return out.Bytes(), err
}
