package tokenizer

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// small loads testdata/tokenizer.json, 700 tokens of the builtin model's kind.
func small(t testing.TB) *Tokenizer {
	t.Helper()
	tok, err := Load(os.DirFS("testdata"))
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// withPreTokenizer is the same tokenizer with another pre-tokenizer.
func withPreTokenizer(t testing.TB, steps ...any) *Tokenizer {
	t.Helper()
	data, err := os.ReadFile("testdata/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	file["pre_tokenizer"] = map[string]any{"type": "Sequence", "pretokenizers": steps}
	if data, err = json.Marshal(file); err != nil {
		t.Fatal(err)
	}
	tok, err := Load(fstest.MapFS{"tokenizer.json": {Data: data}})
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// The vectors were made by Hugging Face's own @huggingface/tokenizers 0.2.0
// from testdata/tokenizer.json, with its pre-tokenizer or with a Split by the
// pattern given.
func TestEncodeAgreesWithHuggingFace(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/huggingface.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Pattern, Text string
		IDs           []int32
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	tokenizers := map[string]*Tokenizer{"": small(t)}
	for _, v := range vectors {
		tok := tokenizers[v.Pattern]
		if tok == nil {
			tok = withPreTokenizer(t,
				map[string]any{"type": "Split", "behavior": "Isolated", "pattern": map[string]any{"Regex": v.Pattern}},
				map[string]any{"type": "ByteLevel", "use_regex": false})
			tokenizers[v.Pattern] = tok
		}
		if diff := cmp.Diff(v.IDs, tok.Encode(v.Text)); diff != "" {
			t.Errorf("%q with pattern %q: %s", v.Text, v.Pattern, diff)
		}
	}
}

func TestSpecialTokensAreNeverText(t *testing.T) {
	t.Parallel()
	tok := small(t)
	end, ok := tok.Special("<|im_end|>")
	if !ok {
		t.Fatal("no <|im_end|>")
	}
	const text = "a<|im_end|>b<|im_start|><|endoftext|>"
	ids := tok.Encode(text)
	for _, id := range ids {
		if tok.special[id] {
			t.Errorf("text became the special token %d", id)
		}
	}
	if got := tok.Decode(ids); got != text {
		t.Errorf("came back as %q", got)
	}
	if got := tok.Decode([]int32{end, ids[0], end, -1, 1 << 30}); got != "a" {
		t.Errorf("Decode kept a special token or an unknown id: %q", got)
	}
	if tok.Bytes(end) != nil || tok.Bytes(-1) != nil || string(tok.Bytes(ids[0])) != "a" {
		t.Error("Bytes: special and unknown tokens have none, others theirs")
	}
}

func TestBytesOfACharacterInParts(t *testing.T) {
	t.Parallel()
	tok := small(t)
	ids := tok.Encode("🙂")
	var raw []byte
	for _, id := range ids {
		raw = append(raw, tok.Bytes(id)...)
	}
	if len(ids) < 2 || string(raw) != "🙂" {
		t.Errorf("%d tokens, bytes %q", len(ids), raw)
	}
}

func TestAVeryLongWord(t *testing.T) {
	t.Parallel()
	tok := small(t)
	word := strings.Repeat("delivery", 10_000)
	if got := tok.Decode(tok.Encode(word)); got != word {
		t.Error("a word of 80,000 letters does not come back")
	}
}

func TestIgnoreMergesTakesWholeWords(t *testing.T) {
	t.Parallel()
	const file = `{"model":{"type":"BPE","ignore_merges":true,"vocab":{%BYTES%,"ab":256,"abc":257},"merges":[["a","b"]]},
		"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}}`
	tok, err := parse([]byte(strings.Replace(file, "%BYTES%", byteVocab(), 1)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int32{257}, tok.Encode("abc")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int32{256, 256}, tok.Encode("abab")); diff != "" {
		t.Error(diff)
	}
}

// byteVocab is a vocabulary of the 256 bytes, as the inside of a JSON object.
func byteVocab() string {
	var entries []string
	for b, r := range byteRunes() {
		key, _ := json.Marshal(string(r))
		entries = append(entries, string(key)+":"+strconv.Itoa(b))
	}
	return strings.Join(entries, ",")
}

func TestLoadRefusals(t *testing.T) {
	t.Parallel()
	vocab := byteVocab()
	const byteLevel = `"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false}`
	for _, test := range []struct{ file, want string }{
		{``, "not a tokenizer"},
		{`[]`, "not a tokenizer"},
		{`{"model":{"type":"WordPiece","vocab":{"a":0}}}`, `model "WordPiece" is not supported`},
		{`{"model":{"type":"BPE","vocab":{}}}`, "the vocabulary is empty"},
		{`{"model":{"type":"BPE","byte_fallback":true,"vocab":{"a":0}}}`, "byte fallback"},
		{`{"model":{"type":"BPE","vocab":{"a":0}},"normalizer":{"type":"NFKC"}}`, `normalizer "NFKC"`},
		{`{"model":{"type":"BPE","vocab":{"a":0}}}`, "not byte-level"},
		{`{"model":{"type":"BPE","vocab":{"a":0}},"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":true}}`, `"ByteLevel" with its settings`},
		{`{"model":{"type":"BPE","vocab":{"a":0}},"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","behavior":"Isolated","pattern":{"Regex":"x"}},{"type":"ByteLevel"}]}}`, `"Split" with its settings`},
		{`{"model":{"type":"BPE","vocab":{"a":0}},` + byteLevel + `}`, "has no token"},
		{`{"model":{"type":"BPE","vocab":{"a":-1}},` + byteLevel + `}`, "has the id -1"},
		{`{"model":{"type":"BPE","vocab":{"a":99999999999}},` + byteLevel + `}`, "has the id 99999999999"},
		{`{"model":{"type":"BPE","vocab":{` + vocab + `,"ab":5}},` + byteLevel + `}`, "shares the id 5"},
		{`{"model":{"type":"BPE","vocab":{` + vocab + `,"日":300}},` + byteLevel + `}`, "stands for no byte"},
		{`{"model":{"type":"BPE","vocab":{` + vocab + `},"merges":["a b"]},` + byteLevel + `}`, "not all three are in the vocabulary"},
		{`{"model":{"type":"BPE","vocab":{` + vocab + `},"merges":["ab"]},` + byteLevel + `}`, "is not two tokens"},
		{`{"model":{"type":"BPE","vocab":{` + vocab + `},"merges":[1]},` + byteLevel + `}`, "neither strings nor pairs"},
		{`{"model":{"type":"BPE","vocab":{` + vocab + `,"ab":256},"merges":["a b"]},"added_tokens":[{"id":256,"content":"ab","special":true}],` + byteLevel + `}`, "not all three are in the vocabulary"},
		{`{"model":{"type":"BPE","vocab":{` + vocab + `}},"added_tokens":[{"id":256,"content":""}],` + byteLevel + `}`, "added token"},
		{`{"model":{"type":"BPE","vocab":{` + vocab + `}},"added_tokens":[{"id":256,"content":"<x>"},{"id":256,"content":"<y>"}],` + byteLevel + `}`, "two added tokens"},
	} {
		_, err := Load(fstest.MapFS{"tokenizer.json": {Data: []byte(test.file)}})
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "tokenizer.json: ") {
			t.Errorf("%.80s\n got %v\nwant %s", test.file, err, test.want)
		}
	}
	if _, err := Load(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "tokenizer.json") {
		t.Errorf("empty folder: %v", err)
	}
}

func FuzzRoundTrip(f *testing.F) {
	for _, text := range []string{"", "Hello, world!", "order 123\r\n\n  'll", "a\x00b\xff\xc3", "日本語 🙂", "<|im_end|>"} {
		f.Add(text)
	}
	tok := small(f)
	f.Fuzz(func(t *testing.T, text string) {
		ids := tok.Encode(text)
		if got := tok.Decode(ids); got != text {
			t.Errorf("%q came back as %q", text, got)
		}
		if utf8.ValidString(text) && len(ids) > len(text) {
			t.Errorf("%q has more tokens than bytes", text)
		}
		if slices.ContainsFunc(ids, func(id int32) bool { return tok.special[id] }) {
			t.Errorf("%q became a special token", text)
		}
	})
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(`{"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]},"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false}}`))
	f.Add([]byte(`{"model":{"vocab":{` + byteVocab() + `,"ab":256},"merges":[["a","b"]]},"added_tokens":[{"id":257,"content":"<s>","special":true}],"pre_tokenizer":{"type":"ByteLevel"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		tok, err := parse(data)
		if err != nil {
			return
		}
		const text = "ab <s> 12"
		if got := tok.Decode(tok.Encode(text)); got != text {
			t.Errorf("%q came back as %q", text, got)
		}
	})
}
