package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

const (
	fileName = "tokenizer.json"
	maxFile  = 64 << 20 // the largest in use, with 256,000 tokens, are about half of it
	maxVocab = 1 << 20

	supported = "byte-level BPE as in GPT-2, SmolLM, Llama 3 and Qwen 2"
)

// Load reads tokenizer.json from a model folder. It refuses any setting that it
// would not follow exactly: a tokenizer that is nearly right feeds a model text
// that it has never seen.
func Load(fsys fs.FS) (*Tokenizer, error) {
	file, err := fsys.Open(fileName)
	if err != nil {
		return nil, fmt.Errorf("read tokenizer: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read tokenizer: %w", err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: larger than %d MiB", fileName, maxFile>>20)
	}
	t, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", fileName, err)
	}
	return t, nil
}

// The parts of tokenizer.json that decide what text becomes.
type jsonFile struct {
	Added        []jsonAdded   `json:"added_tokens"`
	Normalizer   *jsonStep     `json:"normalizer"`
	PreTokenizer *jsonStep     `json:"pre_tokenizer"`
	Model        jsonModel     `json:"model"`
	Decoder      *jsonTypeOnly `json:"decoder"`
}

type jsonAdded struct {
	ID      int64  `json:"id"`
	Content string `json:"content"`
	Special bool   `json:"special"`
}

type jsonTypeOnly struct {
	Type string `json:"type"`
}

type jsonStep struct {
	Type             string      `json:"type"`
	PreTokenizers    []jsonStep  `json:"pretokenizers"`
	Normalizers      []jsonStep  `json:"normalizers"`
	AddPrefixSpace   bool        `json:"add_prefix_space"`
	UseRegex         *bool       `json:"use_regex"`
	IndividualDigits bool        `json:"individual_digits"`
	Behavior         string      `json:"behavior"`
	Invert           bool        `json:"invert"`
	Pattern          jsonPattern `json:"pattern"`
}

type jsonPattern struct {
	Regex string
}

type jsonModel struct {
	Type         string           `json:"type"`
	Vocab        map[string]int64 `json:"vocab"`
	Merges       jsonMerges       `json:"merges"`
	Dropout      *float64         `json:"dropout"`
	Prefix       string           `json:"continuing_subword_prefix"`
	Suffix       string           `json:"end_of_word_suffix"`
	ByteFallback bool             `json:"byte_fallback"`
	IgnoreMerges bool             `json:"ignore_merges"`
}

// jsonMerges is a list of pairs, written as "a b" or as ["a","b"].
type jsonMerges [][2]string

func (m *jsonMerges) UnmarshalJSON(data []byte) error {
	var pairs [][2]string
	if err := json.Unmarshal(data, &pairs); err == nil {
		*m = pairs
		return nil
	}
	var lines []string
	if err := json.Unmarshal(data, &lines); err != nil {
		return errors.New("merges are neither strings nor pairs")
	}
	for _, line := range lines {
		left, right, ok := strings.Cut(line, " ")
		if !ok || left == "" || right == "" || strings.Contains(right, " ") {
			return fmt.Errorf("merge %q is not two tokens", shorten(line))
		}
		*m = append(*m, [2]string{left, right})
	}
	return nil
}

func parse(data []byte) (*Tokenizer, error) {
	var file jsonFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("not a tokenizer: %w", err)
	}
	if err := file.Model.check(); err != nil {
		return nil, err
	}
	if n := file.Normalizer; n != nil && !(n.Type == "Sequence" && len(n.Normalizers) == 0) {
		return nil, fmt.Errorf("normalizer %q is not supported (supported: %s)", n.Type, supported)
	}
	t := &Tokenizer{added: map[string]int32{}, ignoreMerges: file.Model.IgnoreMerges}
	var err error
	if t.splits, err = splitters(file.PreTokenizer); err != nil {
		return nil, err
	}
	t.llamaName = file.PreTokenizer.llamaName()
	if err := t.fill(&file); err != nil {
		return nil, err
	}
	return t, nil
}

func (m *jsonModel) check() error {
	switch {
	case m.Type != "BPE" && m.Type != "":
		return fmt.Errorf("model %q is not supported (supported: %s)", m.Type, supported)
	case m.Dropout != nil && *m.Dropout != 0:
		return errors.New("dropout is not supported")
	case m.Prefix != "" || m.Suffix != "":
		return errors.New("word prefixes and suffixes are not supported")
	case m.ByteFallback:
		return fmt.Errorf("byte fallback is not supported (supported: %s)", supported)
	case len(m.Vocab) == 0:
		return errors.New("the vocabulary is empty")
	case len(m.Vocab) > maxVocab:
		return fmt.Errorf("the vocabulary has more than %d tokens", maxVocab)
	}
	return nil
}

