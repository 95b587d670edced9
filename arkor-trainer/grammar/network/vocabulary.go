package network

import (
	"cmp"
	"slices"
	"strings"
)

// Vocabulary is the tokens of a model as a tree of their bytes. It is immutable.
type Vocabulary struct {
	size  int
	nodes []node // depth first
}

type node struct {
	next  int32 // index of the first node that is not below this one
	token int32 // that ends here, or -1
	depth int32 // bytes from the root, 1 for the first
	b     byte
}

// NewVocabulary reads the tokens with the ids below size; those without bytes,
// as special tokens are, are left out.
func NewVocabulary(size int, bytes func(id int32) []byte) *Vocabulary {
	type token struct {
		text string
		id   int32
	}
	var tokens []token
	for id := range int32(size) {
		if text := bytes(id); len(text) > 0 {
			tokens = append(tokens, token{string(text), id})
		}
	}
	slices.SortFunc(tokens, func(a, b token) int {
		return cmp.Or(strings.Compare(a.text, b.text), cmp.Compare(a.id, b.id))
	})
	v := &Vocabulary{size: size}
	var open []int32 // nodes on the way to the last one, by depth
	closeTo := func(depth int) {
		for len(open) > depth {
			v.nodes[open[len(open)-1]].next = int32(len(v.nodes))
			open = open[:len(open)-1]
		}
	}
	last := ""
	for _, t := range tokens {
		common := 0
		for common < len(last) && common < len(t.text) && last[common] == t.text[common] {
			common++
		}
		// A second token with the same bytes gets a leaf of its own.
		common = min(common, len(t.text)-1)
		closeTo(common)
		for i := common; i < len(t.text); i++ {
			open = append(open, int32(len(v.nodes)))
			v.nodes = append(v.nodes, node{token: -1, depth: int32(i + 1), b: t.text[i]})
		}
		v.nodes[len(v.nodes)-1].token = t.id
		last = t.text
	}
	closeTo(0)
	return v
}
