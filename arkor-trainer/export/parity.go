package export

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/arkorlab/arkor-go/arkor-trainer/generate"
	"github.com/arkorlab/arkor-go/arkor-trainer/tokenizer"
)

const (
	// answerTokens is how long the compared answers are at most.
	answerTokens = 32

	// tie is how much better the trainer may find its own next token than the
	// one that the exported files chose, for the two to count as equally good.
	// Adding an adapter to the weights instead of computing it beside them rounds
	// differently, which moves logits by some 0.0001, and may turn such a pair.
	tie = 0.01
)

// Report is what the test of the exported files found. It is parity.json.
type Report struct {
	Format    string `json:"format"`
	Type      string `json:"type"`
	BaseModel string `json:"baseModel"`

	Checked bool   `json:"checked"`
	Reason  string `json:"reason,omitempty"` // why it is not checked
	Passed  bool   `json:"passed"`
	Rule    string `json:"rule,omitempty"` // what has to hold

	PromptsFrom string   `json:"promptsFrom,omitempty"`
	Prompts     int      `json:"prompts"`
	SameAnswers int      `json:"sameAnswers"` // token by token
	NearTies    int      `json:"nearTies"`    // answers that part where two tokens are as good as equal
	Tokens      int      `json:"tokens"`      // that the trainer chose
	SameTokens  int      `json:"sameTokens"`  // of those, what the files choose after the same text
	MaxLogit    float64  `json:"maxLogitDifference"`
	Error       float64  `json:"relativeLogitError"`
	Answers     []Answer `json:"answers,omitempty"`
}

// Answer is the comparison of one.
type Answer struct {
	Prompt     string  `json:"prompt"` // its last user turn
	Trainer    string  `json:"trainer"`
	Exported   string  `json:"exported"`
	Same       bool    `json:"same"`                // token by token
	TieMargin  float64 `json:"tieMargin,omitempty"` // where they part: how much better the trainer finds its own token
	SameTokens int     `json:"sameTokens"`
	MaxLogit   float64 `json:"maxLogitDifference"`
}

// answerer is a model that is asked.
type answerer struct {
	engine  *generate.Engine
	adapter *generate.Adapter
}

// prompt is a conversation up to where the assistant speaks.
type prompt struct {
	text   string
	tokens []int32
}

// reference is what the trained model answers.
type reference struct {
	prompts []prompt
	from    string // where the prompts are from
	stops   []int32
	tok     *tokenizer.Tokenizer
	answers [][]int32
	ended   []bool        // by itself, rather than at the limit
	logits  [][][]float32 // per answer, the scores that each of its tokens, and its end, was chosen by
}

func (r *reference) answer(ctx context.Context, a answerer) error {
	for _, p := range r.prompts {
		tokens, ended, err := a.greedy(ctx, p.tokens, r.stops)
		if err != nil {
			return err
		}
		logits, err := a.scores(p.tokens, tokens, ended)
		if err != nil {
			return err
		}
		r.answers, r.ended, r.logits = append(r.answers, tokens), append(r.ended, ended), append(r.logits, logits)
	}
	return nil
}

// greedy returns the likeliest answer.
func (a answerer) greedy(ctx context.Context, prompt, stops []int32) (tokens []int32, ended bool, err error) {
	tokens = []int32{}
	o := generate.Options{Adapter: a.adapter, TopP: 1, MaxTokens: answerTokens, StopTokens: stops}
	result, err := a.engine.Generate(ctx, prompt, o, func(token int32) []byte {
		tokens = append(tokens, token)
		return nil
	}, func(string) error { return nil })
	if err == nil && result.FinishReason == generate.FinishCancelled {
		err = context.Cause(ctx)
	}
	return tokens, result.FinishReason == generate.FinishStop, err
}

// scores returns what each token of an answer, and its end, is chosen by.
func (a answerer) scores(prompt, answer []int32, ended bool) ([][]float32, error) {
	all, err := a.engine.Logits(slices.Concat(prompt, answer), a.adapter)
	if err != nil {
		return nil, err
	}
	last := len(all)
	if !ended {
		last--
	}
	kept := make([][]float32, 0, last-len(prompt)+1)
	for _, logits := range all[len(prompt)-1 : last] {
		kept = append(kept, slices.Clone(logits))
	}
	return kept, nil
}

