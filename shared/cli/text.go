package cli

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// OneLine takes out of a text that came from elsewhere what could move the
// cursor, break the line or turn its direction.
func OneLine(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	}), " ")
}

// maxShown is how much of a foreign text an error repeats, in bytes.
const maxShown = 500

// Excerpt is the beginning of OneLine of a text, never cut inside a character.
func Excerpt(text string) string {
	text = OneLine(text)
	if len(text) <= maxShown {
		return text
	}
	n := maxShown
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
