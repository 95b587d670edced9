package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/grammar"
	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/network"
)

// Ways to choose a tool, beside naming one.
const (
	ChoiceAuto     = "auto"     // the model decides; what "" means, too
	ChoiceNone     = "none"     // there is no call, and the model does not see the tools
	ChoiceRequired = "required" // there is at least one call
)

// Question is what an assistant is asked.
type Question struct {
	Messages []chat.Message
	Prompt   *string // instead of messages: a text to go on with, as it is

	Tools    []chat.Tool
	Choice   string // one of the above
	Tool     string // the name of the one to call, instead of a choice
	Parallel bool   // there may be several calls

	Form *grammar.Spec // of the answer's text; nil for any
}

// Delta is a piece of an answer: text, or a part of a call.
type Delta struct {
	Text string
	Call *CallDelta
}

// CallDelta is a piece of a call. The first one of a call has its name and ID.
type CallDelta struct {
	Index     int
	ID, Name  string
	Arguments string // to be appended
}

// Reply is Answer for all kinds of questions. Beside Answer's errors there are
// *RequestError around a *grammar.Error, for a form that no answer can be held
// to, and around chat.ErrNoTools, when the model cannot be left the choice of
// calling tools.
func (a *Assistant) Reply(ctx context.Context, q Question, o Options, emit func(Delta) error) (Result, error) {
	form, reader, err := a.form(&q)
	if err != nil {
		return Result{}, &RequestError{err}
	}
	prompt, err := a.prompt(&q)
	if err != nil {
		return Result{}, &RequestError{err}
	}
	var matcher *network.Matcher
	if form != nil {
		if matcher, err = a.forms.Matcher(ctx, form); ctx.Err() != nil {
			return Result{FinishReason: FinishCancelled}, nil
		} else if err != nil {
			return Result{}, &RequestError{err}
		}
		o.Constraint = matcher
	}
	o.StopTokens = append(o.StopTokens[:len(o.StopTokens):len(o.StopTokens)], a.stops...)
	var whole strings.Builder
	result, err := a.Engine.Generate(ctx, prompt, o, a.Template.Text, func(piece string) error {
		if form != nil && len(o.Stop) > 0 {
			whole.WriteString(piece)
		}
		if reader == nil {
			return emit(Delta{Text: piece})
		}
		return reader.read(piece, emit)
	})
	if err != nil || result.FinishReason == FinishCancelled {
		return result, err
	}
	if reader != nil {
		if err := reader.end(emit); err != nil {
			return result, err
		}
	}
	switch {
	case result.FinishReason != FinishStop:
	case form != nil && len(o.Stop) > 0 && !matcher.Matches(whole.String()):
		result.FinishReason = FinishLength // a stop text cut it off
	case reader != nil && reader.calls > 0:
		result.FinishReason = FinishToolCalls
	}
	return result, nil
}

// prompt renders what the model reads.
func (a *Assistant) prompt(q *Question) ([]int32, error) {
	if least := a.leastTokens(q); least > a.MaxLength() {
		return nil, tooLong(fmt.Sprintf("at least %d", least), a.MaxLength())
	}
	if q.Prompt != nil {
		if len(q.Messages) > 0 || len(q.Tools) > 0 {
			return nil, errors.New("a prompt comes without messages and tools")
		}
		return a.Template.Raw(*q.Prompt), nil
	}
	if q.Choice == ChoiceNone {
		return a.Template.Prompt(q.Messages)
	}
	return a.Template.PromptWithTools(q.Messages, q.Tools)
}

// form returns what the answer is held to, nil when it is nothing, and who
// reads calls in it, nil when there can be none.
func (a *Assistant) form(q *Question) (grammar.Form, *callReader, error) {
	if err := chat.CheckTools(q.Tools); err != nil {
		return nil, nil, err
	}
	tools := q.Tools
	if q.Tool != "" {
		i := slices.IndexFunc(tools, func(t chat.Tool) bool { return t.Name == q.Tool })
		if i < 0 {
			return nil, nil, fmt.Errorf("toolChoice names %q, which is not one of the tools", q.Tool)
		}
		tools = tools[i : i+1]
	}
	forced := q.Tool != "" || q.Choice == ChoiceRequired
	switch {
	case q.Choice != "" && !slices.Contains([]string{ChoiceAuto, ChoiceNone, ChoiceRequired}, q.Choice):
		return nil, nil, fmt.Errorf("toolChoice %q is not one of auto, none, required", q.Choice)
	case forced && len(tools) == 0:
		return nil, nil, errors.New("toolChoice is required, but there are no tools")
	case len(tools) == 0 || q.Choice == ChoiceNone:
		if q.Form == nil {
			return nil, nil, nil
		}
		return q.Form, nil, nil
	case !forced && !a.Template.Tools():
		return nil, nil, fmt.Errorf("%w, so calls cannot be told from text: set toolChoice to required, or name a tool", chat.ErrNoTools)
	}
	n := a.Template.Notation()
	calls := &grammar.Calls{
		Open: n.Open, Middle: n.Middle, Close: n.Close, Between: n.Between, Trigger: n.Trigger,
		Parallel: q.Parallel && q.Tool == "", Optional: !forced,
	}
	for _, t := range tools {
		calls.Tools = append(calls.Tools, grammar.Tool{Name: t.Name, Parameters: t.Parameters, Strict: t.Strict})
	}
	if q.Form != nil && !forced {
		if n.Trigger == "" {
			return nil, nil, errors.New("this model writes calls as JSON, which cannot be told from an answer in a given form: set toolChoice to none or required")
		}
		calls.Text = q.Form
	}
	return calls, newCallReader(calls), nil
}
