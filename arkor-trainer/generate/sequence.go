package generate

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// ErrContextTooLong is the cause of errors about prompts that leave no room.
var ErrContextTooLong = errors.New("the context is too long")

func tooLong(tokens string, most int) error {
	return fmt.Errorf("%w: the conversation has %s tokens and the model reads %d together with its answer", ErrContextTooLong, tokens, most)
}

// sequence is one text on its way through the model: the keys and values of
// what was read so far.
type sequence struct {
	config  *model.Config
	adapter *Adapter
	length  int // tokens that were read
	room    int // tokens that fit

	keys, values [][]float32 // per layer, [room, NumKVHeads*HeadDim]
	scores       []float32   // [NumHeads, room], in use only while attending
}

// newSequence makes an empty sequence for a prompt, which it checks, and for
// more tokens behind it.
func (e *Engine) newSequence(prompt []int32, adapter *Adapter, more int) (*sequence, error) {
	c := &e.config
	if len(prompt) == 0 {
		return nil, errors.New("the prompt is empty")
	}
	if len(prompt)+min(more, 1) > c.MaxPositions {
		return nil, tooLong(strconv.Itoa(len(prompt)), c.MaxPositions)
	}
	for i, token := range prompt {
		if token < 0 || int(token) >= c.VocabSize {
			return nil, fmt.Errorf("token %d at position %d is not in the vocabulary of %d", token, i, c.VocabSize)
		}
	}
	if adapter != nil && len(adapter.layers) != c.NumLayers {
		return nil, fmt.Errorf("the adapter is for a model of %d layers, this one has %d", len(adapter.layers), c.NumLayers)
	}
	s := &sequence{config: c, adapter: adapter, keys: make([][]float32, c.NumLayers), values: make([][]float32, c.NumLayers)}
	// Long answers are rare: room for all of a large maxTokens would often be
	// wasted, so reserve doubles it when it is used up.
	s.grow(min(len(prompt)+min(more, 256), c.MaxPositions))
	return s, nil
}

// reserve makes room for n more tokens; the sequence stays within the model's
// positions.
func (s *sequence) reserve(n int) {
	if need := s.length + n; need > s.room {
		s.grow(min(max(need, 2*s.room), s.config.MaxPositions))
	}
}

func (s *sequence) grow(room int) {
	size := s.config.NumKVHeads * s.config.HeadDim
	for i := range s.keys {
		for _, cache := range []*[]float32{&s.keys[i], &s.values[i]} {
			bigger := make([]float32, room*size)
			copy(bigger, *cache)
			*cache = bigger
		}
	}
	s.scores = make([]float32, s.config.NumHeads*room)
	s.room = room
}
