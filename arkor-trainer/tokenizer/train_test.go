package tokenizer

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

var specials = []string{"<|endoftext|>", "<|im_start|>", "<|im_end|>"}

func trained(t testing.TB, size int, texts ...string) *Tokenizer {
	t.Helper()
	v, err := Train(slices.Values(texts), size, specials)
	if err != nil {
		t.Fatal(err)
	}
	data, err := v.JSON()
	if err != nil {
		t.Fatal(err)
	}
	tok, err := Load(fstest.MapFS{"tokenizer.json": {Data: data}})
	if err != nil {
		t.Fatal(err)
	}
	if tok.VocabSize() != v.Size() {
		t.Errorf("the file has %d tokens, the vocabulary %d", tok.VocabSize(), v.Size())
	}
	return tok
}

// pieces shows how text is cut.
func pieces(tok *Tokenizer, text string) string {
	var out []string
	for _, id := range tok.Encode(text) {
		out = append(out, string(tok.Bytes(id)))
	}
	return strings.Join(out, "·")
}

func TestTrainLearnsFrequentPairs(t *testing.T) {
	t.Parallel()
	// By hand: "ab" occurs 6 times, "abc" 4 times, "xy" 3 times, and the
	// digits more often than all of them, but they are words of their own.
	tok := trained(t, len(specials)+256+3, "abc", "abc", "abc", "abc", "abd", "abe", "xyz", "xyw", "xyv", strings.Repeat("77", 20))
	for _, test := range []struct{ text, want string }{
		{"abc", "abc"},
		{"abd", "ab·d"},
		{"xyab", "xy·ab"},
		{" abc", " ·abc"},
		{"77", "7·7"},
		{"ABC", "A·B·C"},
	} {
		if got := pieces(tok, test.text); got != test.want {
			t.Errorf("%q: got %s, want %s", test.text, got, test.want)
		}
	}
}

func TestTrainIsIndependentOfOrder(t *testing.T) {
	t.Parallel()
	texts := []string{"the order is late", "the other parcel is later", "an order, the order!"}
	first, err := Train(slices.Values(texts), 300, specials)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(texts)
	for range 5 {
		again, err := Train(slices.Values(texts), 300, specials)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first.merges, again.merges); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestTrainStopsWhenNothingRepeats(t *testing.T) {
	t.Parallel()
	tok := trained(t, 1000, "abc xyz")
	if got := tok.VocabSize(); got != len(specials)+256 {
		t.Errorf("%d tokens from text in which no pair occurs twice", got)
	}
}

func TestTrainRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		size     int
		specials []string
	}{
		{258, specials},
		{maxVocab + 1, specials},
		{300, []string{"a", "a"}},
		{300, []string{""}},
	} {
		if _, err := Train(slices.Values([]string{"x"}), test.size, test.specials); err == nil {
			t.Errorf("%d tokens with %q were accepted", test.size, test.specials)
		}
	}
}
