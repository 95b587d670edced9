// Package envfile reads the files that --env-file names.
package envfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// maxSize is far more than a process can be given.
const maxSize = 1 << 20

// Add returns env with the variables of files. What the environment holds
// already stays; of two files the later one wins.
func Add(env cli.Env, files []string) (cli.Env, error) {
	found := map[string]string{}
	var names []string // in the order of the files
	for _, name := range files {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(env.Dir, path)
		}
		text, err := read(path)
		if err != nil {
			return env, fmt.Errorf("read the env file %s: %w", name, err)
		}
		variables, err := parse(text)
		if err != nil {
			return env, fmt.Errorf("%s:%w", name, err)
		}
		for _, v := range variables {
			if _, again := found[v.name]; !again {
				names = append(names, v.name)
			}
			found[v.name] = v.value
		}
	}
	environ := append([]string{}, env.Environ...)
	for _, name := range names {
		if _, ok := env.LookupEnv(name); !ok {
			environ = append(environ, name+"="+found[name])
		}
	}
	env.Environ = environ
	return env, nil
}

func read(path string) (string, error) {
	file, err := os.Open(path)
	var where *os.PathError
	if errors.As(err, &where) {
		return "", where.Err // the path is in the message already
	}
	if err != nil {
		return "", err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	switch {
	case errors.As(err, &where):
		return "", where.Err
	case err != nil:
		return "", err
	case len(data) > maxSize:
		return "", fmt.Errorf("it is larger than %d bytes", maxSize)
	case !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0:
		return "", errors.New("it is not UTF-8 text")
	}
	return string(data), nil
}

type variable struct{ name, value string }

// lineError says what is wrong with a line, and nothing of what it holds.
type lineError struct {
	line   int
	reason string
}

func (e *lineError) Error() string { return fmt.Sprintf("%d: %s", e.line, e.reason) }

var validName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// parse reads NAME=value lines as "node --env-file" does, so that a file means
// the same to both: "export" may stand before the name; a value in quotes (", '
// or `) goes to the closing one, over as many lines as it takes, and \n in
// double quotes is the end of a line; any other value ends at a # or with its
// line. Nothing is expanded and nothing is run. What node passes over in
// silence is an error here.
func parse(text string) (variables []variable, err error) {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\uFEFF"), "\r\n", "\n")
	for line := 1; text != ""; line++ {
		statement, rest, _ := strings.Cut(text, "\n")
		trimmed := strings.TrimSpace(statement)
		if trimmed == "" || trimmed[0] == '#' {
			text = rest
			continue
		}
		name, value, ok := strings.Cut(statement, "=")
		name = strings.TrimSpace(name)
		if after, exported := strings.CutPrefix(name, "export"); exported && after != strings.TrimLeft(after, " \t") {
			name = strings.TrimSpace(after)
		}
		switch {
		case !ok:
			return nil, &lineError{line, "no = behind the name of a variable"}
		case !validName.MatchString(name):
			return nil, &lineError{line, "what stands before = is not the name of a variable"}
		}
		value = strings.TrimSpace(value)
		if value == "" || !strings.Contains("\"'`", value[:1]) {
			value, _, _ = strings.Cut(value, "#")
			variables = append(variables, variable{name, strings.TrimSpace(value)})
			text = rest
			continue
		}
		quote := value[:1]
		_, quoted, _ := strings.Cut(text, quote)
		value, rest, ok = strings.Cut(quoted, quote)
		if !ok {
			return nil, &lineError{line, "the quote is never closed"}
		}
		line += strings.Count(value, "\n")
		tail, after, _ := strings.Cut(rest, "\n")
		if tail = strings.TrimSpace(tail); tail != "" && tail[0] != '#' {
			return nil, &lineError{line, "something follows the closing quote"}
		}
		if quote == `"` {
			value = strings.ReplaceAll(value, `\n`, "\n")
		}
		variables = append(variables, variable{name, value})
		text = after
	}
	return variables, nil
}
