package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Why a generation ended.
const (
	FinishStop      = "stop"   // the model ended its answer, or a stop string was met
	FinishLength    = "length" // maxTokens, or the end of the context
	FinishCancelled = "cancelled"
)

const (
	maxStops      = 16
	maxStopLength = 256
)

// Options say how to answer. The zero value is not valid: TopP and MaxTokens
// have to be set.
type Options struct {
	Adapter     *Adapter // nil: the base model
	Temperature float64  // 0 to 2; 0 always takes the likeliest token
	TopP        float64  // over 0, to 1; 1 keeps all tokens
	MaxTokens   int      // at least 1; the context's end may come first
	Seed        uint64
	Stop        []string // texts that end the answer and are not part of it
	StopTokens  []int32  // tokens that end the answer
}

// check returns an error that names the option at fault, by its name in the
// worker's protocol.
func (o *Options) check() error {
	switch {
	case !(o.Temperature >= 0 && o.Temperature <= 2):
		return fmt.Errorf("temperature %v is not between 0 and 2", o.Temperature)
	case !(o.TopP > 0 && o.TopP <= 1):
		return fmt.Errorf("topP %v is not over 0 and at most 1", o.TopP)
	case o.MaxTokens < 1:
		return fmt.Errorf("maxTokens %d is not at least 1", o.MaxTokens)
	case len(o.Stop) > maxStops:
		return fmt.Errorf("stop has %d texts, at most %d are allowed", len(o.Stop), maxStops)
	}
	for _, stop := range o.Stop {
		if stop == "" || len(stop) > maxStopLength || !utf8.ValidString(stop) {
			return fmt.Errorf("stop text %q is not valid UTF-8 of 1 to %d bytes", stop, maxStopLength)
		}
	}
	return nil
}

// Result counts what a generation read and wrote.
type Result struct {
	FinishReason     string
	PromptTokens     int
	CompletionTokens int // without the token that ended the answer
}

// Generate answers prompt. It calls emit with each piece of text, valid UTF-8
// and never empty; text returns the bytes of a token, nil for one that is not
// text. The end of ctx ends the generation with FinishCancelled and no error.
// Errors are a *RequestError about the options, about the prompt (see
// ErrContextTooLong), or come from emit.
func (e *Engine) Generate(ctx context.Context, prompt []int32, o Options, text func(token int32) []byte, emit func(piece string) error) (Result, error) {
	result := Result{PromptTokens: len(prompt)}
	if err := o.check(); err != nil {
		return result, &RequestError{err}
	}
	limit := min(o.MaxTokens, e.config.MaxPositions-len(prompt))
	s, err := e.newSession(prompt, o.Adapter, o.MaxTokens)
	if err != nil {
		return result, err
	}
	for s.length < len(prompt) {
		if ctx.Err() != nil {
			result.FinishReason = FinishCancelled
			return result, nil
		}
		s.forward(prompt[s.length:min(len(prompt), s.length+s.width)])
	}
	pieces := assembler{stops: o.Stop}
	choose := newSampler(o.Temperature, o.TopP, o.Seed, e.config.VocabSize)
	result.FinishReason, err = func() (string, error) {
		for {
			if ctx.Err() != nil {
				return FinishCancelled, nil
			}
			token := choose.pick(s.logitsOf(s.tokens - 1))
			if token < 0 {
				return "", errors.New("the model's output is not a number: its weights or the adapter are damaged")
			}
			if slices.Contains(o.StopTokens, token) {
				return FinishStop, nil
			}
			result.CompletionTokens++
			piece, found := pieces.push(text(token))
			if err := emitText(emit, piece); err != nil || found {
				return FinishStop, err
			}
			if result.CompletionTokens == limit {
				return FinishLength, nil
			}
			s.step(token)
		}
	}()
	if err == nil {
		err = emitText(emit, pieces.flush())
	}
	return result, err
}

func emitText(emit func(string) error, piece string) error {
	if piece == "" {
		return nil
	}
	return emit(piece)
}

// step reads one token.
func (s *session) step(token int32) {
	s.next[0] = token
	s.forward(s.next[:])
}
