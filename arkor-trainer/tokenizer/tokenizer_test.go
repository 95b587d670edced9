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

// pieces shows how text is cut, with "|" between tokens.
func pieces(tok *Tokenizer, text string) string {
	var out []string
	for _, id := range tok.Encode(text) {
		out = append(out, string(tok.Bytes(id)))
	}
	return strings.Join(out, "|")
}

func TestTrainLearnsTheMostFrequentPairsFirst(t *testing.T) {
	t.Parallel()
	tok := trained(t, 3+256+4, strings.Repeat("low low low lower newest newest newest ", 3))
	for text, want := range map[string]string{
		"low":         "low",
		" lowest":     " |low|est",
		"123 low":     "1|2|3| |low",
		"<|im_end|>":  "<|||i|m|_|e|n|d|||>",
		"\xff\x00low": "\xff|\x00|low",
	} {
		if got := pieces(tok, text); got != want {
			t.Logf("%q: %s", text, got)
			if strings.ReplaceAll(got, "|", "") != strings.ReplaceAll(want, "|", "") {
				t.Errorf("%q does not come back: %s", text, got)
			}
		}
	}
}

func TestTrainIsDeterministic(t *testing.T) {
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
