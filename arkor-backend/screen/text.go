package screen

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// width is how many columns a text takes on a terminal, or one more: from
// U+1100 on some characters are two wide.
func width(text string) (n int) {
	for _, r := range text {
		n += columns(r)
	}
	return n
}

func columns(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case r < 0x1100 || r == '…':
		return 1
	}
	return 2
}

// Cut returns as much of a text as fits into so many columns.
func Cut(text string, room int) string {
	if width(text) <= room {
		return text
	}
	room-- // for the dots
	for i, r := range text {
		if room -= columns(r); room < 0 {
			return text[:i] + "…"
		}
	}
	return text
}

// Pad fills a text up with blanks to so many columns.
func Pad(text string, to int) string { return text + strings.Repeat(" ", max(0, to-width(text))) }

// The colours of a terminal.
const (
	Red, Green, Yellow, Blue, Dim = "31", "32", "33", "34", "2"
)

// Paint colours a text where that is wanted.
func Paint(on bool, colour, text string) string {
	if !on || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// PrintJSON prints a value on a line of its own. What could act on a terminal
// inside a string is escaped.
func PrintJSON(w io.Writer, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, r := range string(data) {
		if unicode.In(r, unicode.Cc, unicode.Cf) && r <= 0xffff {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	b.WriteByte('\n')
	_, err = io.WriteString(w, b.String())
	return err
}
