package tokenizer

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-trainer/builtin"
)

func TestTableOfTheBuiltinModel(t *testing.T) {
	t.Parallel()
	tok, err := Load(builtin.Tiny())
	if err != nil {
		t.Fatal(err)
	}
	table, err := tok.Table(tok.VocabSize() + 1)
	if err != nil {
		t.Fatal(err)
	}
	data, err := builtin.Tiny().Open("tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	var file struct {
		Model struct {
			Vocab  map[string]int
			Merges []string
		}
	}
	if err := json.NewDecoder(data).Decode(&file); err != nil {
		t.Fatal(err)
	}
	tokens := make([]string, len(file.Model.Vocab))
	for token, id := range file.Model.Vocab {
		tokens[id] = token
	}
	kinds := slices.Repeat([]int32{KindText}, len(tokens))
	kinds[0], kinds[1], kinds[2] = KindControl, KindControl, KindControl
	want := Table{"smollm", append(tokens, "[PAD2048]"), append(kinds, KindUnused), file.Model.Merges}
	if diff := cmp.Diff(want, table); diff != "" {
		t.Error(diff)
	}
}

func TestTableOfOtherSplitters(t *testing.T) {
	t.Parallel()
	split := func(pattern string) map[string]any {
		return map[string]any{"type": "Split", "behavior": "Isolated", "pattern": map[string]any{"Regex": pattern}}
	}
	plain := map[string]any{"type": "ByteLevel", "use_regex": false}
	for want, steps := range map[string][]any{
		"gpt-2":     {map[string]any{"type": "ByteLevel"}},
		"llama-bpe": {split(llama3Pattern), plain},
		"qwen2":     {split(qwen2Pattern), plain},
		"":          {map[string]any{"type": "Digits"}, map[string]any{"type": "ByteLevel"}},
	} {
		vocab := map[string]int{}
		for _, r := range byteRunes() {
			vocab[string(r)] = len(vocab)
		}
		data, err := json.Marshal(map[string]any{
			"added_tokens":  []any{map[string]any{"id": 256, "content": "<tool>"}},
			"pre_tokenizer": map[string]any{"type": "Sequence", "pretokenizers": steps},
			"model":         map[string]any{"type": "BPE", "vocab": vocab, "merges": []string{}},
		})
		if err != nil {
			t.Fatal(err)
		}
		tok, err := Load(fstest.MapFS{"tokenizer.json": {Data: data}})
		if err != nil {
			t.Fatal(err)
		}
		table, err := tok.Table(0)
		if (err != nil) != (want == "") || table.Splitter != want {
			t.Errorf("%q: %v", want, err)
		}
		if err == nil && table.Kinds[256] != KindAdded {
			t.Errorf("kind %d", table.Kinds[256])
		}
	}
}
