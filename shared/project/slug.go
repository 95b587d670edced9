package project

import (
	"strings"
	"unicode"
)

const (
	maxSlug     = 40
	defaultName = "project"
)

// Name is what the project in dir is called: the last part of the path, split
// at slashes of both kinds on every system, or "project" at a root.
func Name(dir string) string {
	parts := strings.FieldsFunc(dir, func(r rune) bool { return r == '/' || r == '\\' })
	if len(parts) == 0 {
		return defaultName
	}
	return parts[len(parts)-1]
}

// Slug is the name of the project in dir as the API takes it. It names projects
// that exist, made by clients written in JavaScript, and so follows that
// language: lower case by Unicode's full mapping, one dash for every UTF-16 unit
// outside a-z, 0-9 and dash, dashes trimmed at both ends, and only then the cut
// to 40 characters, which may leave a dash at the end.
func Slug(dir string) string {
	var b strings.Builder
	for _, r := range Name(dir) {
		if r == '\u0130' { // İ becomes i and a combining dot; Go has one rune for one rune
			b.WriteString("i-")
			continue
		}
		r = unicode.ToLower(r)
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '-':
			b.WriteRune(r)
		case r > 0xFFFF:
			b.WriteString("--")
		default:
			b.WriteByte('-')
		}
	}
	slug := strings.Trim(b.String(), "-")
	if slug == "" {
		return defaultName
	}
	return slug[:min(len(slug), maxSlug)]
}
