package corpus

import (
	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/tokenizer"
)

// The special tokens of the builtin model. The first one separates texts and
// fills up batches.
const (
	endOfText   = "<|endoftext|>"
	startOfTurn = "<|im_start|>"
	endOfTurn   = "<|im_end|>"
)

const (
	tokenizerConversations = 20_000
	maxLength              = 512 // tokens that the builtin model reads at most
)

// Tokenizer trains the tokenizer of the builtin model and returns its files by
// name. The same seed and size give the same bytes.
func Tokenizer(seed int64, vocabSize int) (map[string][]byte, error) {
	vocabulary, err := tokenizer.Train(tokenizerTexts(seed, tokenizerConversations), vocabSize, []string{endOfText, startOfTurn, endOfTurn})
	if err != nil {
		return nil, err
	}
	definition, err := vocabulary.JSON()
	if err != nil {
		return nil, err
	}
	config, err := vocabulary.ConfigJSON(chat.ChatMLJinja(), endOfTurn, endOfText, maxLength)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{"tokenizer.json": definition, "tokenizer_config.json": config}, nil
}
