package grammar

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/network"
)

const (
	maxGrammar   = 256 << 10
	maxNesting   = 100
	maxRepeat    = 10_000
	expectedForm = `expected rules such as: root ::= "yes" | "no" [0-9]+`
)

// ebnf reads grammars of the kind that llama.cpp and vLLM take:
//
//	root ::= item ("," item){0,9}   # a rule goes on until the next one
//	item ::= [a-z]+ | "\"" [^"\n]* "\""
type ebnf struct {
	b     *network.Builder
	text  string
	at    int
	rules map[string]network.Rule
	known map[string]bool // rules that have been defined
	used  []string        // names in the order of their use
	depth int
	count int // of rules without a name
}

// parseEBNF adds the rules of a grammar and returns the one named root.
func parseEBNF(b *network.Builder, text string) (network.Rule, error) {
	if len(text) > maxGrammar {
		return 0, fmt.Errorf("the grammar has more than %d KiB", maxGrammar>>10)
	}
	if !utf8.ValidString(text) {
		return 0, errors.New("the grammar is not UTF-8 text")
	}
	p := &ebnf{b: b, text: text, rules: map[string]network.Rule{}, known: map[string]bool{}}
	for p.blank(); p.at < len(p.text); p.blank() {
		if err := p.rule(); err != nil {
			line := 1 + strings.Count(p.text[:min(p.at, len(p.text))], "\n")
			return 0, fmt.Errorf("the grammar, line %d: %w", line, err)
		}
	}
	if !p.known["root"] {
		return 0, errors.New("the grammar has no rule named root: " + expectedForm)
	}
	for _, name := range p.used {
		if !p.known[name] {
			return 0, fmt.Errorf("the grammar uses %s, which it does not define", name)
		}
	}
	return p.rules["root"], nil
}

// blank skips white space and comments.
func (p *ebnf) blank() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		case '#':
			if end := strings.IndexByte(p.text[p.at:], '\n'); end >= 0 {
				p.at += end
			} else {
				p.at = len(p.text)
			}
		default:
			return
		}
	}
}

func (p *ebnf) take(token string) bool {
	if strings.HasPrefix(p.text[p.at:], token) {
		p.at += len(token)
		return true
	}
	return false
}

// name reads the name of a rule, "" when there is none.
func (p *ebnf) name() string {
	start := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (p.at == start || !(c >= '0' && c <= '9' || c == '-')) {
			break
		}
		p.at++
	}
	return p.text[start:p.at]
}

// definition reports whether the next thing is the begin of a rule.
func (p *ebnf) definition() bool {
	start := p.at
	defer func() { p.at = start }()
	if p.name() == "" {
		return false
	}
	p.blank()
	return p.take("::=")
}

func (p *ebnf) reference(name string) network.Rule {
	r, ok := p.rules[name]
	if !ok {
		r, _ = p.b.Rule(name)
		p.rules[name] = r
		p.used = append(p.used, name)
	}
	return r
}

func (p *ebnf) rule() error {
	name := p.name()
	p.blank()
	if name == "" || !p.take("::=") {
		return errors.New(expectedForm)
	}
	if p.known[name] {
		return fmt.Errorf("%s is defined twice", name)
	}
	p.known[name] = true
	end, err := p.alternatives(p.b.Start(p.reference(name)))
	if err != nil {
		return err
	}
	p.b.Final(end)
	if p.blank(); p.at < len(p.text) && !p.definition() {
		return fmt.Errorf("%q is not expected here", firstOf(p.text[p.at:]))
	}
	return nil
}

func (p *ebnf) alternatives(from network.State) (network.State, error) {
	if p.depth++; p.depth > maxNesting {
		return 0, fmt.Errorf("groups are nested more than %d levels deep", maxNesting)
	}
	defer func() { p.depth-- }()
	end := p.b.State()
	for {
		at := p.b.State()
		p.b.Link(from, at)
		at, err := p.sequence(at)
		if err != nil {
			return 0, err
		}
		p.b.Link(at, end)
		if p.blank(); !p.take("|") {
			return end, nil
		}
	}
}

func (p *ebnf) sequence(at network.State) (network.State, error) {
	for {
		p.blank()
		if p.at == len(p.text) || strings.IndexByte("|)", p.text[p.at]) >= 0 || p.definition() {
			return at, nil
		}
		part, err := p.item()
		if err != nil {
			return 0, err
		}
		least, most, err := p.quantifier()
		if err != nil {
			return 0, err
		}
		at = p.b.Repeat(at, least, most, part)
	}
}

// item reads one thing and returns what appends it.
func (p *ebnf) item() (func(network.State) network.State, error) {
	b := p.b
	switch c := p.text[p.at]; {
	case c == '"':
		text, err := p.literal()
		return func(at network.State) network.State { return b.Text(at, text) }, err
	case c == '[' || c == '.':
		return p.class()
	case c == '(':
		p.at++
		p.count++
		r, start := b.Rule(fmt.Sprintf("group %d", p.count))
		end, err := p.alternatives(start)
		if err != nil {
			return nil, err
		}
		b.Final(end)
		if p.blank(); !p.take(")") {
			return nil, errors.New("a ) is missing")
		}
		return func(at network.State) network.State { return b.Call(at, r) }, nil
	}
	name := p.name()
	if name == "" {
		return nil, fmt.Errorf("%q is not expected here", firstOf(p.text[p.at:]))
	}
	r := p.reference(name)
	return func(at network.State) network.State { return b.Call(at, r) }, nil
}

// quantifier reads how often the item before may come; once when nothing is said.
func (p *ebnf) quantifier() (least, most int, err error) {
	p.blank()
	switch {
	case p.take("*"):
		return 0, -1, nil
	case p.take("+"):
		return 1, -1, nil
	case p.take("?"):
		return 0, 1, nil
	case !p.take("{"):
		return 1, 1, nil
	}
	inside, rest, ok := strings.Cut(p.text[p.at:], "}")
	low, high, ranged := strings.Cut(inside, ",")
	if least, err = strconv.Atoi(strings.TrimSpace(low)); err != nil || !ok {
		return 0, 0, errors.New("after { there have to be numbers and a }, as in {2}, {2,} or {2,5}")
	}
	p.at = len(p.text) - len(rest)
	most = least
	if ranged {
		most = -1
		if high = strings.TrimSpace(high); high != "" {
			if most, err = strconv.Atoi(high); err != nil {
				return 0, 0, errors.New("after { there have to be numbers and a }, as in {2}, {2,} or {2,5}")
			}
		}
	}
	if least < 0 || max(least, most) > maxRepeat || most >= 0 && most < least {
		return 0, 0, fmt.Errorf("repeating from %d to %d times is not supported (at most %d)", least, most, maxRepeat)
	}
	return least, most, nil
}

// firstOf is what a message shows of the place where reading ended.
func firstOf(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	runes := []rune(line)
	return string(runes[:min(len(runes), 20)])
}
