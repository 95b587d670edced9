package scaffold

import (
	"slices"
	"strings"
)

// yarnState is what yarn keeps in a project, but for what belongs in git.
const yarnState = ".yarn/cache\n.yarn/install-state.gz\n"

const yarnConfig = "nodeLinker: node-modules\n"

// gitignore plans .gitignore. The template's is for everybody; a new project
// also leaves out what yarn keeps, unless another program will install it.
func (p *Plan) gitignore(opts Options, create []byte) error {
	const path = ".gitignore"
	if p.folder.fresh && (opts.PackageManager == "yarn" || opts.PackageManager == "") {
		create = append(slices.Clone(create), yarnState...)
	}
	s, err := p.edit(path, create, func(old []byte) ([]byte, error) { return ignoreState(old), nil })
	if err != nil {
		return err
	}
	p.steps = append(p.steps, s)
	return nil
}

// ignoreState adds .arkor/ to a .gitignore that does not name it. It adds
// nothing else: what is tracked is the owner's choice.
func ignoreState(old []byte) []byte {
	text, hasBOM := strings.CutPrefix(string(old), bom)
	for line := range strings.Lines(text) {
		switch strings.TrimSpace(line) {
		case ".arkor/", ".arkor", "/.arkor", "/.arkor/":
			return old
		}
	}
	br := lineEnd(text)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += br
	}
	text += ".arkor/" + br
	if hasBOM {
		text = bom + text
	}
	return []byte(text)
}

// yarnSettings plans .yarnrc.yml: a new project that yarn installs gets the
// node_modules that other tools look for. One that exists has its own settings,
// and all of them work.
func (p *Plan) yarnSettings(opts Options) error {
	const path = ".yarnrc.yml"
	if opts.PackageManager != "yarn" {
		return nil
	}
	return p.createIf(p.folder.fresh, path, []byte(yarnConfig))
}
