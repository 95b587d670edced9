package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar"
)

// Why a generation ended.
const (
	FinishStop      = "stop"   // the model ended its answer, or a stop string was met
	FinishLength    = "length" // maxTokens, or the end of the context
	FinishCancelled = "cancelled"
	FinishToolCalls = "tool_calls" // the answer ended, and calls tools; see Reply
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
	Reading     func()   // called while the prompt is read, after each part but the last; may be nil
	Constraint  Constraint
}

// Constraint says which tokens may come next; nil leaves all of them.
type Constraint interface {
	Ready() bool                // whether Mask takes no time worth speaking of; it does not wait
	Prepare() (done bool)       // does a part of what makes it so, which may be many
	Mask(logits []float32) bool // sets the scores of tokens that may not to minus infinity; false when none may
	Accept(token int32)         // called with each token of the answer
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
// text. Both are called by the goroutine that serves all answers of the engine,
// so they must not wait for anything slow. The end of ctx ends the generation
// with FinishCancelled and no error. Errors are a *RequestError about the
// options, about the prompt (see ErrContextTooLong), or come from emit.
func (e *Engine) Generate(ctx context.Context, prompt []int32, o Options, text func(token int32) []byte, emit func(piece string) error) (Result, error) {
	result := Result{PromptTokens: len(prompt)}
	if err := o.check(); err != nil {
		return result, &RequestError{err}
	}
	s, err := e.newSequence(prompt, o.Adapter, o.MaxTokens)
	if err != nil {
		return result, err
	}
	a := &answer{
		ctx: ctx, options: &o, text: text, emit: emit, result: result, done: make(chan struct{}),
		limit:    min(o.MaxTokens, e.config.MaxPositions-len(prompt)),
		sequence: s, tokens: append(make([]int32, 0, s.room), prompt...),
		sampler: newSampler(o.Temperature, o.TopP, o.Seed, e.config.VocabSize),
		pieces:  assembler{stops: o.Stop},
	}
	e.answers.add(a)
	<-a.done
	if a.failure != nil {
		panic(fmt.Sprintf("%v\n%s", a.failure.value, a.failure.stack))
	}
	return a.result, a.err
}

// answer is a generation in progress. Until done is closed it belongs to the
// scheduler.
type answer struct {
	ctx     context.Context
	options *Options
	text    func(token int32) []byte
	emit    func(piece string) error
	limit   int // of tokens

	sequence *sequence
	tokens   []int32 // the prompt, and what was picked so far
	sampler  *sampler
	pieces   assembler

	forming chan *failure // which says that the constraint is prepared; nil when nobody prepares it
	formed  time.Duration // what that took so far

	// Of the present step.
	picks bool  // all tokens were read, so one is picked
	token int32 // the one that was picked
	stuck bool  // the constraint allows none

	result  Result
	err     error
	failure *failure
	done    chan struct{}
}

// unread are the tokens that the model has yet to see.
func (a *answer) unread() []int32 { return a.tokens[a.sequence.length:] }

// reading reports whether more of the prompt is to be read than a token.
func (a *answer) reading() bool { return len(a.unread()) > 1 }

// pick chooses the next token by its scores, which it may change. It runs beside
// the picks of other answers.
func (a *answer) pick(logits []float32) {
	if a.options.Constraint != nil && !a.options.Constraint.Mask(logits) {
		a.stuck = true
		return
	}
	a.token = a.sampler.pick(logits)
}

// deliver hands out the token of the step, and returns whether the answer is at
// its end.
func (a *answer) deliver() (ended bool) {
	if !a.picks || a.failure != nil { // or waits for its constraint
		if a.options.Reading != nil && a.failure == nil {
			a.options.Reading()
		}
		return false
	}
	if a.stuck {
		a.err = &RequestError{&grammar.Error{Err: errors.New("too ambiguous: there are too many ways to read the answer so far")}}
		return true
	}
	if a.token < 0 {
		a.err = errors.New("the model's output is not a number: its weights or the adapter are damaged")
		return true
	}
	if slices.Contains(a.options.StopTokens, a.token) {
		return a.end(FinishStop)
	}
	if a.options.Constraint != nil {
		a.options.Constraint.Accept(a.token)
	}
	a.result.CompletionTokens++
	piece, found := a.pieces.push(a.text(a.token))
	if a.err = a.say(piece); a.err != nil {
		return true
	}
	if found {
		return a.end(FinishStop)
	}
	if a.result.CompletionTokens == a.limit {
		return a.end(FinishLength)
	}
	a.tokens = append(a.tokens, a.token)
	return false
}

func (a *answer) end(reason string) bool {
	a.result.FinishReason = reason
	a.err = a.say(a.pieces.flush())
	return true
}

func (a *answer) say(piece string) error {
	if piece == "" {
		return nil
	}
	return a.emit(piece)
}
