package generate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// asked is a request and what came of it, as token ids.
type asked struct {
	prompt  []int32
	options Options
}

// name is a token as text.
func name(token int32) []byte { return fmt.Appendf(nil, "%d ", token) }

func (a asked) answer(t testing.TB, e *Engine) string {
	t.Helper()
	var text strings.Builder
	if _, err := e.Generate(t.Context(), a.prompt, a.options, name, func(piece string) error {
		text.WriteString(piece)
		return nil
	}); err != nil {
		t.Error(err)
	}
	return text.String()
}

// variety is one request of each kind: greedy and sampled, with other adapters
// and none, with prompts of one token and of several batches.
func variety(t testing.TB, m *model.Model) []asked {
	t.Helper()
	adapters := []*Adapter{nil}
	for i, rank := range []int{3, 8} {
		fsys, _ := randomAdapter(t, m, rank, 8, model.Projections(), uint64(20+i))
		a, err := LoadAdapter(fsys, m.Config)
		if err != nil {
			t.Fatal(err)
		}
		adapters = append(adapters, a)
	}
	var all []asked
	for i, length := range []int{1, 7, 40, 64, 65, 110, 150, 170} {
		o := Options{Adapter: adapters[i%3], TopP: 1, MaxTokens: 20 + i}
		if i%2 == 1 {
			o.Temperature, o.TopP, o.Seed = 0.9, 0.8, uint64(i)
		}
		all = append(all, asked{randomTokens(m.Config, length, uint64(30+i)), o})
	}
	return all
}

// An answer is the same alone and beside others, whatever these are.
func TestAnswersDoNotDependOnEachOther(t *testing.T) {
	t.Parallel()
	shared := smallConfig()
	shared.HiddenSize, shared.IntermediateSize, shared.VocabSize = 120, 700, 3001 // products worth sharing
	for _, c := range []model.Config{smallConfig(), shared} {
		m := randomModel(c, 11)
		requests := variety(t, m)
		for _, k := range kernels() {
			want := make([]string, len(requests))
			for i, r := range requests {
				want[i] = r.answer(t, engine(t, m, k, 0))
			}
			e := engine(t, m, k, 3)
			for round := range 2 { // the second finds its prompts known
				got := make([]string, len(requests))
				var all sync.WaitGroup
				for i, r := range requests {
					all.Go(func() { got[i] = r.answer(t, e) })
				}
				all.Wait()
				for i := range got {
					if got[i] != want[i] {
						t.Errorf("%s, round %d: request %d gives %q, alone %q", k.name, round, i, got[i], want[i])
					}
				}
			}
		}
	}
}

