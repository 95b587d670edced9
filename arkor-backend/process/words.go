package process

import (
	"strings"
	"unicode"
)

// LogEnd is how much of the end of a log LastWords should see: a crash of a Go
// program with some dozen goroutines fits.
const LogEnd = 64 << 10

// maxWords bounds what becomes part of a message.
const maxWords = 1 << 10

// LastWords is the line at the end of a process's log that says why it ended:
// where a Go program crashed the one above its stacks, else the last one that
// is no hint. "" means that there is none.
func LastWords(log []byte) string {
	last := ""
	for line := range strings.Lines(strings.ToValidUTF8(string(log), "")) {
		line = strings.Join(strings.FieldsFunc(line, unicode.IsControl), " ")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "hint: ") {
			continue
		}
		last = line
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			break
		}
	}
	if len(last) > maxWords {
		last = strings.ToValidUTF8(last[:maxWords], "") + "…"
	}
	return strings.TrimSpace(last)
}
