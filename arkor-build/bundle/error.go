package bundle

import (
	"fmt"
	"io"

	"github.com/evanw/esbuild/pkg/api"
)

// Error holds what the bundler found wrong in the user's code.
type Error struct {
	Errors   []api.Message
	Warnings []api.Message
}

// Error is the count line; Print shows the messages above it.
func (e *Error) Error() string {
	if len(e.Errors) == 1 {
		return "Build failed with 1 error"
	}
	return fmt.Sprintf("Build failed with %d errors", len(e.Errors))
}

// Print writes every message with its file, line, column, source line and
// caret, then the count.
func (e *Error) Print(w io.Writer, color bool) {
	PrintWarnings(w, e.Warnings, color)
	printMessages(w, e.Errors, api.ErrorMessage, color)
	fmt.Fprintln(w, e.Error())
}

// PrintWarnings writes messages that did not fail a build.
func PrintWarnings(w io.Writer, warnings []api.Message, color bool) {
	printMessages(w, warnings, api.WarningMessage, color)
}

func printMessages(w io.Writer, messages []api.Message, kind api.MessageKind, color bool) {
	for _, text := range api.FormatMessages(messages, api.FormatMessagesOptions{Kind: kind, Color: color}) {
		fmt.Fprint(w, text)
	}
}
