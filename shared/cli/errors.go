package cli

import (
	"errors"
	"fmt"
)

// Exit statuses. Wrong usage is 1, as in the tool whose interface we keep.
const (
	StatusOK          = 0
	StatusFailed      = 1
	StatusInterrupted = 130
	StatusTerminated  = 143
)

// Errorf is fmt.Errorf, here so that a command needs one import for its errors.
func Errorf(format string, args ...any) error { return fmt.Errorf(format, args...) }

// UsageError is a mistake in the arguments.
type UsageError struct{ message string }

func (e *UsageError) Error() string { return e.message }

// Usagef returns a UsageError.
func Usagef(format string, args ...any) error {
	return &UsageError{fmt.Sprintf(format, args...)}
}

// ErrCancelled means that a person left a question with Ctrl-C or Escape. The
// program ends as if it had been interrupted, and says so.
var ErrCancelled = errors.New("Cancelled by user")

// ExitError ends the program with a status and prints nothing: whoever returns
// it has already said what there is to say.
type ExitError struct {
	Status    int
	Completed bool // the command did its work, and the status is its answer
}

func (e *ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Status) }

type hintError struct {
	error
	hint string
}

func (e *hintError) Unwrap() error { return e.error }

// Hint adds to err the one line that tells the user what to do next.
func Hint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &hintError{err, fmt.Sprintf(format, args...)}
}

// HintOf returns the outermost hint of err, or "".
func HintOf(err error) string {
	var h *hintError
	if errors.As(err, &h) {
		return h.hint
	}
	return ""
}
