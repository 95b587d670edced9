package api

import (
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Limits of a result. A client that has more leaves some out.
const (
	maxEval        = 256 << 10
	maxEvalName    = 200
	maxWorst       = 20
	maxEvalText    = 4000
	maxEvalSamples = 1 << 32
)

// addEval keeps what an eval found with the job that it is about.
func (s *server) addEval(c *call) error {
	job, err := s.find(c)
	if err != nil {
		return err
	}
	var result cloud.EvalResult
	if err := c.decode(maxEval, &result); err != nil {
		return err
	}
	if err := checkEval(result); err != nil {
		return err
	}
	result.CreatedAt, result.Passed = cloud.Timestamp(time.Now()), result.Pass()
	if result.Worst == nil {
		result.Worst = []cloud.EvalSample{}
	}
	if result, err = s.Store.AddEval(c.Context(), job.ID, result); err != nil {
		return err
	}
	return c.json(http.StatusCreated, map[string]any{"eval": result})
}

func (s *server) listEvals(c *call) error {
	job, err := s.find(c)
	if err != nil {
		return err
	}
	results, err := s.Store.Evals(c.Context(), job.ID)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"evals": results})
}

// checkEval says which field of a result is wrong.
func checkEval(r cloud.EvalResult) error {
	refuse := func(format string, args ...any) error {
		return fail(http.StatusBadRequest, "invalid_request", format, args...)
	}
	if !fits(r.Name, maxEvalName) || r.Name == "" {
		return refuse("name must be a string of 1 to %d characters", maxEvalName)
	}
	if !knownTarget(r.Target) {
		return refuse(`target must be {"kind":"final","step"?}, {"kind":"checkpoint","step"}, {"kind":"base","model"} or {"kind":"endpoint","slug"}`)
	}
	switch {
	case r.Count < 0 || r.Count > maxEvalSamples:
		return refuse("count must be a number of samples")
	case r.Failed < 0 || r.Failed > r.Count:
		return refuse("failed must be a number of samples, at most count")
	case (r.Mean == nil) != (r.Failed == r.Count) || (r.Mean == nil) != (r.Min == nil) || (r.Mean == nil) != (r.Max == nil):
		return refuse("mean, min and max must be numbers, or null when no sample has a score")
	case r.Mean != nil && *r.Min > *r.Max:
		return refuse("min must be at most max")
	case len(r.Worst) > maxWorst:
		return refuse("worst must hold at most %d samples", maxWorst)
	}
	for i, sample := range r.Worst {
		for _, text := range []*string{sample.Prompt, sample.Answer, sample.Note} {
			if text != nil && !fits(*text, maxEvalText) {
				return refuse("worst[%d]: a text must have at most %d characters", i, maxEvalText)
			}
		}
	}
	return nil
}

func knownTarget(t cloud.EvalTarget) bool {
	if t.Step != nil && (*t.Step < 0 || *t.Step > maxSteps) {
		return false
	}
	bare := cloud.EvalTarget{Kind: t.Kind}
	switch t.Kind {
	case "final", "checkpoint":
		bare.Step = t.Step
		return t == bare && (t.Kind == "final" || t.Step != nil)
	case "base":
		bare.Model = t.Model
		return t == bare && t.Model != "" && fits(t.Model, maxEvalText)
	case "endpoint":
		bare.Slug = t.Slug
		return t == bare && t.Slug != "" && fits(t.Slug, maxEvalName)
	}
	return false
}

func fits(text string, most int) bool { return utf8.RuneCountInString(text) <= most }