// splitters reads the pre-tokenizer, whose last step has to be the one that
// turns characters into bytes.
func splitters(step *jsonStep) ([]splitter, error) {
	steps := []jsonStep{}
	if step != nil && step.Type == "Sequence" {
		steps = step.PreTokenizers
	} else if step != nil {
		steps = append(steps, *step)
	}
	if len(steps) == 0 || steps[len(steps)-1].Type != "ByteLevel" {
		return nil, fmt.Errorf("the pre-tokenizer is not byte-level (supported: %s)", supported)
	}
	var splits []splitter
	for i, s := range steps {
		last := i == len(steps)-1
		switch {
		case s.Type == "ByteLevel" && last && !s.AddPrefixSpace:
			if s.UseRegex == nil || *s.UseRegex {
				splits = append(splits, patternSplitter(gpt2Pattern))
			}
		case s.Type == "Digits":
			splits = append(splits, digits(s.IndividualDigits))
		case s.Type == "Split" && s.Behavior == "Isolated" && !s.Invert && patternSplitter(s.Pattern.Regex) != nil:
			splits = append(splits, patternSplitter(s.Pattern.Regex))
		default:
			return nil, fmt.Errorf("pre-tokenizer step %q with its settings is not supported (supported: %s)", s.Type, supported)
		}
	}
	return splits, nil
}

// fill builds the tables from the vocabulary, the added tokens and the merges.
func (t *Tokenizer) fill(file *jsonFile) error {
	size := int64(0)
	for token, id := range file.Model.Vocab {
		if id < 0 || id >= maxVocab {
			return fmt.Errorf("token %q has the id %d, outside of 0 to %d", shorten(token), id, maxVocab-1)
		}
		size = max(size, id+1)
	}
	for _, added := range file.Added {
		if added.ID < 0 || added.ID >= maxVocab || added.Content == "" {
			return fmt.Errorf("added token %q has the id %d, outside of 0 to %d", shorten(added.Content), added.ID, maxVocab-1)
		}
		size = max(size, added.ID+1)
	}
	t.tokens, t.special = make([]string, size), make([]bool, size)
	taken := make([]bool, size)
	for _, added := range file.Added {
		id := int32(added.ID)
		if taken[id] {
			return fmt.Errorf("two added tokens have the id %d", id)
		}
		if other, ok := file.Model.Vocab[added.Content]; ok && other != added.ID {
			return fmt.Errorf("added token %q has the ids %d and %d", shorten(added.Content), added.ID, other)
		}
		taken[id], t.special[id] = true, added.Special
		t.tokens[id], t.added[added.Content] = added.Content, id
	}
	ids, err := t.fillVocab(file.Model.Vocab, taken)
	if err != nil {
		return err
	}
	return t.fillMerges(file.Model.Merges, ids)
}

// fillVocab returns the ids of the tokens that merging may produce, by the way
// they are written. Added tokens are not among them, so that no text, however
// it is spelled, turns into a control token.
func (t *Tokenizer) fillVocab(vocab map[string]int64, taken []bool) (map[string]int32, error) {
	letters := newAlphabet()
	ids := make(map[string]int32, len(vocab))
	if t.ignoreMerges {
		t.words = make(map[string]int32, len(vocab))
	}
	for written, id := range vocab {
		if _, ok := t.added[written]; ok {
			continue
		}
		if taken[id] {
			return nil, fmt.Errorf("token %q shares the id %d with another", shorten(written), id)
		}
		raw, err := letters.decode(written)
		if err != nil {
			return nil, err
		}
		taken[id], t.tokens[id], ids[written] = true, raw, int32(id)
		if t.ignoreMerges {
			t.words[raw] = int32(id)
		}
	}
	for b, r := range letters.runes {
		id, ok := ids[string(r)]
		if !ok {
			return nil, fmt.Errorf("the byte 0x%02X has no token", b)
		}
		t.byteIDs[b] = id
	}
	return ids, nil
}

func (t *Tokenizer) fillMerges(merges jsonMerges, ids map[string]int32) error {
	t.merges = make(map[pair]merge, len(merges))
	for rank, m := range merges {
		left, okLeft := ids[m[0]]
		right, okRight := ids[m[1]]
		merged, ok := ids[m[0]+m[1]]
		if !okLeft || !okRight || !ok {
			return fmt.Errorf("merge %q + %q: not all three are in the vocabulary", shorten(m[0]), shorten(m[1]))
		}
		if _, twice := t.merges[pair{left, right}]; twice {
			return fmt.Errorf("merge %q + %q is there twice", shorten(m[0]), shorten(m[1]))
		}
		t.merges[pair{left, right}] = merge{rank: int32(rank), id: merged}
	}
	return nil
}
