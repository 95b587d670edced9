package tokenizer

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// Vocabulary is a trained byte-level BPE tokenizer: the special tokens, which
// have the ids from 0 on, then the 256 bytes, then the learned tokens in the
// order in which they were learned.
type Vocabulary struct {
	specials []string
	learned  []string    // raw bytes
	merges   [][2]string // raw bytes; two merges may give the same token
}

const minPairCount = 2 // a pair seen once says nothing about the next text

// Train learns a vocabulary of at most size tokens, specials included, from
// texts. Words and punctuation are split as GPT-2 does and numbers digit by
// digit, so that all numbers are spelled alike. The same texts, in any order,
// give the same vocabulary. It stops early when no pair occurs twice.
func Train(texts iter.Seq[string], size int, specials []string) (Vocabulary, error) {
	if smallest := len(specials) + 256; size < smallest || size > maxVocab {
		return Vocabulary{}, fmt.Errorf("vocabulary of %d tokens: it needs %d to %d", size, smallest, maxVocab)
	}
	for i, special := range specials {
		if special == "" || slices.Contains(specials[:i], special) {
			return Vocabulary{}, fmt.Errorf("special token %q is empty or there twice", special)
		}
	}
	counts := map[string]int{}
	splitter := &Tokenizer{splits: trainedSplits()}
	for text := range texts {
		splitter.split(text, 0, func(word string) { counts[word]++ })
	}
	l := newLearner(counts)
	v := Vocabulary{specials: specials}
	for len(specials)+len(l.tokens) < size {
		p, ok := l.best()
		if !ok {
			break
		}
		v.merges = append(v.merges, [2]string{l.tokens[p.left], l.tokens[p.right]})
		l.merge(p)
	}
	v.learned = l.tokens[256:]
	return v, nil
}

// Size returns the number of tokens.
func (v Vocabulary) Size() int { return len(v.specials) + 256 + len(v.learned) }

// trainedSplits must match what Vocabulary.JSON writes.
func trainedSplits() []splitter {
	return []splitter{digits(true), patternSplitter(gpt2Pattern)}
}

// learner counts pairs over the distinct words of the texts and keeps the
// counts up to date while pairs are merged.
type learner struct {
	tokens []string // raw bytes by id, without the specials
	ids    map[string]int32
	words  []learnedWord
	counts map[pair]int
	where  map[pair]map[int]struct{} // words in which the pair has occurred
}

type learnedWord struct {
	ids   []int32
	count int
}

func newLearner(counts map[string]int) *learner {
	l := &learner{ids: map[string]int32{}, counts: map[pair]int{}, where: map[pair]map[int]struct{}{}}
	for b := range 256 {
		l.token(string([]byte{byte(b)}))
	}
	for word, count := range counts {
		ids := make([]int32, len(word))
		for i := range ids {
			ids[i] = int32(word[i])
		}
		l.words = append(l.words, learnedWord{ids, count})
		l.count(len(l.words)-1, 1)
	}
	return l
}

// count adds the pairs of a word, or takes them away with sign -1.
func (l *learner) count(word, sign int) {
	w := l.words[word]
	for i := 1; i < len(w.ids); i++ {
		p := pair{w.ids[i-1], w.ids[i]}
		l.counts[p] += sign * w.count
		if sign < 0 {
			continue
		}
		if l.where[p] == nil {
			l.where[p] = map[int]struct{}{}
		}
		l.where[p][word] = struct{}{}
	}
}

// best returns the most frequent pair. Equal counts go to the pair that was
// possible first, which makes the choice independent of map order.
func (l *learner) best() (pair, bool) {
	var best pair
	most := minPairCount - 1
	for p, count := range l.counts {
		if count > most || count == most && most >= minPairCount && comparePairs(p, best) < 0 {
			best, most = p, count
		}
	}
	return best, most >= minPairCount
}

func comparePairs(a, b pair) int {
	return cmp.Or(cmp.Compare(a.left, b.left), cmp.Compare(a.right, b.right))
}

// token returns the id of raw bytes, new when they have none yet: "a"+"bc" and
// "ab"+"c" are one token.
func (l *learner) token(raw string) int32 {
	id, ok := l.ids[raw]
	if !ok {
		id = int32(len(l.tokens))
		l.ids[raw], l.tokens = id, append(l.tokens, raw)
	}
	return id
}

// merge replaces a pair by one token, in all words.
func (l *learner) merge(p pair) {
	id := l.token(l.tokens[p.left] + l.tokens[p.right])
	affected := l.where[p]
	for word := range affected {
		l.count(word, -1)
		l.words[word].ids = replacePair(l.words[word].ids, p, id)
		l.count(word, 1)
	}
	delete(l.counts, p)
	delete(l.where, p)
}

func replacePair(ids []int32, p pair, id int32) []int32 {
	replaced := ids[:0]
	for i := 0; i < len(ids); i++ {
		if i+1 < len(ids) && ids[i] == p.left && ids[i+1] == p.right {
			replaced = append(replaced, id)
			i++
			continue
		}
		replaced = append(replaced, ids[i])
	}
	return replaced
}
