package gitrepo

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"unicode"
)

// ErrMissing means that there is no git on PATH.
var ErrMissing = errors.New("git is not on PATH")

// Error is a git command that went wrong.
type Error struct {
	Command string // such as "git commit"
	Code    int    // exit status; -1 when a signal ended it or it did not start
	Stderr  string // the end of what it said, fit for a terminal
	Err     error
}

func (e *Error) Error() string {
	var exit *exec.ExitError
	switch {
	case !errors.As(e.Err, &exit):
		return fmt.Sprintf("`%s` did not start: %v", e.Command, e.Err)
	case e.Stderr == "":
		return fmt.Sprintf("`%s` exited with code %d", e.Command, e.Code)
	}
	return fmt.Sprintf("`%s` exited with code %d: %s", e.Command, e.Code, e.Stderr)
}

func (e *Error) Unwrap() error { return e.Err }

// most is how much of a program's last words is kept.
const most = 2 << 10

// tail keeps the end of what is written to it: hooks may say a lot.
type tail struct {
	data []byte
	cut  bool
}

func (t *tail) Write(p []byte) (int, error) {
	t.data = append(t.data, p...)
	if extra := len(t.data) - most; extra > 0 {
		t.data = append(t.data[:0], t.data[extra:]...)
		t.cut = true
	}
	return len(p), nil
}

// String returns text alone: no colours, no movements of the cursor.
func (t *tail) String() string {
	text := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(t.data), ""))
	text = strings.TrimSpace(text)
	if t.cut {
		return "…" + text
	}
	return text
}
