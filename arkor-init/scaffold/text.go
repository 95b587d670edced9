package scaffold

import "strings"

// lineEnd returns the line end that most lines of text have.
func lineEnd(text string) string {
	crlf := strings.Count(text, "\r\n")
	if crlf > strings.Count(text, "\n")-crlf {
		return "\r\n"
	}
	return "\n"
}
