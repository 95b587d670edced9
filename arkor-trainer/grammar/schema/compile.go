package schema

import (
	"fmt"
	"slices"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/network"
	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/regular"
)

const (
	// maxWork bounds the steps of a compilation that make no states.
	maxWork = 1_000_000
	// maxProperties is how many properties an object may name.
	maxProperties = 1000
	// longest is the upper limit of what may repeat, when the schema's is larger.
	longest = 10_000
	// maxRun is how far a line may be indented.
	maxRun = 24
)

// Options say how the JSON may be written.
type Options struct {
	Object     bool         // it has to be an object
	Strict     bool         // every object has to be closed and its properties required
	Closed     bool         // objects have no further properties where the schema says nothing of them
	Compact    bool         // no white space between the parts
	Whitespace *regular.DFA // what may be between the parts instead of the usual
}

// Compile adds the rule of the JSON texts that satisfy a schema. Errors are of
// type *Error, or the builder's.
func Compile(b *network.Builder, source []byte, o Options) (network.Rule, error) {
	root, err := decode(source)
	if err != nil {
		return 0, err
	}
	c := newCompiler(b, o)
	c.parser.root = root
	n, err := c.parser.parse(root, "")
	if err != nil {
		return 0, err
	}
	conj := []*node{n}
	if o.Object {
		conj = append(conj, anyObject())
	}
	r := c.rule(conj)
	return r, c.define()
}

func anyObject() *node { return &node{kinds: mapping, most: -1, maxItems: -1, maxText: -1} }

// Object adds the rule of any JSON object.
func Object(b *network.Builder, o Options) (network.Rule, error) {
	c := newCompiler(b, o)
	c.closed = false
	r := c.rule([]*node{anyObject()})
	return r, c.define()
}

const noState network.State = -1

type compiler struct {
	b         *network.Builder
	parser    parser
	closed    bool
	compact   bool
	space     *regular.DFA
	rules     map[string]network.Rule // by the schemas that have to be satisfied
	shared    map[string]network.Rule // by name
	ids       map[*node]int
	exclusive map[*node]bool
	todo      []task
	work      int
}

// task is a rule whose inside is not there yet.
type task struct {
	rule network.Rule
	conj []*node
}

func newCompiler(b *network.Builder, o Options) *compiler {
	return &compiler{
		b: b, parser: parser{strict: o.Strict, nodes: map[string]*node{}},
		closed: o.Closed, compact: o.Compact, space: o.Whitespace,
		rules: map[string]network.Rule{}, shared: map[string]network.Rule{}, ids: map[*node]int{}, exclusive: map[*node]bool{},
	}
}

// rule returns the rule of the values that satisfy all of conj. Equal
// conjunctions share one, which is what makes recursion end.
func (c *compiler) rule(conj []*node) network.Rule {
	var ids []int
	var name string
	for _, n := range conj {
		id, ok := c.ids[n]
		if !ok {
			id = len(c.ids)
			c.ids[n] = id
		}
		ids, name = append(ids, id), n.at
	}
	slices.Sort(ids)
	key := fmt.Sprint(slices.Compact(ids))
	if r, ok := c.rules[key]; ok {
		return r
	}
	r, _ := c.b.Rule("the schema at " + name)
	c.rules[key] = r
	c.todo = append(c.todo, task{r, conj})
	return r
}

func (c *compiler) define() error {
	for len(c.todo) > 0 {
		t := c.todo[len(c.todo)-1]
		c.todo = c.todo[:len(c.todo)-1]
		alternatives, err := c.alternatives(orAnything(t.conj))
		if err != nil {
			return err
		}
		for _, flat := range alternatives {
			end, err := c.value(c.b.Start(t.rule), merge(flat))
			if err != nil {
				return err
			}
			c.b.Final(end)
		}
	}
	return nil
}

// once returns the rule of a name, which add fills in the first time.
func (c *compiler) once(name string, add func(from network.State) network.State) network.Rule {
	if r, ok := c.shared[name]; ok {
		return r
	}
	r, start := c.b.Rule(name)
	c.shared[name] = r
	c.b.Final(add(start))
	return r
}

