package chat

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// Check refuses, before training, a dataset that cannot teach a model to
// answer: an empty one, a conversation without an assistant turn, labels that
// are all masked, and answers whose end is never seen. Each error is one line
// and shows a sample. encoded and samples belong together; name is the file and
// endOfTurn is Template.EndOfTurn.
func Check(encoded []Encoded, samples []Sample, name string, endOfTurn int32) error {
	if len(samples) == 0 {
		return cli.Hint(fmt.Errorf("%s: no samples", name), "write one conversation per line: %s", forms)
	}
	for _, s := range samples {
		if !hasAnswer(s) {
			return fmt.Errorf("%s: no assistant turn, so there is nothing to learn: %s", place(name, s), show(s))
		}
	}
	summary := Summarize(encoded)
	first, limit := samples[0], 0
	for _, e := range encoded {
		limit = max(limit, len(e.Tokens))
	}
	if summary.Supervised == 0 {
		err := fmt.Errorf("%s: every label is masked: no sample has any of its answer within the first %d tokens, such as %s",
			place(name, first), limit, show(first))
		return cli.Hint(err, "raise lora.maxLength (the longest sample has %d tokens) or shorten the prompts", summary.Longest)
	}
	if !anyTrained(encoded, endOfTurn) {
		err := fmt.Errorf("%s: the end of the answer is never trained, so the model would not learn to stop: every sample is cut after %d tokens, such as %s",
			place(name, first), limit, show(first))
		return cli.Hint(err, "raise lora.maxLength (the longest sample has %d tokens)", summary.Longest)
	}
	return nil
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

func place(name string, s Sample) string {
	if s.Line == 0 {
		return name
	}
	return fmt.Sprintf("%s:%d", name, s.Line)
}

// show is the sample as a reader would find it in the file, on one line.
func show(s Sample) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(map[string]any{"messages": s.Messages}) // strings always encode
	return shorten(string(bytes.TrimSpace(out.Bytes())))
}
