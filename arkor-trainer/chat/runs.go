package chat

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// What one sample may take in an answer.
const (
	maxRuns    = 40
	maxRunText = 1000 // bytes, about a dozen lines of a terminal
)

// Runs shows what Encode makes of a sample, as stretches of tokens that fare
// alike. more counts the tokens behind the last one: there is an end to what is
// shown.
func (t *Template) Runs(s Sample, maxLength int, responsesOnly bool) (runs []cloud.Run, more int, err error) {
	e, err := t.Encode(s, math.MaxInt, responsesOnly)
	if err != nil {
		return nil, 0, err
	}
	var texts [][]byte
	for i, token := range e.Tokens {
		name, special := t.tok.Name(token)
		state := cloud.TokenIgnored
		switch {
		case i >= maxLength:
			state = cloud.TokenCut
		case e.Supervised[i]:
			state = cloud.TokenTrained
		}
		last := len(runs) - 1
		if last < 0 || runs[last].State != state || runs[last].Special != special {
			if last+1 == maxRuns {
				more = len(e.Tokens) - i
				break
			}
			runs, texts = append(runs, cloud.Run{State: state, Special: special}), append(texts, nil)
			last++
		}
		runs[last].Tokens++
		texts[last] = append(texts[last], name...)
	}
	for i := range runs {
		if i+1 < len(runs) {
			// A character of several tokens may fall on both sides of the cut.
			whole, part := splitPart(texts[i])
			texts[i], texts[i+1] = whole, append(part, texts[i+1]...)
		}
		runs[i].Text, runs[i].Elided = elide(strings.ToValidUTF8(string(texts[i]), "\ufffd"))
	}
	return runs, more, nil
}

// splitPart splits off what text ends with when that is the beginning of a
// character.
func splitPart(text []byte) (whole, part []byte) {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if at := len(text) - n; utf8.RuneStart(text[at]) {
			if !utf8.FullRune(text[at:]) {
				return text[:at], slices.Clone(text[at:])
			}
			break
		}
	}
	return text, nil
}

// elide leaves the middle of a long text out.
func elide(text string) (short string, elided bool) {
	if len(text) <= maxRunText {
		return text, false
	}
	head, tail := text[:2*maxRunText/3], text[len(text)-maxRunText/3:]
	return strings.ToValidUTF8(head, "") + " … " + strings.ToValidUTF8(tail, ""), true
}
