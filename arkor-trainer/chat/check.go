package chat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Set is the samples for training or those held out, as read and as tokens:
// Samples and Encoded belong together.
type Set struct {
	Name    string // the file
	HeldOut bool
	Samples []Sample
	Encoded []Encoded
}

// Check looks for what makes a data set unable to teach a model to answer, in
// its own right (refusals), and for what its owner should know (warnings). It
// reports each kind once per set, at the first sample that shows it.
// endOfTurn is Template.EndOfTurn, longest the most tokens that the model takes.
func (s Set) Check(endOfTurn int32, longest int) (refusals, warnings []cloud.Problem) {
	if len(s.Samples) == 0 {
		return []cloud.Problem{s.problem(cloud.ProblemNoSamples, Sample{}, "write one conversation per line: "+forms, "no samples")}, nil
	}
	for _, sample := range s.Samples {
		if !hasAnswer(sample) {
			return []cloud.Problem{s.problem(cloud.ProblemNoAnswer, sample, "", "no assistant turn, so there is nothing to learn: %s", show(sample))}, nil
		}
	}
	summary := Summarize(s.Encoded)
	first, limit := s.Samples[0], 0
	for _, e := range s.Encoded {
		limit = max(limit, len(e.Tokens))
	}
	hint := lengthHint(summary.Longest, limit, longest)
	switch {
	case summary.Supervised == 0:
		refusals = append(refusals, s.problem(cloud.ProblemAllMasked, first, hint,
			"every label is masked: no sample has any of its answer within the first %d tokens, such as %s", limit, show(first)))
	case !anyTrained(s.Encoded, endOfTurn):
		refusals = append(refusals, s.problem(cloud.ProblemEndNotTrained, first, hint,
			"the end of the answer is never trained, so the model would not learn to stop: every sample is cut after %d tokens, such as %s", limit, show(first)))
	default:
		warnings = s.cuts(summary, hint)
	}
	if n, sample := s.silent(); n > 0 {
		warnings = append(warnings, s.problem(cloud.ProblemEmptyAnswers, sample, "",
			"the answer is empty, so the model learns to say nothing; %s like this", of(n, len(s.Samples))))
	}
	if n, sample, line := s.Duplicates(); n > 0 {
		warnings = append(warnings, s.problem(cloud.ProblemDuplicates, sample, "",
			"the same conversation as in line %d (%s in the file)", line, count(n, "such repetition")))
	}
	return refusals, warnings
}

// lengthHint says what helps a set whose longest sample has so many tokens and
// is cut at the limit, for a model that takes no more than most.
func lengthHint(length, limit, most int) string {
	switch {
	case length <= most:
		return fmt.Sprintf("raise lora.maxLength (the longest sample has %d tokens) or shorten the samples", length)
	case limit < most:
		return fmt.Sprintf("raise lora.maxLength (the model takes up to %d tokens, the longest sample has %d) or shorten the samples", most, length)
	}
	return fmt.Sprintf("shorten the samples: the model takes up to %d tokens, the longest sample has %d", most, length)
}

// silent counts the samples in which the assistant says nothing, and returns
// the first of them.
func (s Set) silent() (n int, first Sample) {
	for _, sample := range s.Samples {
		says := func(m Message) bool { return m.Role == Assistant && strings.TrimSpace(m.Content) != "" }
		if slices.ContainsFunc(sample.Messages, says) {
			continue
		}
		if n++; n == 1 {
			first = sample
		}
	}
	return n, first
}

// cuts warns of samples that lose their answer, or the end of it.
func (s Set) cuts(summary Summary, hint string) (warnings []cloud.Problem) {
	var masked, cut *Sample
	for i, e := range s.Encoded {
		switch {
		case !e.Teaches():
			if masked == nil {
				masked = &s.Samples[i]
			}
		case e.Cut && cut == nil:
			cut = &s.Samples[i]
		}
	}
	if masked != nil {
		warnings = append(warnings, s.problem(cloud.ProblemMasked, *masked, hint,
			"nothing of the answer is left after the cut; %s left out for that", of(summary.Masked, summary.Samples)))
	}
	if cut != nil {
		warnings = append(warnings, s.problem(cloud.ProblemCut, *cut, hint,
			"cut before the end of the answer; %s", of(summary.Cut-summary.Masked, summary.Samples)))
	}
	return warnings
}

// of words how many of all samples something is true of.
func of(n, all int) string {
	verb := "are"
	if n == 1 {
		verb = "is"
	}
	return fmt.Sprintf("%d of %d samples %s", n, all, verb)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Teaches reports whether the model learns any token of the conversation.
func (e Encoded) Teaches() bool {
	for i := 1; i < len(e.Supervised); i++ { // nothing comes before the first to predict it from
		if e.Supervised[i] {
			return true
		}
	}
	return false
}

// problem describes something about one sample of the set.
func (s Set) problem(code string, sample Sample, hint, format string, args ...any) cloud.Problem {
	return cloud.Problem{Code: code, Set: s.wire(), File: s.Name, Line: sample.Line, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// Refuse is the error of a job that is refused, "file:line: message".
func Refuse(p cloud.Problem) error {
	err := errors.New(p.String())
	if p.Hint == "" {
		return err
	}
	return cli.Hint(err, "%s", p.Hint)
}

func place(name string, line int) string {
	if line == 0 {
		return name
	}
	return fmt.Sprintf("%s:%d", name, line)
}

func hasAnswer(s Sample) bool {
	for _, m := range s.Messages {
		if m.Role == Assistant {
			return true
		}
	}
	return false
}

func anyTrained(encoded []Encoded, token int32) bool {
	for _, e := range encoded {
		for i, supervised := range e.Supervised {
			if supervised && e.Tokens[i] == token {
				return true
			}
		}
	}
	return false
}

// show is the sample as a reader would find it in the file, on one line.
func show(s Sample) string {
	type function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	}
	type call struct {
		ID       string   `json:"id,omitempty"`
		Type     string   `json:"type"`
		Function function `json:"function"`
	}
	type message struct {
		Role       string  `json:"role"`
		Content    *string `json:"content"`
		ToolCalls  []call  `json:"tool_calls,omitempty"`
		ToolCallID string  `json:"tool_call_id,omitempty"`
	}
	messages := make([]message, len(s.Messages))
	for i, m := range s.Messages {
		messages[i] = message{Role: m.Role, Content: &m.Content, ToolCallID: m.ToolCallID}
		if m.Content == "" && len(m.ToolCalls) > 0 {
			messages[i].Content = nil
		}
		for _, c := range m.ToolCalls {
			messages[i].ToolCalls = append(messages[i].ToolCalls, call{c.ID, "function", function{c.Name, c.Arguments}})
		}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(map[string]any{"messages": messages}) // strings always encode
	return shorten(string(bytes.TrimSpace(out.Bytes())))
}