// value appends the values of a shape.
func (c *compiler) value(from network.State, s *shape) (network.State, error) {
	end := c.b.State()
	if s.enum != nil {
		var words []string
		for _, value := range s.enum {
			ok, err := s.allows(value)
			if err != nil {
				return 0, err
			}
			if ok {
				words = append(words, write(value))
			}
		}
		c.b.Link(c.b.Words(from, words), end)
		return end, nil
	}
	if s.kinds&null != 0 {
		c.b.Link(c.b.Text(from, "null"), end)
	}
	if s.kinds&boolean != 0 {
		c.b.Link(c.b.Words(from, []string{"true", "false"}), end)
	}
	for _, part := range []struct {
		kind   kinds
		append func(network.State, *shape) (network.State, error)
	}{{number, c.numbers}, {text, c.text}, {array, c.array}, {mapping, c.object}} {
		if s.kinds&part.kind == 0 {
			continue
		}
		at, err := part.append(from, s)
		if err != nil {
			return 0, err
		}
		c.b.Link(at, end)
	}
	return end, nil
}

// text appends a string.
func (c *compiler) text(from network.State, s *shape) (network.State, error) {
	at := c.b.Byte(from, network.Of(`"`))
	if len(s.texts) == 0 {
		if s.minText > longest {
			return 0, wrong(s.at, "minLength over %d is not supported", longest)
		}
		most := s.maxText
		if most > longest {
			most = longest
		}
		if most >= 0 && most < s.minText {
			return c.b.State(), nil // nothing leads there
		}
		at = c.b.Repeat(at, s.minText, most, func(at network.State) network.State { return c.b.Call(at, c.characterRule()) })
		return c.b.Byte(at, network.Of(`"`)), nil
	}
	d := s.texts[0]
	var err error
	for _, other := range s.texts[1:] {
		if d, err = regular.And(d, other); err != nil {
			return 0, wrong(s.at, "pattern and format together are %v", err)
		}
	}
	if s.minText > 0 || s.maxText >= 0 {
		length, err := regular.Length(s.minText, s.maxText)
		if err == nil {
			d, err = regular.And(d, length)
		}
		if err != nil {
			return 0, wrong(s.at, "minLength and maxLength together with pattern or format are %v", err)
		}
	}
	return c.b.Byte(c.b.Automaton(at, d, true), network.Of(`"`)), nil
}

// characterRule is one character of a string in any way that JSON allows to
// write it, except for pairs of escapes that together are one character.
func (c *compiler) characterRule() network.Rule {
	return c.once("a character", func(at network.State) network.State {
		b := c.b
		end := b.State()
		b.Edge(at, network.Bytes(0x20, 0x7F).And(network.Of(`"\`).Not()), end)
		b.Runes(at, 0x80, 0x10FFFF, end)
		escape := b.Byte(at, network.Of(`\`))
		b.Edge(escape, network.Of(`"\/bfnrt`), end)
		u := b.Byte(escape, network.Of("u"))
		hex := network.Of("0123456789abcdefABCDEF")
		last := b.Byte(b.Byte(u, network.Of("dD")), network.Bytes('0', '7')) // from D800 on are halves of pairs
		b.Edge(b.Byte(u, hex.And(network.Of("dD").Not())), hex, last)
		b.Edge(b.Byte(last, hex), hex, end)
		return end
	})
}

// blank appends the white space that may be between the parts.
func (c *compiler) blank(from network.State) network.State {
	if c.compact {
		return from
	}
	return c.b.Call(from, c.once("white space", func(at network.State) network.State {
		if c.space != nil {
			return c.b.Automaton(at, c.space, false)
		}
		// A space, or a line end and some indentation: without a limit a model
		// may go on with white space and nothing else.
		end := c.b.State()
		c.b.Link(at, end)
		c.b.Edge(at, network.Of(" "), end)
		line := c.b.Byte(at, network.Of("\n"))
		indented := c.b.Repeat(line, 0, maxRun, func(at network.State) network.State { return c.b.Byte(at, network.Of(" \t")) })
		c.b.Link(indented, end)
		return end
	}))
}
