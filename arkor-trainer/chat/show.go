package chat

import (
	"cmp"
	"slices"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

const (
	longestShown = 3
	samplesShown = 8
)

// Describe counts a set.
func (s Set) Describe() *cloud.PreviewSet {
	summary := Summarize(s.Encoded)
	d := &cloud.PreviewSet{
		File: s.Name, Samples: summary.Samples, Tokens: summary.Tokens, Trained: summary.Supervised,
		Cut: summary.Cut, Masked: summary.Masked, Longest: []cloud.SampleLength{},
	}
	d.Duplicates, _, _ = s.Duplicates()
	byLength := s.byLength()
	for _, i := range byLength[:min(len(byLength), longestShown)] {
		d.Longest = append(d.Longest, cloud.SampleLength{Line: s.Samples[i].Line, Tokens: s.Encoded[i].Length})
	}
	return d
}

// byLength returns indices, the longest sample first.
func (s Set) byLength() []int {
	order := make([]int, len(s.Encoded))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.Encoded[b].Length, s.Encoded[a].Length) })
	return order
}

// Show returns a few samples as the model sees them: those that problems are
// about, then the longest, the typical and the shortest for training.
func (t *Template) Show(train, heldOut Set, problems []cloud.Problem, maxLength int, responsesOnly bool) ([]cloud.PreviewSample, error) {
	type pick struct {
		set *Set
		at  int
	}
	var picks []pick
	why := map[pick][]string{}
	add := func(set *Set, at int, reason string) {
		p := pick{set, at}
		if _, ok := why[p]; !ok {
			if len(picks) == samplesShown {
				return
			}
			picks = append(picks, p)
		}
		why[p] = append(why[p], reason)
	}
	for _, problem := range problems {
		set := &train
		if problem.Set == cloud.SetHeldOut {
			set = &heldOut
		}
		i := slices.IndexFunc(set.Samples, func(s Sample) bool { return s.Line == problem.Line })
		if i >= 0 && i < len(set.Encoded) {
			add(set, i, problem.Code)
		}
	}
	if order := train.byLength(); len(order) > 0 {
		add(&train, order[0], "longest")
		add(&train, order[len(order)/2], "typical")
		add(&train, order[len(order)-1], "shortest")
	}
	shown := []cloud.PreviewSample{}
	for _, p := range picks {
		sample, e := p.set.Samples[p.at], p.set.Encoded[p.at]
		runs, more, err := t.Runs(sample, maxLength, responsesOnly)
		if err != nil {
			return nil, err
		}
		shown = append(shown, cloud.PreviewSample{
			Set: p.set.wire(), File: p.set.Name, Line: sample.Line, Why: why[p],
			Tokens: e.Length, Trained: countTrue(e.Supervised), Runs: runs, More: more,
		})
	}
	return shown, nil
}

// wire is the set's name in the API.
func (s Set) wire() string {
	if s.HeldOut {
		return cloud.SetHeldOut
	}
	return cloud.SetTrain
}
