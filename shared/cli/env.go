// Package cli is the frame around every binary: what a command may touch of
// the process it runs in, how arguments are parsed, how errors are shown and
// what the exit status means.
package cli

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Env is what a command sees of its process. Nothing below a command package
// reads the environment, the clock of the terminal or the working directory in
// another way, so a test can run any command beside any other.
type Env struct {
	Args    []string // arguments after the program's name
	Dir     string   // working directory, absolute
	Program string   // absolute path of the running executable, for finding siblings
	Environ []string // "KEY=value" pairs, as given to child processes

	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer

	Notice *Notice // where requests record that this release is being phased out; nil keeps nothing
}

// String keeps the environment, which may hold secrets, out of what is printed.
func (e Env) String() string { return "environment of " + e.Program }

// GoString is String, for %#v.
func (e Env) GoString() string { return e.String() }

// LookupEnv returns the last value of an environment variable and whether it is set.
func (e Env) LookupEnv(name string) (string, bool) {
	for i := len(e.Environ) - 1; i >= 0; i-- {
		if key, value, ok := strings.Cut(e.Environ[i], "="); ok && key == name {
			return value, true
		}
	}
	return "", false
}

// Getenv returns the value of an environment variable, or "" when it is unset.
func (e Env) Getenv(name string) string {
	value, _ := e.LookupEnv(name)
	return value
}

// Home returns the user's home directory. Its error names the variable to set.
func (e Env) Home() (string, error) {
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if home := e.Getenv(name); home != "" {
			return home, nil
		}
	}
	return "", Hint(Errorf("no home directory: HOME is not set"), "set HOME to a folder that you may write to")
}

// IsTerminal reports whether a stream of Env is a terminal, that is, a person
// rather than a pipe, a file or the null device.
func IsTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// TerminalSize returns how many columns and rows a terminal has, and 0 for what
// is none.
func TerminalSize(stream any) (columns, rows int) {
	file, ok := stream.(*os.File)
	if !ok {
		return 0, 0
	}
	columns, rows, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0, 0
	}
	return columns, rows
}

// Interactive reports whether somebody is there to answer a question: all
// three streams are a terminal, and this is no CI job. CI=false counts as CI,
// as in the tool whose interface we keep.
func (e Env) Interactive() bool {
	return e.Getenv("CI") == "" && IsTerminal(e.Stdin) && IsTerminal(e.Stdout) && IsTerminal(e.Stderr)
}

// Color reports whether w is a terminal that wants colour (https://no-color.org).
func (e Env) Color(w io.Writer) bool {
	return IsTerminal(w) && e.Getenv("NO_COLOR") == "" && e.Getenv("TERM") != "dumb"
}
