package tokenizer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// splitter cuts text into pieces that are tokenized on their own; joined they
// are the text again.
type splitter func(text string, yield func(piece string))

// The expressions below use a negative look-ahead, which Go's regexp lacks on
// purpose, so each is a scanner of its own and is recognised by its text.
const (
	gpt2Pattern = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

	llama3Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	qwen2Pattern  = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

// patternSplitter returns the scanner of a known expression, or nil.
func patternSplitter(pattern string) splitter {
	switch pattern {
	case gpt2Pattern:
		return scanner(nextGPT2)
	case llama3Pattern:
		return scanner(func(text string) int { return nextLlama3(text, 3) })
	case qwen2Pattern:
		return scanner(func(text string) int { return nextLlama3(text, 1) })
	}
	return nil
}

// scanner turns a function that gives the length of the first piece into a splitter.
func scanner(next func(text string) int) splitter {
	return func(text string, yield func(string)) {
		for text != "" {
			n := next(text)
			yield(text[:n])
			text = text[n:]
		}
	}
}

// nextGPT2 is gpt2Pattern.
func nextGPT2(text string) int {
	if n := contraction(text, false); n > 0 {
		return n
	}
	skip := 0
	if text[0] == ' ' {
		skip = 1
	}
	for _, class := range []func(rune) bool{unicode.IsLetter, unicode.IsNumber, isOther} {
		if n := run(text[skip:], class); n > 0 {
			return skip + n
		}
	}
	return blank(text)
}

// nextLlama3 is llama3Pattern for digits = 3 and qwen2Pattern for digits = 1.
func nextLlama3(text string, digits int) int {
	if n := contraction(text, true); n > 0 {
		return n
	}
	first, width := utf8.DecodeRuneInString(text)
	if unicode.IsLetter(first) {
		return run(text, unicode.IsLetter)
	}
	if unicode.IsNumber(first) {
		return numbers(text, digits)
	}
	if first != '\r' && first != '\n' {
		if n := run(text[width:], unicode.IsLetter); n > 0 {
			return width + n
		}
	}
	skip := 0
	if first == ' ' {
		skip = 1
	}
	if n := run(text[skip:], isOther); n > 0 {
		n += skip
		return n + run(text[n:], isLineEnd)
	}
	spaces := text[:run(text, unicode.IsSpace)]
	if last := strings.LastIndexAny(spaces, "\r\n"); last >= 0 {
		return last + 1
	}
	return blank(text)
}

// blank is `\s+(?!\S)|\s+`: a run of space gives its last character to the
// word that follows, unless it has only one.
func blank(text string) int {
	n := run(text, unicode.IsSpace)
	if n == len(text) {
		return n
	}
	_, last := utf8.DecodeLastRuneInString(text[:n])
	if n > last {
		return n - last
	}
	return n
}

func contraction(text string, foldCase bool) int {
	if text[0] != '\'' {
		return 0
	}
	for _, suffix := range []string{"s", "t", "re", "ve", "m", "ll", "d"} {
		end := 1 + len(suffix)
		if len(text) < end {
			continue
		}
		if text[1:end] == suffix || foldCase && strings.EqualFold(text[1:end], suffix) {
			return end
		}
	}
	return 0
}

// run returns the length in bytes of the longest prefix whose characters are
// all in class.
func run(text string, class func(rune) bool) int {
	n := 0
	for n < len(text) {
		r, width := utf8.DecodeRuneInString(text[n:])
		if !class(r) {
			break
		}
		n += width
	}
	return n
}

func numbers(text string, limit int) int {
	n := 0
	for range limit {
		r, width := utf8.DecodeRuneInString(text[n:])
		if width == 0 || !unicode.IsNumber(r) {
			break
		}
		n += width
	}
	return n
}

func isOther(r rune) bool {
	return !unicode.IsSpace(r) && !unicode.IsLetter(r) && !unicode.IsNumber(r)
}

func isLineEnd(r rune) bool { return r == '\r' || r == '\n' }

// digits cuts out numbers, as one piece or digit by digit.
func digits(individual bool) splitter {
	limit := utf8.MaxRune
	if individual {
		limit = 1
	}
	notNumber := func(r rune) bool { return !unicode.IsNumber(r) }
	return scanner(func(text string) int {
		if n := run(text, notNumber); n > 0 {
			return n
		}
		return numbers(text, int(limit))
	})
}
