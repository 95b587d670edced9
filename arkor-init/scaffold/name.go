package scaffold

import "strings"

const (
	maxName     = 60
	defaultName = "arkor-project"
)

// Name turns any text into a name that package.json accepts: the ASCII letters
// and digits of text in lower case, one dash for each run of anything else, at
// most 60 characters.
func Name(text string) string {
	var b strings.Builder
	dash := false
	for i := 0; i < len(text) && b.Len() < maxName; i++ {
		c := text[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		default:
			if !dash {
				b.WriteByte('-')
			}
			dash = true
			continue
		}
		b.WriteByte(c)
		dash = false
	}
	name := strings.TrimSuffix(strings.TrimPrefix(b.String(), "-"), "-")
	if name == "" {
		return defaultName
	}
	return name
}
