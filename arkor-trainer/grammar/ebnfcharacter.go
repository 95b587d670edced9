package grammar

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/network"
)

func (p *ebnf) literal() (string, error) {
	p.at++
	var text strings.Builder
	for p.at < len(p.text) && p.text[p.at] != '\n' {
		if p.take(`"`) {
			return text.String(), nil
		}
		r, err := p.character()
		if err != nil {
			return "", err
		}
		text.WriteRune(r)
	}
	return "", errors.New(`a " is missing`)
}

// character reads one character or escape.
func (p *ebnf) character() (rune, error) {
	if !p.take(`\`) {
		r, size := utf8.DecodeRuneInString(p.text[p.at:])
		p.at += size
		return r, nil
	}
	if p.at == len(p.text) {
		return 0, errors.New("ends in the middle of an escape")
	}
	r, size := utf8.DecodeRuneInString(p.text[p.at:])
	p.at += size
	switch r {
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case '"', '\'', '\\', '[', ']', '^', '-', '/', '.':
		return r, nil
	}
	digits, ok := map[rune]int{'x': 2, 'u': 4, 'U': 8}[r]
	if !ok || p.at+digits > len(p.text) {
		return 0, fmt.Errorf(`\%c is not an escape`, r)
	}
	code, err := strconv.ParseUint(p.text[p.at:p.at+digits], 16, 32)
	if err != nil || !utf8.ValidRune(rune(code)) {
		return 0, fmt.Errorf(`\%c%s is not an escape of a character`, r, p.text[p.at:p.at+digits])
	}
	p.at += digits
	return rune(code), nil
}

// class reads a set of characters, [a-z], [^a-z] or a dot for any.
func (p *ebnf) class() (func(network.State) network.State, error) {
	var ranges [][2]rune
	negated := p.take(".")
	if !negated {
		p.at++
		negated = p.take("^")
		for !p.take("]") {
			if p.at == len(p.text) || p.text[p.at] == '\n' {
				return nil, errors.New("a ] is missing")
			}
			low, err := p.character()
			if err != nil {
				return nil, err
			}
			high := low
			if strings.HasPrefix(p.text[p.at:], "-") && !strings.HasPrefix(p.text[p.at:], "-]") {
				p.at++
				if p.at == len(p.text) {
					return nil, errors.New("a ] is missing")
				}
				if high, err = p.character(); err != nil {
					return nil, err
				}
			}
			if high < low {
				return nil, fmt.Errorf("the range %c-%c is empty", low, high)
			}
			ranges = append(ranges, [2]rune{low, high})
		}
	}
	if negated {
		ranges = complement(ranges)
	}
	p.count++
	r, start := p.b.Rule(fmt.Sprintf("class %d", p.count))
	end := p.b.State()
	p.b.Final(end)
	for _, part := range ranges {
		p.b.Runes(start, part[0], part[1], end)
	}
	return func(at network.State) network.State { return p.b.Call(at, r) }, nil
}

func complement(ranges [][2]rune) [][2]rune {
	slices.SortFunc(ranges, func(a, b [2]rune) int { return int(a[0] - b[0]) })
	var rest [][2]rune
	next := rune(0)
	for _, r := range ranges {
		if r[0] > next {
			rest = append(rest, [2]rune{next, r[0] - 1})
		}
		next = max(next, r[1]+1)
	}
	if next <= utf8.MaxRune {
		rest = append(rest, [2]rune{next, utf8.MaxRune})
	}
	return rest
}
