package grammar

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/network"
	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/schema"
)

const (
	maxTools = 128
	maxCalls = 32 // in one answer
)

// Calls is the form of answers that call tools. A call is written as
// Open + name + Middle + arguments + Close.
type Calls struct {
	Tools               []Tool
	Open, Middle, Close string
	Between             string // two calls; "" when there is never more than one
	Trigger             string // begin of Open that no text has; "" when only a whole beginning of an answer shows that it is a call
	Parallel            bool   // there may be several
	Optional            bool   // the answer may be, or begin with, text
	Text                *Spec  // the form of an answer without calls; nil for any text
}

// Tool is something that can be called.
type Tool struct {
	Name       string          `json:"name"`
	Parameters json.RawMessage `json:"parameters"` // a JSON Schema; none for no arguments
	Strict     bool            `json:"strict"`
}

// Compile returns the network of the answers. Errors are of type *Error.
func (c *Calls) Compile() (*network.Network, error) { return build(c.add) }

func (c *Calls) add(b *network.Builder) (network.Rule, error) {
	if len(c.Tools) > maxTools {
		return 0, fmt.Errorf("there are more than %d tools", maxTools)
	}
	root, start := b.Rule("the answer")
	end := b.State()
	b.Final(end)
	arguments := make([]network.Rule, len(c.Tools))
	for i, tool := range c.Tools {
		source := tool.Parameters
		if len(source) == 0 || string(source) == "null" {
			source = json.RawMessage(`{"additionalProperties":false}`)
		}
		var err error
		// Further arguments would be of no use to whoever is called.
		arguments[i], err = schema.Compile(b, source, schema.Options{Object: true, Strict: tool.Strict, Closed: true})
		if err != nil {
			return 0, fmt.Errorf("the parameters of the tool %s: %w", tool.Name, err)
		}
	}
	call, opened := b.Rule("a call") // without what it opens with
	called := b.State()
	b.Final(b.Text(called, c.Close))
	for i, tool := range c.Tools {
		b.CallTo(b.Text(opened, tool.Name+c.Middle), arguments[i], called)
	}
	switch {
	case !c.Optional:
		b.Link(c.more(b, b.Call(b.Text(start, c.Open), call), call), end)
	case c.Text != nil:
		text, err := c.Text.add(b)
		if err != nil {
			return 0, err
		}
		b.CallTo(start, text, end)
		b.Link(c.more(b, b.Call(b.Text(start, c.Open), call), call), end)
	case c.Trigger != "":
		opened := c.untilTrigger(b, start)
		b.Link(c.more(b, b.Call(b.Text(opened, strings.TrimPrefix(c.Open, c.Trigger)), call), call), end)
	default:
		c.fromStart(b, start, end, arguments)
	}
	return root, nil
}

// more appends further calls, if there may be any.
func (c *Calls) more(b *network.Builder, at network.State, call network.Rule) network.State {
	if !c.Parallel || c.Between == "" {
		return at
	}
	return b.Repeat(at, 0, maxCalls-1, func(at network.State) network.State {
		return b.Call(b.Text(at, c.Between+c.Open), call)
	})
}

// untilTrigger appends any text up to and with the first trigger, after which
// it returns. The answer may end before that.
func (c *Calls) untilTrigger(b *network.Builder, start network.State) network.State {
	matched := make([]network.State, len(c.Trigger)+1) // by the bytes of the trigger that the text ends with
	for i := range matched {
		matched[i] = b.State()
	}
	b.Link(start, matched[0])
	for i := range len(c.Trigger) {
		b.Final(matched[i])
		targets := map[int]network.Set{}
		for v := range 256 {
			n := longestOverlap(c.Trigger[:i]+string([]byte{byte(v)}), c.Trigger)
			targets[n] = targets[n].Or(network.Bytes(byte(v), byte(v)))
		}
		for n, set := range targets {
			b.Edge(matched[i], set, matched[n])
		}
	}
	return matched[len(c.Trigger)]
}

// longestOverlap returns how many bytes of word the text ends with.
func longestOverlap(text, word string) int {
	for n := min(len(text), len(word)); n > 0; n-- {
		if strings.HasSuffix(text, word[:n]) {
			return n
		}
	}
	return 0
}

// fromStart makes an answer a call when it begins as one, with a tool that
// there is, and leaves other answers alone.
func (c *Calls) fromStart(b *network.Builder, start, end network.State, arguments []network.Rule) {
	free := b.State()
	b.Final(free)
	b.Edge(free, network.Bytes(0, 255), free)
	type step struct {
		at network.State
		by byte
	}
	next := map[step]network.State{}
	known := map[network.State]network.Set{}
	states := []network.State{start}
	for i, tool := range c.Tools {
		at := start
		text := c.Open + tool.Name + c.Middle
		for j := range len(text) {
			s := step{at, text[j]}
			to, ok := next[s]
			if !ok {
				to = b.Byte(at, network.Bytes(text[j], text[j]))
				next[s] = to
				known[at] = known[at].Or(network.Bytes(text[j], text[j]))
				if j < len(text)-1 {
					states = append(states, to)
				}
			}
			at = to
		}
		b.Link(b.Text(b.Call(at, arguments[i]), c.Close), end)
	}
	for _, s := range states {
		b.Final(s)
		b.Edge(s, known[s].Not(), free)
	}
}
