// Package tokenizer turns text into the token ids of a model and back. It reads
// the byte-level BPE tokenizers of Hugging Face's tokenizer.json (GPT-2,
// SmolLM, Llama 3, Qwen 2 and the builtin model) and trains new ones.
package tokenizer

import (
	"container/heap"
	"strings"
)

// Tokenizer encodes and decodes text. It is immutable after Load and safe for
// concurrent use.
type Tokenizer struct {
	tokens       []string // raw bytes by id; "" for an unused id
	special      []bool   // by id; control tokens that are no text
	added        map[string]int32
	byteIDs      [256]int32
	merges       map[pair]merge
	words        map[string]int32 // whole words taken without merging, for ignore_merges
	splits       []splitter
	ignoreMerges bool
	llamaName    string // see Table
}

type pair struct{ left, right int32 }

type merge struct {
	rank int32
	id   int32
}

// Encode returns the tokens of plain text. The text may be any bytes: what is
// not UTF-8 is encoded byte by byte. Strings such as "<|im_end|>" are text like
// any other here and never become control tokens; see Special.
func (t *Tokenizer) Encode(text string) []int32 {
	if text == "" {
		return nil
	}
	ids := make([]int32, 0, len(text)/3+1)
	t.split(text, 0, func(word string) { ids = t.appendWord(ids, word) })
	return ids
}

// split applies the pre-tokenizers from the n-th on, each to the pieces of the
// one before it.
func (t *Tokenizer) split(text string, n int, yield func(string)) {
	if n == len(t.splits) {
		yield(text)
		return
	}
	t.splits[n](text, func(piece string) { t.split(piece, n+1, yield) })
}

// Special returns the id of an added token such as "<|im_end|>", and false when
// the tokenizer has no such token.
func (t *Tokenizer) Special(token string) (int32, bool) {
	id, ok := t.added[token]
	return id, ok
}

// Decode returns the text of ids. Special tokens and ids outside of the
// vocabulary are left out. The result is not valid UTF-8 when ids stop in the
// middle of a character.
func (t *Tokenizer) Decode(ids []int32) string {
	var text strings.Builder
	for _, id := range ids {
		if t.isText(id) {
			text.WriteString(t.tokens[id])
		}
	}
	return text.String()
}

// Bytes returns the bytes of one token, which may be a part of a character. It
// returns nil for special tokens and for ids outside of the vocabulary.
func (t *Tokenizer) Bytes(id int32) []byte {
	if !t.isText(id) {
		return nil
	}
	return []byte(t.tokens[id])
}

// Name returns how a token is written and whether it is a special one. Names of
// text are bytes that may be a part of a character; ids outside of the
// vocabulary have none.
func (t *Tokenizer) Name(id int32) (name string, special bool) {
	if id < 0 || int(id) >= len(t.tokens) {
		return "", false
	}
	return t.tokens[id], t.special[id]
}

func (t *Tokenizer) isText(id int32) bool {
	return id >= 0 && int(id) < len(t.tokens) && !t.special[id]
}

// VocabSize returns the number of ids: the largest one plus one.
func (t *Tokenizer) VocabSize() int { return len(t.tokens) }

// appendWord merges the bytes of one word by the learned pairs, the earliest
// learned first and the leftmost first among equals. A linked list of symbols
// and a heap of candidates keep a word of a million letters at n log n.
func (t *Tokenizer) appendWord(ids []int32, word string) []int32 {
	if t.ignoreMerges {
		if id, ok := t.words[word]; ok {
			return append(ids, id)
		}
	}
	if len(word) == 1 {
		return append(ids, t.byteIDs[word[0]])
	}
	symbols := make([]symbol, len(word))
	var queue candidates
	for i := range symbols {
		symbols[i] = symbol{id: t.byteIDs[word[i]], previous: i - 1, next: i + 1}
		if i > 0 {
			queue = t.appendCandidate(queue, symbols, i-1, i)
		}
	}
	symbols[len(symbols)-1].next = -1
	heap.Init(&queue)
	for len(queue) > 0 {
		c := heap.Pop(&queue).(candidate)
		left := &symbols[c.left]
		if left.id != c.pair.left || left.next < 0 || symbols[left.next].id != c.pair.right {
			continue // one half has been merged into something else since
		}
		right := &symbols[left.next]
		left.id, left.next = t.merges[c.pair].id, right.next
		right.id = consumed
		if left.next >= 0 {
			symbols[left.next].previous = c.left
			queue = t.pushCandidate(queue, symbols, c.left, left.next)
		}
		if left.previous >= 0 {
			queue = t.pushCandidate(queue, symbols, left.previous, c.left)
		}
	}
	for i := 0; i >= 0; i = symbols[i].next {
		ids = append(ids, symbols[i].id)
	}
	return ids
}

type symbol struct {
	id             int32
	previous, next int // index of the neighbour, -1 at an end
}

const consumed = -1 // id of a symbol that is part of the one on its left

type candidate struct {
	rank int32
	left int
	pair pair
}

func (t *Tokenizer) appendCandidate(queue candidates, symbols []symbol, left, right int) candidates {
	p := pair{symbols[left].id, symbols[right].id}
	if m, ok := t.merges[p]; ok {
		queue = append(queue, candidate{rank: m.rank, left: left, pair: p})
	}
	return queue
}

func (t *Tokenizer) pushCandidate(queue candidates, symbols []symbol, left, right int) candidates {
	before := len(queue)
	queue = t.appendCandidate(queue, symbols, left, right)
	if len(queue) > before {
		heap.Fix(&queue, before)
	}
	return queue
}

// candidates is a heap of pairs to merge.
type candidates []candidate

func (c candidates) Len() int      { return len(c) }
func (c candidates) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c candidates) Less(i, j int) bool {
	if c[i].rank != c[j].rank {
		return c[i].rank < c[j].rank
	}
	return c[i].left < c[j].left
}
func (c *candidates) Push(x any) { *c = append(*c, x.(candidate)) }
func (c *candidates) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}
