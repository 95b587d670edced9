package chat

import "io/fs"

// Source returns the chat template of a model folder as it was written, in
// Jinja, "" when it has none.
func Source(fsys fs.FS) (string, error) {
	source, _, err := templateSource(fsys)
	return source, err
}

// DefaultSystem returns the system turn that the template makes for conversations
// without one, "" when it makes none.
func (t *Template) DefaultSystem() string { return t.systemPrefix + t.defaultSystem }
