package plumbing

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// Diagnostic is a mistake with its place in the project. Lines count from 1 and
// columns, in bytes, from 0, as in what the terminal shows.
type Diagnostic struct {
	File    string `json:"file"` // relative to the project, with slashes
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Text    string `json:"text"`
	Snippet string `json:"snippet"` // the lines around it, numbered, with a mark below the place
}

const (
	maxDiagnostics = 20
	maxSaid        = 64 << 10
	maxLine        = 160
	around         = 2 // lines above and below
)

// diagnose returns what is known of the places of an error: those that the
// bundler names, or the first of the project's own in a stack that was printed.
func diagnose(dir string, err error, said string) []Diagnostic {
	var broken *bundle.Error
	if errors.As(err, &broken) {
		return ofMessages(dir, broken.Errors)
	}
	if exit := (*cli.ExitError)(nil); errors.As(err, &exit) {
		if found, ok := thrown(dir, said); ok {
			return []Diagnostic{found}
		}
	}
	return nil
}

func ofMessages(dir string, messages []api.Message) (found []Diagnostic) {
	for _, message := range messages {
		at := message.Location
		if at == nil || len(found) == maxDiagnostics {
			continue
		}
		found = append(found, Diagnostic{at.File, at.Line, at.Column, message.Text, snippet(dir, at.File, at.Line, at.Column, at.LineText)})
	}
	return found
}

// frame matches a line of a stack that names a file.
var frame = regexp.MustCompile(`^\s+at (?:.*\()?(?:file://)?(/[^()]*|[A-Za-z]:[\\/][^()]*):(\d+):(\d+)\)?$`)

// thrown reads the last error that was printed with a stack.
func thrown(dir, said string) (Diagnostic, bool) {
	const name = "arkor-build manifest: "
	at := strings.LastIndex(said, name)
	if at < 0 {
		return Diagnostic{}, false
	}
	var text []string
	for _, line := range strings.Split(said[at+len(name):], "\n") {
		match := frame.FindStringSubmatch(strings.TrimRight(line, "\r"))
		if match == nil {
			if len(text) < 10 && !strings.HasPrefix(strings.TrimSpace(line), "at ") {
				text = append(text, line)
			}
			continue
		}
		file, ok := inside(dir, match[1])
		if !ok {
			continue
		}
		number, _ := strconv.Atoi(match[2])
		column, _ := strconv.Atoi(match[3])
		return Diagnostic{file, number, max(column-1, 0), strings.TrimSpace(strings.Join(text, "\n")), snippet(dir, file, number, column-1, "")}, true
	}
	return Diagnostic{}, false
}

// inside returns a path as seen from the project, if it lies there.
func inside(dir, path string) (string, bool) {
	for _, root := range []string{dir, realPath(dir)} {
		file, err := filepath.Rel(root, filepath.FromSlash(path))
		if err == nil && filepath.IsLocal(file) && !strings.Contains(file, "node_modules") {
			return filepath.ToSlash(file), true
		}
	}
	return "", false
}

func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// snippet frames the place with its neighbours; without the file, the one line
// that is known has to do.
func snippet(dir, file string, line, column int, known string) string {
	lines := []string{known}
	first := line
	path := filepath.FromSlash(file)
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	if data, err := wholefile.Read(path, maxSource); err == nil && utf8.Valid(data) {
		if all := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n"); line >= 1 && line <= len(all) {
			first = max(line-around, 1)
			lines = all[first-1 : min(line+around, len(all))]
		}
	}
	width := len(strconv.Itoa(first + len(lines) - 1))
	var b strings.Builder
	for i, text := range lines {
		text = strings.TrimRight(text, "\r")
		mark := " "
		if first+i == line {
			mark = ">"
		}
		fmt.Fprintf(&b, "%s %*d │ %s\n", mark, width, first+i, shown(text))
		if first+i == line {
			before := shown(text[:min(max(column, 0), len(text))])
			fmt.Fprintf(&b, "  %*s ╵ %s^\n", width, "", strings.Repeat(" ", utf8.RuneCountInString(before)))
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// shown is a line without tabs, cut where it becomes too long to be shown.
func shown(line string) string {
	line = strings.ReplaceAll(strings.ToValidUTF8(line, "\uFFFD"), "\t", "    ")
	if utf8.RuneCountInString(line) > maxLine {
		line = string([]rune(line)[:maxLine]) + "…"
	}
	return line
}

// beginning keeps the first bytes of what is written to it.
type beginning struct {
	strings.Builder
	left int
}

func (b *beginning) Write(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.left -= n
	b.Builder.Write(p[:n])
	return len(p), nil
}
