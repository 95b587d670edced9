package generate

import (
	"strings"
	"unicode/utf8"
)

// assembler turns the bytes of tokens into pieces of text that may be shown at
// once: whole characters, and nothing that may yet turn out to be the beginning
// of a stop string.
type assembler struct {
	stops   []string
	partial []byte // the beginning of a character
	held    []byte // text that may begin a stop string
}

// push adds the bytes of a token and returns the text that is ready. After a
// stop string was found, found is true and the text ends before it.
func (a *assembler) push(data []byte) (text string, found bool) {
	a.partial = append(a.partial, data...)
	rest := a.partial
	for len(rest) > 0 && utf8.FullRune(rest) {
		r, size := utf8.DecodeRune(rest) // U+FFFD for a byte that fits nowhere
		a.held = utf8.AppendRune(a.held, r)
		rest = rest[size:]
	}
	a.partial = append(a.partial[:0], rest...)
	all := string(a.held)
	if end := firstStop(all, a.stops); end >= 0 {
		a.held, a.partial = a.held[:0], a.partial[:0]
		return all[:end], true
	}
	ready := len(all) - undecided(all, a.stops)
	a.held = append(a.held[:0], all[ready:]...)
	return all[:ready], false
}

// flush returns the text that was held back. The beginning of a character that
// was never finished is dropped.
func (a *assembler) flush() string {
	text := string(a.held)
	a.held, a.partial = a.held[:0], a.partial[:0]
	return text
}

// firstStop returns where the earliest stop string begins in text, or -1.
func firstStop(text string, stops []string) int {
	first := -1
	for _, stop := range stops {
		if i := strings.Index(text, stop); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	return first
}

// undecided returns the length of the longest end of text that begins a stop string.
func undecided(text string, stops []string) int {
	longest := 0
	for _, stop := range stops {
		for n := min(len(stop)-1, len(text)); n > longest; n-- {
			if strings.HasSuffix(text, stop[:n]) {
				longest = n
				break
			}
		}
	}
	return longest
}
