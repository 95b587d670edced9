package regular

import (
	"encoding/binary"
	"fmt"
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

const (
	maxPattern = 16 << 10
	maxWork    = 20_000_000
)

// Search accepts the texts in which the pattern occurs, as JSON Schema's
// "pattern" does.
func Search(pattern string) (*DFA, error) { return compile(pattern, true) }

// Full accepts the texts that match the pattern from begin to end.
func Full(pattern string) (*DFA, error) { return compile(pattern, false) }

func compile(pattern string, search bool) (*DFA, error) {
	if len(pattern) > maxPattern {
		return nil, fmt.Errorf("longer than %d bytes", maxPattern)
	}
	translated, err := translate(pattern)
	if err != nil {
		return nil, err
	}
	parsed, err := syntax.Parse(translated, syntax.Perl)
	if err != nil {
		return nil, explain(err)
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, explain(err)
	}
	c := compiler{prog: prog, search: search}
	c.classify()
	if c.failed {
		return nil, ErrTooLarge
	}
	return c.determinize()
}

type compiler struct {
	prog    *syntax.Prog
	search  bool
	classes []class
	words   bool // \b or \B is used
	lines   bool // the beginning or end of a line or text is asked for
	failed  bool
	work    int
}

// class is the characters that no instruction tells apart.
type class struct {
	ranges []Arc // in order, To unused
	sample rune
	insts  []uint32 // instructions that take them
}

func wordChar(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
}

// classify cuts the characters where an instruction does, and puts the pieces
// together again that all instructions treat alike.
func (c *compiler) classify() {
	cuts := []rune{0, 0xD800, 0xE000, utf8.MaxRune + 1}
	cut := func(lo, hi rune) { cuts = append(cuts, lo, hi+1) }
	for i := range c.prog.Inst {
		inst := &c.prog.Inst[i]
		switch inst.Op {
		case syntax.InstEmptyWidth:
			op := syntax.EmptyOp(inst.Arg)
			c.words = c.words || op&(syntax.EmptyWordBoundary|syntax.EmptyNoWordBoundary) != 0
			c.lines = c.lines || op&(syntax.EmptyBeginLine|syntax.EmptyEndLine) != 0
		case syntax.InstRuneAnyNotNL:
			cut('\n', '\n')
		case syntax.InstRune, syntax.InstRune1:
			if len(inst.Rune) == 1 {
				cut(inst.Rune[0], inst.Rune[0])
				if syntax.Flags(inst.Arg)&syntax.FoldCase != 0 {
					for r := unicode.SimpleFold(inst.Rune[0]); r != inst.Rune[0]; r = unicode.SimpleFold(r) {
						cut(r, r)
					}
				}
			}
			for j := 0; j+1 < len(inst.Rune); j += 2 {
				cut(inst.Rune[j], inst.Rune[j+1])
			}
		}
	}
	if c.words {
		cut('a', 'z')
		cut('A', 'Z')
		cut('0', '9')
		cut('_', '_')
	}
	if c.lines {
		cut('\n', '\n')
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	known := map[string]int{}
	for i := 0; i+1 < len(cuts); i++ {
		lo, hi := cuts[i], cuts[i+1]-1
		if lo > utf8.MaxRune || lo == 0xD800 { // half a character
			continue
		}
		if c.work += len(c.prog.Inst); c.work > maxWork {
			c.failed = true
			return
		}
		var insts []uint32
		var key []byte
		for j := range c.prog.Inst {
			inst := &c.prog.Inst[j]
			switch inst.Op {
			case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
				if inst.MatchRune(lo) {
					insts = append(insts, uint32(j))
					key = binary.LittleEndian.AppendUint32(key, uint32(j))
				}
			}
		}
		switch {
		case c.words && wordChar(lo):
			key = append(key, 'w')
		case c.lines && lo == '\n':
			key = append(key, 'n')
		}
		at, ok := known[string(key)]
		if !ok {
			at = len(c.classes)
			known[string(key)] = at
			c.classes = append(c.classes, class{sample: lo, insts: insts})
		}
		c.classes[at].ranges = append(c.classes[at].ranges, Arc{Lo: lo, Hi: hi})
	}
}

// place is a state of the automaton that is being made: the instructions that
// are next, and the character before, as far as it matters.
type place struct {
	next   []uint32
	before rune // -1 at the beginning
	all    bool // the pattern was found
}

func (p place) key() string {
	key := binary.LittleEndian.AppendUint32(nil, uint32(p.before))
	for _, pc := range p.next {
		key = binary.LittleEndian.AppendUint32(key, pc)
	}
	return string(key)
}

func (c *compiler) determinize() (*DFA, error) {
	start := place{next: []uint32{uint32(c.prog.Start)}, before: -1}
	places := []place{start}
	ids := map[string]int32{start.key(): 0}
	found := int32(-1)
	d := &DFA{}
	arcs := 0
	add := func(p place) int32 {
		if p.all {
			if found < 0 {
				found = int32(len(places))
				places = append(places, p)
			}
			return found
		}
		key := p.key()
		id, ok := ids[key]
		if !ok {
			id = int32(len(places))
			ids[key], places = id, append(places, p)
		}
		return id
	}
	for i := 0; i < len(places); i++ {
		p := places[i]
		if p.all {
			d.States = append(d.States, State{Accept: true, Arcs: []Arc{{0, 0xD7FF, int32(i)}, {0xE000, utf8.MaxRune, int32(i)}}})
			continue
		}
		_, accept := c.closure(p.next, syntax.EmptyOpContext(p.before, -1))
		s := State{Accept: accept}
		for _, class := range c.classes {
			ready, match := c.closure(p.next, syntax.EmptyOpContext(p.before, class.sample))
			to := place{before: c.remember(class.sample)}
			if match && c.search {
				to.all = true
			} else {
				for _, pc := range class.insts {
					if ready[pc] {
						to.next = append(to.next, c.prog.Inst[pc].Out)
					}
				}
				if c.search {
					to.next = append(to.next, uint32(c.prog.Start))
				}
				if len(to.next) == 0 {
					continue
				}
				slices.Sort(to.next)
				to.next = slices.Compact(to.next)
			}
			id := add(to)
			for _, r := range class.ranges {
				s.Arcs = append(s.Arcs, Arc{r.Lo, r.Hi, id})
			}
		}
		slices.SortFunc(s.Arcs, func(a, b Arc) int { return int(a.Lo - b.Lo) })
		s.Arcs = join(s.Arcs)
		d.States = append(d.States, s)
		if arcs += len(s.Arcs); arcs > maxArcs || len(places) > maxStates || c.work > maxWork {
			return nil, ErrTooLarge
		}
	}
	return d, nil
}

// join makes one arc of neighbours that lead to the same state.
func join(arcs []Arc) []Arc {
	var joined []Arc
	for _, a := range arcs {
		if n := len(joined); n > 0 && joined[n-1].Hi+1 == a.Lo && joined[n-1].To == a.To {
			joined[n-1].Hi = a.Hi
			continue
		}
		joined = append(joined, a)
	}
	return joined
}

// remember returns what of a character later conditions can ask about.
func (c *compiler) remember(r rune) rune {
	switch {
	case c.words && wordChar(r):
		return 'a'
	case c.lines && r == '\n':
		return '\n'
	}
	return ' '
}

// closure follows instructions that take no character. It returns those that
// do, and whether the pattern may end here.
func (c *compiler) closure(next []uint32, flags syntax.EmptyOp) (ready map[uint32]bool, match bool) {
	ready = map[uint32]bool{}
	queue := slices.Clone(next)
	seen := map[uint32]bool{}
	for len(queue) > 0 {
		pc := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		inst := &c.prog.Inst[pc]
		switch inst.Op {
		case syntax.InstMatch:
			match = true
		case syntax.InstAlt, syntax.InstAltMatch:
			queue = append(queue, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			queue = append(queue, inst.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(inst.Arg)&^flags == 0 {
				queue = append(queue, inst.Out)
			}
		case syntax.InstFail:
		default:
			ready[pc] = true
		}
	}
	c.work += len(seen) + 1
	return ready, match
}
