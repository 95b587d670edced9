// Package scaffold decides which files a project gets and writes them. It talks
// to nobody and starts nothing: the command around it does.
//
// Everything is looked at and checked before the first byte is written. What a
// person wrote stays: a file that exists is kept, or gains what it lacks and
// keeps every other byte. Each file appears whole or not at all, nothing is
// written outside the project, and a failure half-way takes back what was done.
//
// Two warnings of the tool that this one follows are missing on purpose. The
// runner loads .pnp.cjs, so projects that yarn installs without node_modules work
// and no setting of yarn is an obstacle; and the npm package arkor has no install
// script, so pnpm needs no pnpm-workspace.yaml to approve one.
package scaffold

import "github.com/arkorlab/arkor-go/arkor-init/template"

// Action says what happened, or will happen, to a path.
type Action string

// The actions.
const (
	Created Action = "created" // it was missing and is written
	Kept    Action = "kept"    // it exists and stays as it is
	Patched Action = "patched" // it exists and gains what it lacked
	OK      Action = "ok"      // it exists and lacks nothing
	Skipped Action = "skipped" // it is missing and stays so on purpose
)

// Entry is one line of the report: a slash-separated path in the project.
type Entry struct {
	Action Action `json:"action"`
	Path   string `json:"path"`
}

// Result is what a person gets to see.
type Result struct {
	Name     string // of the project, as package.json has it
	Entries  []Entry
	Warnings []string // one line each, without a full stop
}

// Options say what to make and where.
type Options struct {
	Dir      string // absolute; made with its parents when missing
	Name     string // of the project, already through Name; a package.json that exists knows better
	Template template.Template
	Backend  template.Backend // where the project will train

	PackageManager string // "npm", "pnpm", "yarn" or "bun"; "" when nothing tells which
	AgentsMD       bool   // AGENTS.md and CLAUDE.md, for coding assistants
	SDK            string // range of the npm package arkor, see SDKRange
}

// files returns what the template has for a project of this name.
func (o Options) files(name string) ([]template.File, error) {
	return o.Template.FilesFor(name, o.Backend)
}
