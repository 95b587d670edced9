package generate

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/grammar"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/arkor-trainer/tokenizer"
)

// Assistant is an engine together with the tokenizer and the chat template that
// its model was made with. It may be used by any number of goroutines.
type Assistant struct {
	Engine    *Engine
	Tokenizer *tokenizer.Tokenizer
	Template  *chat.Template
	stops     []int32
	forms     *grammar.Cache
	longest   int // bytes of a token
}

// Open reads a model folder. Close the engine of the assistant when no answer
// is in progress.
func Open(fsys fs.FS) (*Assistant, error) {
	a := &Assistant{}
	var err error
	if a.Tokenizer, err = tokenizer.Load(fsys); err != nil {
		return nil, err
	}
	if a.Template, err = chat.LoadTemplate(fsys, a.Tokenizer); err != nil {
		return nil, err
	}
	m, err := model.Load(fsys) // last, because it takes the longest
	if err != nil {
		return nil, err
	}
	if n := a.Tokenizer.VocabSize(); n > m.Config.VocabSize {
		return nil, fmt.Errorf("tokenizer.json has %d tokens, but config.json says that the model knows %d", n, m.Config.VocabSize)
	}
	a.stops = append(a.Template.StopTokens(), m.Config.EOSTokenIDs...)
	for id := range int32(a.Tokenizer.VocabSize()) {
		a.longest = max(a.longest, len(a.Tokenizer.Bytes(id)))
	}
	a.forms = grammar.NewCache(a.Tokenizer.VocabSize(), a.Template.Text, a.stops)
	a.Engine, err = New(m)
	return a, err
}

// MaxLength returns how many tokens a conversation and its answer may have together.
func (a *Assistant) MaxLength() int { return a.Engine.config.MaxPositions }

// Answer continues a conversation with the assistant's next turn. The tokens
// that end a turn are added to those of o; see Generate for emit and the result.
func (a *Assistant) Answer(ctx context.Context, messages []chat.Message, o Options, emit func(piece string) error) (Result, error) {
	prompt, err := a.Template.Prompt(messages)
	if err != nil {
		return Result{}, &RequestError{err}
	}
	o.StopTokens = append(o.StopTokens[:len(o.StopTokens):len(o.StopTokens)], a.stops...)
	return a.Engine.Generate(ctx, prompt, o, a.Tokenizer.Bytes, emit)
}

// RequestError is a mistake in what was asked.
type RequestError struct{ err error }

func (e *RequestError) Error() string { return e.err.Error() }

func (e *RequestError) Unwrap() error { return e.err }
