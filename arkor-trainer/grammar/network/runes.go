package network

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/regular"
)

// Runes allows to go from one state to another by any character from lo to hi.
// Halves of surrogate pairs are not characters.
func (b *Builder) Runes(from State, lo, hi rune, to State) {
	for _, part := range [][2]rune{{0, 0x7F}, {0x80, 0x7FF}, {0x800, 0xD7FF}, {0xE000, 0xFFFF}, {0x10000, utf8.MaxRune}} {
		first, last := max(lo, part[0]), min(hi, part[1])
		if first <= last {
			b.sequences(from, utf8.AppendRune(nil, first), utf8.AppendRune(nil, last), to)
		}
	}
}

// sequences allows the encodings of equal length from lo to hi.
func (b *Builder) sequences(from State, lo, hi []byte, to State) {
	if len(lo) == 1 {
		b.Edge(from, Bytes(lo[0], hi[0]), to)
		return
	}
	if lo[0] == hi[0] {
		b.sequences(b.Byte(from, Bytes(lo[0], lo[0])), lo[1:], hi[1:], to)
		return
	}
	first, last := lo[0], hi[0]
	lowest, highest := slices.Repeat([]byte{0x80}, len(lo)-1), slices.Repeat([]byte{0xBF}, len(lo)-1)
	if !slices.Equal(lo[1:], lowest) {
		b.sequences(b.Byte(from, Bytes(first, first)), lo[1:], highest, to)
		first++
	}
	if !slices.Equal(hi[1:], highest) {
		b.sequences(b.Byte(from, Bytes(last, last)), lowest, hi[1:], to)
		last--
	}
	if first <= last {
		b.sequences(b.Byte(from, Bytes(first, last)), lowest, highest, to)
	}
}

// Automaton appends a text that d accepts, inside of a JSON string or as it is,
// and returns where it ends. In a string, characters that need an escape are
// written with their shortest one, others as they are.
func (b *Builder) Automaton(from State, d *regular.DFA, inString bool) State {
	states := make([]State, len(d.States))
	for i := range states {
		states[i] = b.State()
	}
	b.Link(from, states[0])
	end := b.State()
	for i, s := range d.States {
		if s.Accept {
			b.Link(states[i], end)
		}
		b.arcs(states[i], s.Arcs, states, inString)
	}
	return end
}

// arcs writes what leads to the same state together: one edge for the plain
// ASCII characters, and a rule, shared with other states, for the rest.
func (b *Builder) arcs(from State, arcs []regular.Arc, states []State, inString bool) {
	plain := map[int32]Set{}
	rest := map[int32][]regular.Arc{}
	var order []int32
	for _, a := range arcs {
		if !slices.Contains(order, a.To) {
			order = append(order, a.To)
		}
		set := plain[a.To]
		for r := a.Lo; r <= min(a.Hi, 0x7F); r++ {
			if inString && needsEscape(r) {
				rest[a.To] = append(rest[a.To], regular.Arc{Lo: r, Hi: r})
			} else {
				set = set.Or(Bytes(byte(r), byte(r)))
			}
		}
		plain[a.To] = set
		if a.Hi > 0x7F {
			rest[a.To] = append(rest[a.To], regular.Arc{Lo: max(a.Lo, 0x80), Hi: a.Hi})
		}
	}
	for _, to := range order {
		if set := plain[to]; set != (Set{}) {
			b.Edge(from, set, states[to])
		}
		if ranges := rest[to]; len(ranges) > 0 {
			b.CallTo(from, b.characters(ranges), states[to])
		}
	}
}

func needsEscape(r rune) bool { return r < 0x20 || r == '"' || r == '\\' }

// characters returns the rule of one character of some ranges. Those that need
// an escape are there only in strings.
func (b *Builder) characters(ranges []regular.Arc) Rule {
	key := fmt.Sprint(ranges)
	if r, ok := b.shared[key]; ok {
		return r
	}
	r, start := b.Rule("characters")
	b.shared[key] = r
	end := b.State()
	b.Final(end)
	for _, a := range ranges {
		if needsEscape(a.Lo) && a.Lo == a.Hi {
			b.Link(b.Text(start, Escape(a.Lo)), end)
		} else {
			b.Runes(start, a.Lo, a.Hi, end)
		}
	}
	return r
}

// Escape returns how a character is written in a JSON string.
func Escape(r rune) string {
	switch r {
	case '"', '\\':
		return `\` + string(r)
	case '\b':
		return `\b`
	case '\f':
		return `\f`
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	}
	if r < 0x20 {
		return fmt.Sprintf(`\u%04x`, r)
	}
	return string(r)
}
