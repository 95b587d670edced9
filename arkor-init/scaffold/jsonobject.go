package scaffold

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// SyntaxError is a mistake in a file that a person has written.
type SyntaxError struct {
	Path         string // absolute
	Line, Column int    // from 1; columns are characters
	Text         string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Path, e.Line, e.Column, e.Text)
}

func errorAt(text string, offset int, format string, args ...any) error {
	before := text[:min(max(offset, 0), len(text))]
	start := strings.LastIndexByte(before, '\n') + 1
	return &SyntaxError{
		Line:   1 + strings.Count(before, "\n"),
		Column: 1 + utf8.RuneCountInString(before[start:]),
		Text:   fmt.Sprintf(format, args...),
	}
}

// object is a JSON object by the place of its members in a text.
type object struct {
	start, end int // from its brace to behind its other brace
	members    []member
}

type member struct {
	key             string
	keyStart        int
	value           gjson.Result
	valueStart, end int
}

// parseRoot reads a text that must be one JSON object.
func parseRoot(text string) (object, error) {
	var raw json.RawMessage
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		var syntax *json.SyntaxError
		if !errors.As(err, &syntax) {
			return object{}, err
		}
		offset := int(syntax.Offset)
		if offset < len(text) || !strings.Contains(err.Error(), "unexpected end") {
			offset-- // what is wrong has been read by then
		}
		return object{}, errorAt(text, offset, "%v", err)
	}
	root := gjson.Parse(text)
	if !root.IsObject() {
		return object{}, errorAt(text, root.Index, "the top level is not an object")
	}
	root.Raw = strings.TrimRight(root.Raw, spaces) // it is all the rest of the text
	return parseObject(text, root)
}

// parseObject reads the members of value, an object in text. One of two members
// with the same name hides the other, so it would be chance which one an edit
// changes: that is an error.
func parseObject(text string, value gjson.Result) (object, error) {
	o := object{start: value.Index, end: value.Index + len(value.Raw)}
	seen := map[string]bool{}
	var err error
	value.ForEach(func(key, value gjson.Result) bool {
		if seen[key.Str] {
			err = errorAt(text, key.Index, "duplicate key %q", key.Str)
			return false
		}
		seen[key.Str] = true
		o.members = append(o.members, member{key.Str, key.Index, value, value.Index, value.Index + len(value.Raw)})
		return true
	})
	return o, err
}

// parseMember reads the object that is the member key of o, or returns nil.
func (o object) parseMember(text, key string) (*object, error) {
	m := o.find(key)
	if m == nil {
		return nil, nil
	}
	if !m.value.IsObject() {
		return nil, errorAt(text, m.valueStart, "%q is not an object", key)
	}
	inner, err := parseObject(text, m.value)
	return &inner, err
}

func (o object) find(key string) *member {
	if i := slices.IndexFunc(o.members, func(m member) bool { return m.key == key }); i >= 0 {
		return &o.members[i]
	}
	return nil
}
