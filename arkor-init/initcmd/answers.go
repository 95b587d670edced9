package initcmd

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"

	"github.com/arkorlab/arkor-go/arkor-init/scaffold"
	"github.com/arkorlab/arkor-go/arkor-init/template"
	"github.com/arkorlab/arkor-go/shared/prompt"
)

// defaultTemplate is what a project starts from when nobody says.
const defaultTemplate = "triage"

// project is what is going to be made.
type project struct {
	dir      string // absolute
	name     string // sanitised
	template template.Template
	backend  template.Backend
}

// answers completes what was typed by what a person says, or by defaults.
type answers struct {
	*command
	choices
	interactive bool
}

func (a answers) project(ctx context.Context) (p project, err error) {
	if p.dir, p.name, err = a.place(ctx); err != nil {
		return p, err
	}
	if p.template, err = a.template(ctx); err != nil {
		return p, err
	}
	p.backend, err = a.backend(ctx)
	return p, err
}

// place returns the directory of the project and its name.
func (a answers) place(ctx context.Context) (dir, name string, err error) {
	if a.choices.dir != nil || a.choices.mode == initMode {
		name, err = a.askName(ctx, a.usualName())
		return a.target, scaffold.Name(name), err
	}
	for rejected := ""; ; {
		if rejected != "" {
			name, err = prompt.Text(ctx, a.env, "Project name?", rejected, "")
		} else {
			name, err = a.askName(ctx, a.usualName())
		}
		if err != nil {
			return "", "", err
		}
		name = scaffold.Name(name)
		dir, err = scaffold.NewFolder(a.env.Dir, name)
		if err == nil || !a.interactive {
			return dir, name, err
		}
		fmt.Fprintf(a.env.Stderr, "Directory %q already exists and is not empty. Pick another name.\n", name+"/")
		rejected = name
	}
}

// usualName is the name that the project has unless somebody says otherwise.
func (a answers) usualName() string {
	switch {
	case a.choices.name != nil && a.choices.mode == initMode:
		return *a.choices.name
	case a.choices.name != nil:
		return scaffold.Name(*a.choices.name)
	case a.choices.dir == nil && a.choices.mode == createMode:
		return scaffold.Name("")
	}
	base := filepath.Base(a.target)
	if base == string(filepath.Separator) || base == "." {
		base = ""
	}
	return cmp.Or(base, scaffold.Name(""))
}

// askName asks for the name. In a directory that is there the usual one stands
// in the field; for a new one it is only suggested.
func (a answers) askName(ctx context.Context, usual string) (string, error) {
	switch {
	case !a.interactive:
		return usual, nil
	case a.choices.mode == createMode:
		return prompt.Text(ctx, a.env, "Project name?", "", usual)
	}
	return prompt.Text(ctx, a.env, "Project name?", usual, usual)
}

func (a answers) template(ctx context.Context) (template.Template, error) {
	id := defaultTemplate
	switch {
	case a.choices.template != nil:
		id = *a.choices.template
	case a.interactive:
		var options []prompt.Option
		for _, t := range template.All() {
			options = append(options, prompt.Option{Label: t.Label, Hint: t.Hint(template.Local)})
		}
		chosen, err := prompt.Select(ctx, a.env, "Starter template?", options, 0)
		if err != nil {
			return template.Template{}, err
		}
		return template.All()[chosen], nil
	}
	found, _ := template.Lookup(id)
	return found, nil
}

func (a answers) backend(ctx context.Context) (template.Backend, error) {
	if a.typed("backend") || !a.interactive {
		return template.Backend(cmp.Or(a.command.backend, string(template.Local))), nil
	}
	chosen, err := prompt.Select(ctx, a.env, "Where should it train?", []prompt.Option{
		{Label: "On this machine", Hint: "no account, no GPU, no network; a miniature model"},
		{Label: "In the cloud", Hint: "a larger model; `arkor login` says who you are"},
	}, 0)
	if chosen == 1 {
		return template.Cloud, err
	}
	return template.Local, err
}
