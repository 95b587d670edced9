package regular

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// Where JSON Schema's dialect, which is JavaScript's, and Go's mean different
// things by the same signs: white space, and what a dot leaves out.
const (
	space    = `\t\n\x{0b}\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`
	notSpace = `\x{00}-\x{08}\x{0e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`
	dot      = `[^\n\r\x{2028}\x{2029}]`
)

// translate writes a pattern of JavaScript in Go's syntax.
func translate(pattern string) (string, error) {
	if !utf8.ValidString(pattern) {
		return "", errors.New("not UTF-8 text")
	}
	var out strings.Builder
	inClass := false
	for i := 0; i < len(pattern); i++ {
		rest := pattern[i:]
		switch c := pattern[i]; {
		case c == '\\':
			n, err := translateEscape(&out, rest, inClass)
			if err != nil {
				return "", err
			}
			i += n - 1
		case inClass:
			inClass = c != ']'
			if c == '[' {
				out.WriteByte('\\') // not the begin of a named class, which JavaScript lacks
			}
			out.WriteByte(c)
		case c == '[':
			if strings.HasPrefix(rest, "[]") || strings.HasPrefix(rest, "[^]") {
				return "", errors.New("an empty class of characters is not supported")
			}
			inClass = true
			out.WriteByte(c)
			if strings.HasPrefix(rest, "[^") {
				out.WriteByte('^')
				i++
			}
		case c == '.':
			out.WriteString(dot)
		case strings.HasPrefix(rest, "(?"):
			if len(rest) < 3 || !strings.ContainsRune(":<P", rune(rest[2])) {
				return "", fmt.Errorf("%q is not supported (lookahead and flags are not)", firstRunes(rest, 3))
			}
			if strings.HasPrefix(rest, "(?<=") || strings.HasPrefix(rest, "(?<!") {
				return "", errors.New("lookbehind is not supported")
			}
			out.WriteByte(c)
		default:
			out.WriteByte(c)
		}
	}
	return out.String(), nil
}

// translateEscape writes the escape that text begins with and returns its length.
func translateEscape(out *strings.Builder, text string, inClass bool) (int, error) {
	if len(text) < 2 {
		return 0, errors.New("ends in the middle of an escape")
	}
	set := func(chars string) int {
		if inClass {
			out.WriteString(chars)
		} else {
			out.WriteString("[" + chars + "]")
		}
		return 2
	}
	switch c := text[1]; c {
	case 's':
		return set(space), nil
	case 'S':
		return set(notSpace), nil
	case 'u', 'x':
		digits, n := text[2:], 0
		if c == 'u' {
			n = 4
		} else {
			n = 2
		}
		if strings.HasPrefix(digits, "{") {
			end := strings.IndexByte(digits, '}')
			if end < 2 || !isHex(digits[1:end]) {
				return 0, fmt.Errorf("%q is not an escape", firstRunes(text, 8))
			}
			out.WriteString(`\x{` + digits[1:end] + "}")
			return 2 + end + 1, nil
		}
		if len(digits) < n || !isHex(digits[:n]) {
			return 0, fmt.Errorf("%q is not an escape", firstRunes(text, 2+n))
		}
		out.WriteString(`\x{` + digits[:n] + "}")
		return 2 + n, nil
	case 'b':
		if inClass {
			out.WriteString(`\x08`)
			return 2, nil
		}
	case 'A', 'z', 'Z', 'Q', 'E', 'C', 'a', 'G', 'k', 'c':
		return 0, fmt.Errorf(`\%c is not supported`, c)
	case '0':
		out.WriteString(`\x{0}`)
		return 2, nil
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return 0, errors.New("references to groups are not supported")
	}
	_, size := utf8.DecodeRuneInString(text[1:])
	out.WriteString(text[:1+size])
	return 1 + size, nil
}

func isHex(text string) bool {
	return text != "" && strings.Trim(text, "0123456789abcdefABCDEF") == ""
}

func firstRunes(text string, n int) string {
	runes := []rune(text)
	return string(runes[:min(n, len(runes))])
}

// explain words an error of the parser.
func explain(err error) error {
	var wrong *syntax.Error
	if !errors.As(err, &wrong) {
		return err
	}
	if wrong.Code == syntax.ErrInvalidRepeatSize {
		return fmt.Errorf("%s %s: at most 1000 repetitions are supported", wrong.Code, wrong.Expr)
	}
	return fmt.Errorf("%s: %s", wrong.Code, wrong.Expr)
}
