package chat

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Prompt renders messages and opens the assistant's turn, so that the model
// continues with its answer.
func (t *Template) Prompt(messages []Message) ([]int32, error) {
	return t.PromptWithTools(messages, nil)
}

// PromptWithTools is Prompt for a model that may call tools.
func (t *Template) PromptWithTools(messages []Message, tools []Tool) ([]int32, error) {
	tokens, _, err := t.render(messages, tools)
	if err != nil {
		return nil, err
	}
	return t.open(tokens, Assistant), nil
}

// Raw returns the tokens of a text that the model continues as it is.
func (t *Template) Raw(text string) []int32 {
	return append(t.begin[:len(t.begin):len(t.begin)], t.tok.Encode(text)...)
}

// Encode renders a sample for training and cuts it after maxLength tokens. With
// responsesOnly the model learns the content of every assistant turn and the
// token that ends it; otherwise it learns every token but the first, which has
// none before it to be predicted from.
func (t *Template) Encode(s Sample, maxLength int, responsesOnly bool) (Encoded, error) {
	if maxLength <= 0 {
		return Encoded{}, fmt.Errorf("maxLength is %d: it has to be positive", maxLength)
	}
	if !t.tools && usesTools(s) {
		return Encoded{}, fmt.Errorf("the sample uses tools, but %w", ErrNoTools)
	}
	tokens, fates, err := t.render(s.Messages, s.Tools)
	if err != nil {
		return Encoded{}, err
	}
	supervised := make([]bool, len(tokens))
	for i, fate := range fates {
		supervised[i] = fate == trained || !responsesOnly && i > 0 && fate != skipped
	}
	kept := min(maxLength, len(tokens))
	return Encoded{
		Tokens:     tokens[:kept:kept],
		Supervised: supervised[:kept:kept],
		Cut:        kept < len(tokens),
		Length:     len(tokens),
	}, nil
}

func usesTools(s Sample) bool {
	return len(s.Tools) > 0 || slices.ContainsFunc(s.Messages, func(m Message) bool { return len(m.ToolCalls) > 0 || m.Role == RoleTool })
}

// fate is what training makes of a token.
type fate uint8

const (
	around fate = iota // around answers
	trained
	skipped // of an answer that is not to be learned
)

// render returns the tokens of all turns and, for each, whether it belongs to
// an answer. Contents are encoded apart from the tokens around them: what a
// prompt ends with is then exactly what training saw before an answer, and no
// content can become a control token.
func (t *Template) render(messages []Message, tools []Tool) (tokens []int32, fates []fate, err error) {
	if len(messages) == 0 {
		return nil, nil, errors.New("no messages")
	}
	tokens = append(tokens, t.begin...)
	messages = t.withSystem(messages, len(tools) > 0)
	offered := -1
	var offer []piece
	if len(tools) > 0 {
		if offered, offer, err = t.offer(messages, tools); err != nil {
			return nil, nil, err
		}
	}
	for i := 0; i < len(messages); i++ {
		m := messages[i]
		role, pieces := m.Role, []piece{{m.Content, false}}
		switch {
		case i == offered:
			pieces = offer
		case m.Role == Assistant && len(m.ToolCalls) > 0:
			if pieces, err = t.callPieces(m); err != nil {
				return nil, nil, err
			}
		case m.Role == RoleTool:
			first := i
			for t.notation.Trigger != "" && i+1 < len(messages) && messages[i+1].Role == RoleTool {
				i++
			}
			role, pieces = t.toolPieces(messages[first : i+1])
		case m.Role != System && m.Role != User && m.Role != Assistant:
			return nil, nil, fmt.Errorf("role %q: only system, user, assistant and tool are supported", shorten(m.Role))
		}
		tokens = t.open(tokens, role)
		start := len(tokens)
		tokens = append(append(tokens, t.encode(pieces)...), t.end)
		if m.Role == Assistant {
			fates = append(fates, make([]fate, start-len(fates))...)
			what := trained
			if m.Skip {
				what = skipped
			}
			fates = append(fates, slices.Repeat([]fate{what}, len(tokens)-start)...)
		}
		tokens = append(tokens, t.after...)
	}
	return tokens, append(fates, make([]fate, len(tokens)-len(fates))...), nil
}

// open appends the start of a role's turn.
func (t *Template) open(tokens []int32, role string) []int32 {
	tokens = append(tokens, t.turn)
	tokens = append(tokens, t.tok.Encode(role)...)
	return append(tokens, t.header...)
}

// withSystem returns the messages as the template renders them: with space
// around contents stripped where it does that, and with its own system turn.
// With tools there always is one.
func (t *Template) withSystem(messages []Message, tools bool) []Message {
	if t.trim {
		messages = slices.Clone(messages)
		for i := range messages {
			messages[i].Content = strings.TrimSpace(messages[i].Content)
		}
	}
	hasSystem := messages[0].Role == System
	switch {
	case t.systemPrefix != "":
		content := t.systemPrefix
		if tools && t.notation.Trigger == "" {
			content = llamaEnvironment + content
		}
		if hasSystem {
			content += messages[0].Content
			messages = messages[1:]
		}
		return append([]Message{{Role: System, Content: content}}, messages...)
	case !hasSystem && (t.defaultSystem != "" || tools):
		return append([]Message{{Role: System, Content: t.defaultSystem}}, messages...)
	}
	return messages
}