// More answers than a batch has rows take turns.
func TestMoreAnswersThanRows(t *testing.T) {
	t.Parallel()
	m := randomModel(smallConfig(), 12)
	e := engine(t, m, fastestKernel(), 1)
	r := asked{randomTokens(m.Config, 5, 1), Options{TopP: 1, MaxTokens: 30}}
	want := r.answer(t, e)
	var all sync.WaitGroup
	for range 2*batchRows + 5 {
		all.Go(func() {
			if got := r.answer(t, e); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	all.Wait()
}

// Answers that come one after the other end one scheduler's work and begin the
// next one's.
func TestAnswersComeAndGo(t *testing.T) {
	t.Parallel()
	m := randomModel(smallConfig(), 18)
	e := engine(t, m, fastestKernel(), 1)
	r := asked{randomTokens(m.Config, 3, 1), Options{TopP: 1, MaxTokens: 2}}
	want := r.answer(t, e)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 200 {
				if got := r.answer(t, e); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
	all.Wait()
}

// plans shows what a scheduler does in each step: the rows of each answer.
func plans(s *scheduler, steps int) (lines []string) {
	for range steps {
		s.join()
		s.plan()
		var line []string
		for _, p := range s.groups[0].batch.parts {
			line = append(line, fmt.Sprint(len(p.tokens)))
		}
		lines = append(lines, strings.Join(line, " "))
		s.step()
	}
	return lines
}

// A long prompt is read in pieces, beside which others get their tokens, and
// short prompts do not wait for it.
func TestLongPromptsDoNotStallOthers(t *testing.T) {
	t.Parallel()
	m := randomModel(smallConfig(), 13)
	e := engine(t, m, fastestKernel(), 0)
	s := newScheduler(e)
	begin := func(prompt int) {
		tokens := randomTokens(m.Config, prompt, uint64(prompt))
		sequence, err := e.newSequence(tokens, nil, 20)
		if err != nil {
			t.Fatal(err)
		}
		s.arrived = append(s.arrived, &answer{
			ctx: t.Context(), options: &Options{}, text: func(int32) []byte { return nil }, limit: 1000,
			sequence: sequence, tokens: tokens, sampler: newSampler(0, 1, 0, m.Config.VocabSize), done: make(chan struct{}),
		})
	}
	begin(100)
	got := plans(s, 3)
	begin(90)
	begin(8)
	got = append(got, plans(s, 5)...)
	want := []string{"64", "36", "1", "1 16 8", "1 1 32", "1 1 32", "1 1 10", "1 1 1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What was read already is not read again: a repeated system prompt, the next
// turn of a conversation; with another adapter it is another text.
func TestPrefixesAreReused(t *testing.T) {
	t.Parallel()
	m := randomModel(smallConfig(), 14)
	e := engine(t, m, fastestKernel(), 0)
	fsys, _ := randomAdapter(t, m, 3, 8, model.Projections(), 20)
	adapter, err := LoadAdapter(fsys, m.Config)
	if err != nil {
		t.Fatal(err)
	}
	system := randomTokens(m.Config, 50, 1)
	known := func(adapter *Adapter, tokens ...int32) int {
		s, err := e.newSequence(tokens, adapter, 0)
		if err != nil {
			t.Fatal(err)
		}
		e.answers.running.Wait()
		e.answers.prefixes.copyTo(s, tokens)
		return s.length
	}
	check := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %d tokens are known, want %d", what, got, want)
		}
	}
	first := append(slices.Clone(system), 1, 2)
	check("nothing was read", known(nil, first...), 0)
	asked{first, Options{TopP: 1, MaxTokens: 10}}.answer(t, e)
	check("the same", known(nil, first...), 51)
	check("the same system prompt", known(nil, append(slices.Clone(system), 3, 4, 5)...), 50)
	check("another adapter", known(adapter, first...), 0)
	answer := e.answers.prefixes.recent[0].tokens
	check("the next turn", known(nil, append(slices.Clone(answer), 7, 8)...), len(answer))
	if len(answer) != 52+9 { // the last token was not read
		t.Errorf("%d tokens are kept", len(answer))
	}
	asked{answer[:60], Options{TopP: 1, MaxTokens: 20}}.answer(t, e)
	if n := len(e.answers.prefixes.recent); n != 1 {
		t.Errorf("%d texts are kept, of which one goes on where the other ends", n)
	}
}

func TestPrefixesAreBounded(t *testing.T) {
	t.Parallel()
	m := randomModel(smallConfig(), 15)
	e := engine(t, m, fastestKernel(), 0)
	p := prefixes{limit: 3}
	for i := range 5 {
		tokens := randomTokens(m.Config, 20, uint64(i))
		s, err := e.newSequence(tokens, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		s.length = 20
		p.keep(s, tokens)
	}
	if len(p.recent) != 3 || p.values != 3*p.recent[0].size || p.recent[0].size != 20*3*2*20 {
		t.Errorf("%d texts with %d values", len(p.recent), p.values)
	}
	short, err := e.newSequence([]int32{1}, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	short.length = 1
	if p.keep(short, []int32{1}); len(p.recent) != 3 {
		t.Error("a text of one token is kept")
	}
}

// A panic that belongs to one answer ends that one, in its caller.
func TestPanicsEndOneAnswer(t *testing.T) {
	t.Parallel()
	m := randomModel(smallConfig(), 16)
	e := engine(t, m, fastestKernel(), 1)
	ok := asked{randomTokens(m.Config, 5, 1), Options{TopP: 1, MaxTokens: 40}}
	want := ok.answer(t, e)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if got := ok.answer(t, e); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
		all.Go(func() {
			defer func() {
				if value, _ := recover().(string); !strings.Contains(value, "no such token") {
					t.Errorf("recovered %q", value)
				}
			}()
			_, err := e.Generate(context.Background(), ok.prompt, ok.options, func(int32) []byte { panic("no such token") }, nil)
			t.Errorf("no panic, error %v", err)
		})
	}
	all.Wait()
}

// A bug in the model's own part ends the answers in progress, not the engine.
func TestPanicInALayerEndsAllAnswers(t *testing.T) {
	t.Parallel()
	m := randomModel(smallConfig(), 17)
	e := engine(t, m, fastestKernel(), 1)
	broken := &Adapter{rank: 1, layers: make([][projectionCount]lowRank, m.Config.NumLayers)}
	broken.layers[1][qProj] = lowRank{down: []float32{1}, up: []float32{1}}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		_, _ = e.Generate(context.Background(), []int32{1, 2}, Options{Adapter: broken, TopP: 1, MaxTokens: 5}, name, nil)
	}()
	if got := (asked{[]int32{1, 2}, Options{TopP: 1, MaxTokens: 5}}).answer(t, e); got == "" {
		t.Error("no answer")
	}
}
