package tokenizer

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// JSON returns the vocabulary as a tokenizer.json, the file that Load and
// Hugging Face's tokenizers read.
func (v Vocabulary) JSON() ([]byte, error) {
	letters := newAlphabet()
	vocab := orderedVocab{}
	var added []map[string]any
	for id, special := range v.specials {
		vocab.add(special)
		added = append(added, addedToken(id, special))
	}
	for r := rune(0); r < firstMoved+movedCount; r++ {
		if letters.bytes[r] >= 0 {
			vocab.add(string(r))
		}
	}
	merges := make([]string, 0, len(v.merges))
	for _, m := range v.merges {
		left, right := letters.encode(m[0]), letters.encode(m[1])
		merges = append(merges, left+" "+right)
	}
	for _, raw := range v.learned {
		vocab.add(letters.encode(raw))
	}
	byteLevel := map[string]any{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}
	return encodeJSON(map[string]any{
		"version":      "1.0",
		"truncation":   nil,
		"padding":      nil,
		"added_tokens": added,
		"normalizer":   nil,
		"pre_tokenizer": map[string]any{
			"type":          "Sequence",
			"pretokenizers": []any{map[string]any{"type": "Digits", "individual_digits": true}, byteLevel},
		},
		"post_processor": nil,
		"decoder":        byteLevel,
		"model": map[string]any{
			"type": "BPE", "dropout": nil, "unk_token": nil,
			"continuing_subword_prefix": nil, "end_of_word_suffix": nil,
			"fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
			"vocab": vocab, "merges": merges,
		},
	})
}

// ConfigJSON returns the tokenizer_config.json that goes beside tokenizer.json:
// the chat template in Jinja, the token that ends a turn, the token that fills
// up batches, and the longest text that the model reads.
func (v Vocabulary) ConfigJSON(chatTemplate, endOfTurn, padding string, maxLength int) ([]byte, error) {
	decoder := map[int]any{}
	for id, special := range v.specials {
		token := addedToken(id, special)
		delete(token, "id")
		decoder[id] = token
	}
	return encodeJSON(map[string]any{
		"added_tokens_decoder":         decoder,
		"additional_special_tokens":    v.specials,
		"bos_token":                    nil,
		"chat_template":                chatTemplate,
		"clean_up_tokenization_spaces": false,
		"eos_token":                    endOfTurn,
		"model_max_length":             maxLength,
		"pad_token":                    padding,
		"tokenizer_class":              "PreTrainedTokenizerFast",
		"unk_token":                    nil,
	})
}

func addedToken(id int, content string) map[string]any {
	return map[string]any{
		"id": id, "content": content, "special": true,
		"single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
	}
}

func encodeJSON(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// orderedVocab is a JSON object of tokens that stay in the order of their ids.
type orderedVocab struct{ tokens []string }

func (o *orderedVocab) add(token string) { o.tokens = append(o.tokens, token) }

func (o orderedVocab) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for id, token := range o.tokens {
		if id > 0 {
			out = append(out, ',')
		}
		key, err := encodeJSON(token)
		if err != nil {
			return nil, err
		}
		out = append(append(out, bytes.TrimSpace(key)...), ':')
		out = strconv.AppendInt(out, int64(id), 10)
	}
	return append(out, '}'), nil
}
