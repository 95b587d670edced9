// Package jobnotes keeps what a project's folder knows of its jobs and the
// backend does not: what people write about them, and what source they came of.
package jobnotes

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/arkorlab/arkor-go/shared/filelock"
	"github.com/arkorlab/arkor-go/shared/project"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// File is where the notes of a project lie, relative to its folder.
const File = project.Folder + "/notes.json"

// Limits of a note, in characters, and of all of them, in bytes.
const (
	MaxName = 120
	MaxText = 4000
	MaxTag  = 32
	MaxTags = 12
	maxFile = 1 << 20
)

// Note is what people wrote about a job.
type Note struct {
	Name string   `json:"name,omitempty"`
	Text string   `json:"text,omitempty"`
	Tags []string `json:"tags,omitempty"`
}

// ErrFull is the answer to a note for which there is no room.
var ErrFull = errors.New("the notes of this project are full; shorten others first")

// BrokenError is a file that is not what this package writes.
type BrokenError struct{ Err error }

func (e *BrokenError) Error() string {
	return filepath.FromSlash(File) + " cannot be read: " + e.Err.Error()
}

func (e *BrokenError) Unwrap() error { return e.Err }

// All returns the notes of the project in dir by job; none is no error.
func All(dir string) (map[string]Note, error) {
	f, err := read(dir)
	if err != nil {
		return nil, err
	}
	notes := make(map[string]Note, len(f.jobs))
	for id, raw := range f.jobs {
		var n Note
		if err := json.Unmarshal(raw, &n); err != nil {
			return nil, &BrokenError{err}
		}
		if n = n.Clean(); !n.empty() {
			notes[id] = n
		}
	}
	return notes, nil
}

// Set replaces the note of a job; an empty one removes it. It returns the note
// as it is kept.
func Set(ctx context.Context, dir, id string, n Note) (Note, error) {
	n = n.Clean()
	if err := n.check(); err != nil {
		return Note{}, err
	}
	folder := filepath.Join(dir, project.Folder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return Note{}, err
	}
	unlock, err := filelock.Lock(ctx, filepath.Join(folder, "notes.lock"))
	if err != nil {
		return Note{}, err
	}
	defer unlock()
	f, err := read(dir)
	if err != nil {
		return Note{}, err
	}
	if _, known := f.jobs[id]; n.empty() && !known {
		return n, nil
	}
	data, err := f.with(id, n)
	if err != nil {
		return Note{}, err
	}
	return n, wholefile.Write(filepath.Join(dir, filepath.FromSlash(File)), data, 0o600)
}

// InvalidError is a note that is not kept.
type InvalidError struct{ reason string }

func (e *InvalidError) Error() string { return e.reason }

func (n Note) check() error {
	invalid := func(format string, args ...any) error { return &InvalidError{fmt.Sprintf(format, args...)} }
	switch {
	case utf8.RuneCountInString(n.Name) > MaxName:
		return invalid("name must have at most %d characters", MaxName)
	case utf8.RuneCountInString(n.Text) > MaxText:
		return invalid("text must have at most %d characters", MaxText)
	case len(n.Tags) > MaxTags:
		return invalid("there may be at most %d tags", MaxTags)
	}
	for _, tag := range n.Tags {
		if utf8.RuneCountInString(tag) > MaxTag {
			return invalid("a tag must have at most %d characters", MaxTag)
		}
	}
	return nil
}

func (n Note) empty() bool { return n.Name == "" && n.Text == "" && len(n.Tags) == 0 }

// Clean returns the note without what cannot be seen, and without tags that come
// twice.
func (n Note) Clean() Note {
	line := func(s string) string { return strings.Join(strings.Fields(visible(s, "")), " ") }
	clean := Note{Name: line(n.Name), Text: strings.TrimSpace(visible(n.Text, "\n\t"))}
	for _, tag := range n.Tags {
		tag = line(strings.ReplaceAll(tag, ",", " ")) // where tags are typed, a comma ends one
		same := func(other string) bool { return strings.EqualFold(other, tag) }
		if tag != "" && !slices.ContainsFunc(clean.Tags, same) {
			clean.Tags = append(clean.Tags, tag)
		}
	}
	return clean
}

// visible drops characters that turn the direction of a line, move a cursor, or
// are nothing at all.
func visible(s, keep string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsPrint(r), strings.ContainsRune(keep, r), r == '\u200d': // joins emoji
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
}

// file is the file of the notes, with whatever else it holds.
type file struct {
	fields map[string]json.RawMessage
	jobs   map[string]json.RawMessage
}

func read(dir string) (file, error) {
	data, err := wholefile.Read(filepath.Join(dir, filepath.FromSlash(File)), maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return parse([]byte("{}"))
	}
	if err != nil {
		return file{}, &BrokenError{err}
	}
	return parse(data)
}

func parse(data []byte) (file, error) {
	f := file{fields: map[string]json.RawMessage{}, jobs: map[string]json.RawMessage{}}
	if err := json.Unmarshal(data, &f.fields); err != nil {
		return file{}, &BrokenError{err}
	}
	if f.fields == nil {
		return file{}, &BrokenError{errors.New("it holds null")}
	}
	if raw, ok := f.fields["jobs"]; ok {
		if err := json.Unmarshal(raw, &f.jobs); err != nil {
			return file{}, &BrokenError{err}
		}
	}
	return f, nil
}

// with returns the file with another note of a job.
func (f file) with(id string, n Note) ([]byte, error) {
	jobs, fields := maps.Clone(f.jobs), maps.Clone(f.fields)
	if jobs == nil {
		jobs = map[string]json.RawMessage{}
	}
	var err error
	if n.empty() {
		delete(jobs, id)
	} else if jobs[id], err = json.Marshal(n); err != nil {
		return nil, err
	}
	if fields["jobs"], err = json.Marshal(jobs); err != nil {
		return nil, err
	}
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(fields); err != nil {
		return nil, err
	}
	if data.Len() > maxFile {
		return nil, ErrFull
	}
	return data.Bytes(), nil
}
