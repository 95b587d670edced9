package generate

import (
	"bytes"
	"encoding/json"
	"strings"
)

// mostEscaped is how many bytes of JSON may stand for one of the text that is
// made of it.
const mostEscaped = 6

// leastTokens returns how many tokens a question has at least. Finding out how
// many it really has takes seconds for megabytes that could never be read.
func (a *Assistant) leastTokens(q *Question) (n int) {
	text := func(length int) { n += length / max(a.longest, 1) }
	escaped := func(source []byte) {
		var compact bytes.Buffer
		if json.Compact(&compact, source) == nil {
			text(compact.Len() / mostEscaped)
		}
	}
	if q.Prompt != nil {
		text(len(*q.Prompt))
	}
	for _, m := range q.Messages {
		n++ // for what is around it
		if a.Template.Trims() {
			m.Content = strings.TrimSpace(m.Content)
		}
		text(len(m.Content))
		for _, c := range m.ToolCalls {
			n++
			escaped([]byte(c.Arguments))
		}
	}
	if q.Choice == ChoiceNone {
		return n
	}
	for _, t := range q.Tools {
		n++
		text(len(t.Description))
		escaped(t.Parameters)
	}
	return n
}