// compare asks the exported files the same, and fills in the report.
func (r *reference) compare(ctx context.Context, exported answerer, report *Report) error {
	var squares, spread float64
	for i, p := range r.prompts {
		tokens, ended, err := exported.greedy(ctx, p.tokens, r.stops)
		if err != nil {
			return err
		}
		logits, err := exported.scores(p.tokens, r.answers[i], r.ended[i])
		if err != nil {
			return err
		}
		a := Answer{Prompt: p.text, Trainer: r.tok.Decode(r.answers[i]), Exported: r.tok.Decode(tokens)}
		for at, mine := range r.logits[i] {
			if best(mine) == best(logits[at]) {
				a.SameTokens++
			}
			a.MaxLogit = max(a.MaxLogit, farthest(mine, logits[at]))
			wrong, wide := energy(mine, logits[at])
			squares, spread = squares+wrong, spread+wide
		}
		a.Same = slices.Equal(tokens, r.answers[i]) && ended == r.ended[i]
		if a.Same {
			report.SameAnswers++
		} else if a.TieMargin = r.margin(i, tokens, logits); a.TieMargin <= tie {
			report.NearTies++
		}
		report.Tokens += len(r.logits[i])
		report.SameTokens += a.SameTokens
		report.MaxLogit = max(report.MaxLogit, a.MaxLogit)
		report.Answers = append(report.Answers, a)
	}
	report.Prompts, report.PromptsFrom = len(r.prompts), r.from
	if squares > 0 {
		report.Error = math.Sqrt(squares / spread)
	}
	if r := report.Error; r-r != 0 {
		return errors.New("the exported files answer with what is no number")
	}
	return nil
}

// margin returns how much better the trained model finds its own token than the
// other where an answer parts from its own.
func (r *reference) margin(i int, other []int32, otherLogits [][]float32) float64 {
	at := 0
	for at < len(other) && at < len(r.answers[i]) && other[at] == r.answers[i][at] {
		at++
	}
	at = min(at, len(r.logits[i])-1)
	mine := r.logits[i][at]
	chosen := best(otherLogits[at])
	if at < len(other) {
		chosen = int(other[at])
	}
	return float64(mine[best(mine)] - mine[chosen])
}

func best(logits []float32) int {
	index := 0
	for i, v := range logits {
		if v > logits[index] {
			index = i
		}
	}
	return index
}

func farthest(a, b []float32) (d float64) {
	for i := range a {
		d = max(d, math.Abs(float64(a[i]-b[i])))
	}
	return d
}

// energy returns the sum of the squared differences of b from a, and that of a
// from its mean.
func energy(a, b []float32) (wrong, spread float64) {
	mean := 0.0
	for _, v := range a {
		mean += float64(v) / float64(len(a))
	}
	for i, v := range a {
		wrong += float64(b[i]-v) * float64(b[i]-v)
		spread += (float64(v) - mean) * (float64(v) - mean)
	}
	return wrong, spread
}

// allowed returns the largest relative error of the logits that is not a sign of
// a wrong file, 0 where the tokens have to be the same.
func allowed(kind string) float64 {
	switch kind {
	case F16:
		return 0.02
	case Q8_0:
		return 0.2
	}
	return 0
}

// verdict decides. What it returns says why the files are wrong.
func (r *Report) verdict() error {
	r.Checked = true
	if most := allowed(r.Type); most > 0 {
		r.Rule = fmt.Sprintf("%s rounds, so tokens may differ; the logits may be off by %v of their spread", r.Type, most)
		r.Passed = r.Error <= most
	} else {
		r.Rule = fmt.Sprintf("every answer has the same tokens, or parts at two that the trainer finds within %v of each other", tie)
		r.Passed = r.SameAnswers+r.NearTies == r.Prompts
	}
	if r.Passed {
		return nil
	}
	return &UnlikeError{*r}
}

// UnlikeError means that the exported files answer differently from the trained
// model.
type UnlikeError struct{ Report Report }

func (e *UnlikeError) Error() string {
	r := e.Report
	return fmt.Sprintf("the exported files do not answer like the trained model: %d of %d answers are the same, %d of %d tokens, and logits are up to %.3g away",
		r.SameAnswers, r.Prompts, r.SameTokens, r.Tokens, r.MaxLogit)
}
