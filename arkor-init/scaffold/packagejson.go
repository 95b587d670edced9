package scaffold

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
)

var scripts = [...]field{
	{key: "dev", text: "arkor dev"},
	{key: "build", text: "arkor build"},
	{key: "start", text: "arkor start"},
}

const bom = "\ufeff"

// newPackageJSON is the package.json of a project that has none.
func newPackageJSON(name, sdk string) ([]byte, error) {
	type commands struct {
		Dev   string `json:"dev"`
		Build string `json:"build"`
		Start string `json:"start"`
	}
	type dependencies struct {
		Arkor string `json:"arkor"`
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(struct {
		Name            string       `json:"name"`
		Private         bool         `json:"private"`
		Type            string       `json:"type"`
		Scripts         commands     `json:"scripts"`
		DevDependencies dependencies `json:"devDependencies"`
	}{name, true, "module", commands{scripts[0].text, scripts[1].text, scripts[2].text}, dependencies{sdk}})
	return out.Bytes(), err
}

// patchPackageJSON returns data with the scripts that it lacks and with the
// package arkor, unless it asks for that already. Everything else in it stays as
// it is, byte for byte: an encoder would lay the file out anew, and so would
// tidwall/sjson, which drops the last line end besides. An error is a
// *SyntaxError without its path.
func patchPackageJSON(data []byte, sdk string) ([]byte, error) {
	text, hasBOM := strings.CutPrefix(string(data), bom)
	text, err := addScripts(text)
	if err == nil {
		text, err = addDependency(text, sdk)
	}
	if err != nil {
		return nil, err
	}
	if hasBOM {
		text = bom + text
	}
	return []byte(text), nil
}

func addScripts(text string) (string, error) {
	root, err := parseRoot(text)
	if err != nil {
		return "", err
	}
	present, err := root.parseMember(text, "scripts")
	if err != nil {
		return "", err
	}
	if present == nil {
		return root.add(text, nil, []field{{key: "scripts", fields: scripts[:]}}), nil
	}
	var missing, empty []field
	for _, s := range scripts {
		if m := present.find(s.key); m == nil {
			missing = append(missing, s)
		} else if m.value.Raw == `""` {
			empty = append(empty, s)
		}
	}
	// From the end, so that what is still to be done keeps its place.
	outer := root.layout(text, nil)
	text = present.add(text, &outer, missing)
	slices.SortFunc(empty, func(a, b field) int {
		return present.find(b.key).valueStart - present.find(a.key).valueStart
	})
	for _, s := range empty {
		m := present.find(s.key)
		text = text[:m.valueStart] + quote(s.text) + text[m.end:]
	}
	return text, nil
}

func addDependency(text, sdk string) (string, error) {
	root, err := parseRoot(text)
	if err != nil {
		return "", err
	}
	dependencies, err := root.parseMember(text, "dependencies")
	if err != nil {
		return "", err
	}
	development, err := root.parseMember(text, "devDependencies")
	if err != nil {
		return "", err
	}
	for _, o := range []*object{dependencies, development} {
		if o != nil && o.find("arkor") != nil {
			return text, nil
		}
	}
	arkor := []field{{key: "arkor", text: sdk}}
	if development == nil {
		return root.add(text, nil, []field{{key: "devDependencies", fields: arkor}}), nil
	}
	outer := root.layout(text, nil)
	return development.add(text, &outer, arkor), nil
}

// packageName returns the name in a package.json, or "" if it has none that
// fits on a line.
func packageName(data []byte) string {
	root, err := parseRoot(strings.TrimPrefix(string(data), bom))
	if err != nil {
		return ""
	}
	m := root.find("name")
	if m == nil || strings.ContainsFunc(m.value.Str, unicode.IsControl) {
		return ""
	}
	return strings.TrimSpace(m.value.Str) // "" if it is not a text
}
