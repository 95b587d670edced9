package corpus

import (
	"fmt"
	"strings"
	"unicode"
)

// Texts are written in a small notation: "[a|b|c]" is one of three, "[|a]" is a
// or nothing, brackets nest, and "{product}" is a slot. A slot that has been
// filled keeps its value for the rest of the conversation, so an answer repeats
// the order number that it was asked about.

type node struct {
	text    string // when slot and options are empty
	slot    string
	options [][]node
}

func parsePhrase(text string) []node {
	p := phraseParser{rest: text}
	nodes := p.sequence()
	if p.rest != "" {
		panic(fmt.Sprintf("corpus: %q: unexpected %q", text, p.rest[:1]))
	}
	return nodes
}

type phraseParser struct{ rest string }

// sequence reads up to a "|" or "]" that belongs to a choice around it.
func (p *phraseParser) sequence() (nodes []node) {
	for p.rest != "" {
		switch p.rest[0] {
		case '|', ']':
			return nodes
		case '[':
			nodes = append(nodes, node{options: p.choice()})
		case '{':
			end := strings.IndexByte(p.rest, '}')
			nodes = append(nodes, node{slot: p.rest[1:end]})
			p.rest = p.rest[end+1:]
		default:
			end := strings.IndexAny(p.rest, "[]{|")
			if end < 0 {
				end = len(p.rest)
			}
			nodes = append(nodes, node{text: p.rest[:end]})
			p.rest = p.rest[end:]
		}
	}
	return nodes
}

func (p *phraseParser) choice() (options [][]node) {
	for p.rest != "" {
		p.rest = p.rest[1:] // "[" or "|"
		options = append(options, p.sequence())
		if strings.HasPrefix(p.rest, "]") {
			p.rest = p.rest[1:]
			return options
		}
	}
	panic("corpus: a choice without an end")
}

// talk is one conversation in the making.
type talk struct {
	*random
	values map[string]string // filled slots
}

// say expands a text that may tell something new.
func (t *talk) say(texts ...string) string { return t.expand(false, texts) }

// answer expands a text that must not know what has not been said: it leaves
// out the choices that name a product, an order and the like before a slot of
// that kind has been filled.
func (t *talk) answer(texts ...string) string { return t.expand(true, texts) }

func (t *talk) expand(knownOnly bool, texts []string) string {
	var possible [][]node
	for _, text := range texts {
		if nodes := parsePhrase(text); !knownOnly || t.allKnown(nodes) {
			possible = append(possible, nodes)
		}
	}
	if len(possible) == 0 {
		panic(fmt.Sprintf("corpus: nothing to say without knowing more: %q", texts))
	}
	var out strings.Builder
	t.write(&out, pick(t.random, possible), knownOnly)
	return tidy(out.String())
}

func (t *talk) write(out *strings.Builder, nodes []node, knownOnly bool) {
	for _, n := range nodes {
		switch {
		case n.slot != "":
			out.WriteString(t.value(n.slot))
		case n.options != nil:
			possible := n.options
			if knownOnly {
				possible = nil
				for _, option := range n.options {
					if t.allKnown(option) {
						possible = append(possible, option)
					}
				}
			}
			t.write(out, pick(t.random, possible), knownOnly)
		default:
			out.WriteString(n.text)
		}
	}
}

func (t *talk) allKnown(nodes []node) bool {
	for _, n := range nodes {
		if n.slot != "" && isFact(n.slot) && t.values[n.slot] == "" {
			return false
		}
		if n.options == nil {
			continue
		}
		any := false
		for _, option := range n.options {
			any = any || t.allKnown(option)
		}
		if !any {
			return false
		}
	}
	return true
}

// value returns the value of a slot, chosen at its first use.
func (t *talk) value(slot string) string {
	value, ok := t.values[slot]
	if !ok {
		value = drawSlot(t.random, slot)
		t.values[slot] = value
	}
	return value
}

// tidy puts in what the notation leaves out: capital letters at the start of
// sentences, "an" before vowels, and no space too many.
func tidy(text string) string {
	for strings.Contains(text, "  ") {
		text = strings.ReplaceAll(text, "  ", " ")
	}
	for _, mark := range []string{".", ",", "?", "!", "\n"} {
		text = strings.ReplaceAll(text, " "+mark, mark)
	}
	text = strings.ReplaceAll(text, "\n ", "\n")
	text = strings.TrimSpace(text)
	for _, vowel := range "aeiou" {
		text = strings.ReplaceAll(text, " a "+string(vowel), " an "+string(vowel))
	}
	text = strings.ReplaceAll(text, " an us", " a us") // used, useful, user
	text = strings.ReplaceAll(text, " a hour", " an hour")
	return capitalize(text)
}

func capitalize(text string) string {
	start, last := true, ' '
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == ' ' && strings.ContainsRune(".?!", last):
			start = true
		case start && unicode.IsLetter(r):
			r, start = unicode.ToUpper(r), false
		case r != ' ' && r != '"':
			start = false
		}
		last = r
		return r
	}, text)
}
