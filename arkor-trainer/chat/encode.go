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
	tokens, _, err := t.render(messages)
	if err != nil {
		return nil, err
	}
	return t.open(tokens, Assistant), nil
}

// Encode renders a sample for training and cuts it after maxLength tokens. With
// responsesOnly the model learns the content of every assistant turn and the
// token that ends it; otherwise it learns every token but the first, which has
// none before it to be predicted from.
func (t *Template) Encode(s Sample, maxLength int, responsesOnly bool) (Encoded, error) {
	if maxLength <= 0 {
		return Encoded{}, fmt.Errorf("maxLength is %d: it has to be positive", maxLength)
	}
	tokens, supervised, err := t.render(s.Messages)
	if err != nil {
		return Encoded{}, err
	}
	if !responsesOnly {
		for i := range supervised {
			supervised[i] = i > 0
		}
	}
	kept := min(maxLength, len(tokens))
	return Encoded{
		Tokens:     tokens[:kept:kept],
		Supervised: supervised[:kept:kept],
		Cut:        kept < len(tokens),
		Length:     len(tokens),
	}, nil
}

// render returns the tokens of all turns and, for each, whether it belongs to
// an answer. Contents are encoded apart from the tokens around them: what a
// prompt ends with is then exactly what training saw before an answer, and no
// content can become a control token.
func (t *Template) render(messages []Message) (tokens []int32, answer []bool, err error) {
	if len(messages) == 0 {
		return nil, nil, errors.New("no messages")
	}
	tokens = append(tokens, t.begin...)
	for _, m := range t.withSystem(messages) {
		switch m.Role {
		case System, User, Assistant:
		default:
			return nil, nil, fmt.Errorf("role %q: only system, user and assistant are supported", shorten(m.Role))
		}
		tokens = t.open(tokens, m.Role)
		start := len(tokens)
		tokens = append(tokens, t.tok.Encode(m.Content)...)
		tokens = append(tokens, t.end)
		if m.Role == Assistant {
			answer = append(answer, make([]bool, start-len(answer))...)
			for range len(tokens) - start {
				answer = append(answer, true)
			}
		}
		tokens = append(tokens, t.after...)
	}
	answer = append(answer, make([]bool, len(tokens)-len(answer))...)
	return tokens, answer, nil
}

// open appends the start of a role's turn.
func (t *Template) open(tokens []int32, role string) []int32 {
	tokens = append(tokens, t.turn)
	tokens = append(tokens, t.tok.Encode(role)...)
	return append(tokens, t.header...)
}

// withSystem returns the messages as the template renders them: with space
// around contents stripped where it does that, and with its own system turn.
func (t *Template) withSystem(messages []Message) []Message {
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
		if hasSystem {
			content += messages[0].Content
			messages = messages[1:]
		}
		return append([]Message{{System, content}}, messages...)
	case t.defaultSystem != "" && !hasSystem:
		return append([]Message{{System, t.defaultSystem}}, messages...)
	}
	return messages
}
