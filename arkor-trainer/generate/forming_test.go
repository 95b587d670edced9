package generate

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar"
)

// slow is a constraint that takes until free is closed to say what may follow.
type slow struct {
	asked chan struct{} // closed when it is asked
	free  chan struct{}
	once  sync.Once
	known bool
}

func (s *slow) Ready() bool { return s.known }

func (s *slow) Prepare() bool {
	s.once.Do(func() { close(s.asked) })
	<-s.free
	s.known = true
	return true
}

func (*slow) Mask([]float32) bool { return true }

func (s *slow) Accept(int32) { s.known = false }

func newSlow() *slow { return &slow{asked: make(chan struct{}), free: make(chan struct{})} }

// Who asks for a form that is hard to follow waits for it alone: others are
// answered meanwhile, also those that came later.
func TestHardFormsHoldNobodyUp(t *testing.T) {
	t.Parallel()
	m := randomModel(smallConfig(), 11)
	e := engine(t, m, fastestKernel(), 1)
	others := variety(t, m)
	held := others[2]
	want := held.answer(t, e)
	s := newSlow()
	held.options.Constraint = s
	var got string
	var wait sync.WaitGroup
	wait.Go(func() { got = held.answer(t, e) })
	<-s.asked
	for _, other := range others {
		other.answer(t, e)
	}
	close(s.free)
	wait.Wait()
	if got != want {
		t.Errorf("with a constraint that allows everything it says %q, without %q", got, want)
	}
}

// A cancelled answer ends when nobody works for it any more.
func TestCancelWhileAFormIsPrepared(t *testing.T) {
	t.Parallel()
	e := engine(t, randomModel(smallConfig(), 11), fastestKernel(), 1)
	s := newSlow()
	ctx, cancel := context.WithCancel(t.Context())
	var result Result
	var err error
	var wait sync.WaitGroup
	wait.Go(func() {
		result, err = e.Generate(ctx, []int32{1, 2, 3}, Options{TopP: 1, MaxTokens: 9, Constraint: s}, name, func(string) error { return nil })
	})
	<-s.asked
	cancel()
	close(s.free)
	wait.Wait()
	if err != nil || result.FinishReason != FinishCancelled {
		t.Errorf("%+v, %v", result, err)
	}
}

// A bug in a constraint ends its answer alone.
func TestAConstraintThatPanics(t *testing.T) {
	t.Parallel()
	e := engine(t, randomModel(smallConfig(), 11), fastestKernel(), 1)
	ask := func(c Constraint) (value any) {
		defer func() { value = recover() }()
		_, err := e.Generate(t.Context(), []int32{1, 2, 3}, Options{TopP: 1, MaxTokens: 2, Constraint: c}, name, func(string) error { return nil })
		if err != nil {
			t.Error(err)
		}
		return nil
	}
	if got, ok := ask(broken{}).(string); !ok || !strings.HasPrefix(got, "broken") {
		t.Errorf("panicked with %v", got)
	}
	if got := ask(nil); got != nil {
		t.Error(got)
	}
}

type broken struct{ *slow }

func (broken) Ready() bool { return false }

func (broken) Prepare() bool { panic("broken") }

// What is said in a form depends neither on other answers nor on whose form was
// followed before, or on a beginning that was read before.
func TestFormsDoNotDependOnEachOther(t *testing.T) {
	t.Parallel()
	a := openTest(t, "")
	var questions []Question
	for _, form := range []*grammar.Spec{
		{Type: grammar.JSONObject},
		{Type: grammar.JSONSchema, Schema: json.RawMessage(`{"type":"object","properties":{"a":{"type":"string","maxLength":30},"b":{"type":"integer"}},"required":["a","b"]}`)},
		{Type: grammar.Regex, Pattern: `[a-f]{3,9}(-[0-9]{2,4}){1,5}`},
		{Type: grammar.EBNF, Grammar: `root ::= ("(" root ")")? [a-z]{1,20}`},
		nil,
	} {
		q := Question{Messages: hello(), Form: form}
		questions = append(questions, q)
		if form == nil {
			q.Tools, q.Choice, q.Parallel = weatherTools(), ChoiceRequired, true
			questions = append(questions, q)
		}
	}
	questions = append(questions, questions[1], questions[5])
	answer := func(a *Assistant, i int) (s told) {
		_, err := a.Reply(t.Context(), questions[i], Options{Temperature: 1, TopP: 1, Seed: uint64(i), MaxTokens: 60}, s.add)
		if err != nil {
			t.Error(err)
		}
		return s
	}
	alone := make([]told, len(questions))
	for i := range alone {
		alone[i] = answer(openTest(t, ""), i)
	}
	for range 3 {
		together := make([]told, len(questions))
		var wait sync.WaitGroup
		for i := range together {
			wait.Go(func() { together[i] = answer(a, i) })
		}
		wait.Wait()
		for i := range together {
			if got, want := together[i], alone[i]; got.Text != want.Text || !slices.Equal(got.Calls, want.Calls) {
				t.Errorf("question %d: alone %+v, beside others %+v", i, want, got)
			}
		}
	}
}
