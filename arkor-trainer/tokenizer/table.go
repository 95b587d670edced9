package tokenizer

import (
	"cmp"
	"fmt"
	"slices"
)

// Kinds of tokens, by their numbers in GGUF files.
const (
	KindText    = 1
	KindControl = 3
	KindAdded   = 4 // text that is one token wherever it stands
	KindUnused  = 5
)

// Table is a tokenizer as programs outside of Hugging Face's world hold it.
type Table struct {
	Splitter string   // what llama.cpp calls the way of cutting text into words
	Tokens   []string // by id, written as in tokenizer.json
	Kinds    []int32  // by id
	Merges   []string // "left right", first learned first
}

// llamaName returns what llama.cpp calls a pre-tokenizer, "" when it has none
// like it. SmolLM's, and the builtin model's, cuts digits off first.
func (s *jsonStep) llamaName() string {
	steps := []jsonStep{*s}
	if s.Type == "Sequence" {
		steps = s.PreTokenizers
	}
	form := ""
	for _, step := range steps {
		switch {
		case step.Type == "Digits" && step.IndividualDigits:
			form += "digit "
		case step.Type == "ByteLevel" && (step.UseRegex == nil || *step.UseRegex):
			form += "gpt2 "
		case step.Type == "ByteLevel":
		case step.Type == "Split" && step.Pattern.Regex == gpt2Pattern:
			form += "gpt2 "
		case step.Type == "Split" && step.Pattern.Regex == llama3Pattern:
			form += "llama3 "
		case step.Type == "Split" && step.Pattern.Regex == qwen2Pattern:
			form += "qwen2 "
		default:
			form += "other "
		}
	}
	switch form {
	case "gpt2 ":
		return "gpt-2"
	case "digit gpt2 ":
		return "smollm"
	case "llama3 ":
		return "llama-bpe"
	case "qwen2 ":
		return "qwen2"
	}
	return ""
}

// Table returns the tokenizer with at least size ids, of which those that it
// does not have are unused. A tokenizer that cuts text in a way that llama.cpp
// has no name for is an error.
func (t *Tokenizer) Table(size int) (Table, error) {
	if t.llamaName == "" {
		return Table{}, fmt.Errorf("llama.cpp does not cut text into words as this tokenizer does (it does as %s)", supported)
	}
	letters := newAlphabet()
	table := Table{Splitter: t.llamaName}
	for id := range max(size, len(t.tokens)) {
		token, kind := "", int32(KindUnused)
		if id < len(t.tokens) {
			token = t.tokens[id]
		}
		if added, ok := t.added[token]; ok && int(added) == id {
			kind = KindAdded
			if t.special[id] {
				kind = KindControl
			}
		} else if token != "" {
			token, kind = letters.encode(token), KindText
		} else {
			token = fmt.Sprintf("[PAD%d]", id)
		}
		table.Tokens, table.Kinds = append(table.Tokens, token), append(table.Kinds, kind)
	}
	pairs := make([]pair, 0, len(t.merges))
	for p := range t.merges {
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(t.merges[a].rank, t.merges[b].rank) })
	for _, p := range pairs {
		table.Merges = append(table.Merges, table.Tokens[p.left]+" "+table.Tokens[p.right])
	}
	return table, nil
}
