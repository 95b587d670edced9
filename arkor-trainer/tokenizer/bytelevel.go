package tokenizer

import (
	"fmt"
	"strings"
)

// tokenizer.json writes bytes as printable characters: those that are
// printable in Latin-1 stand for themselves, the other 68 are moved to U+0100
// and on, in order.
const (
	firstMoved = 0x100
	movedCount = 68
)

func printable(b byte) bool {
	return b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE
}

// byteRunes returns the character that stands for each byte.
func byteRunes() (runes [256]rune) {
	moved := rune(firstMoved)
	for i := range runes {
		if printable(byte(i)) {
			runes[i] = rune(i)
			continue
		}
		runes[i] = moved
		moved++
	}
	return runes
}

// alphabet translates between bytes and the characters that stand for them.
type alphabet struct {
	runes [256]rune
	bytes [firstMoved + movedCount]int16 // by character, -1 where none
}

func newAlphabet() *alphabet {
	a := &alphabet{runes: byteRunes()}
	for i := range a.bytes {
		a.bytes[i] = -1
	}
	for b, r := range a.runes {
		a.bytes[r] = int16(b)
	}
	return a
}

func (a *alphabet) encode(raw string) string {
	var written strings.Builder
	for i := range len(raw) {
		written.WriteRune(a.runes[raw[i]])
	}
	return written.String()
}

func (a *alphabet) decode(written string) (string, error) {
	raw := make([]byte, 0, len(written))
	for _, r := range written {
		if int(r) >= len(a.bytes) || a.bytes[r] < 0 {
			return "", fmt.Errorf("token %q has the character %q, which stands for no byte", shorten(written), r)
		}
		raw = append(raw, byte(a.bytes[r]))
	}
	return string(raw), nil
}

func shorten(text string) string {
	const limit = 40
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}
