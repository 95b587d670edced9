package export

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
)

const (
	// golden is how many prompts are asked.
	golden = 8
	// longestPrompt in tokens; longer ones take minutes and show nothing more.
	longestPrompt = 512
	// maxRead is what is read of a file to choose prompts from.
	maxRead = 8 << 20
)

// ReadPrompts returns the conversations at the beginning of a dataset.
func ReadPrompts(path, name string) ([]chat.Sample, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxRead+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxRead {
		data = data[:bytes.LastIndexByte(data, '\n')+1]
	}
	return chat.ReadJSONL(bytes.NewReader(data), name)
}

// ours are asked where nothing is known of the data.
func ours() []chat.Sample {
	var samples []chat.Sample
	for _, question := range []string{
		"Where is my order?", "What is the capital of France?", "Write one sentence about the sea.",
		"Count from one to ten.", "My invoice shows the wrong amount, and I need it today.",
		"Name three colours.", "Thank you for your help!", "Translate to German: good morning.",
	} {
		samples = append(samples, chat.Sample{Messages: []chat.Message{{Role: chat.User, Content: question}}})
	}
	return samples
}

// choose returns prompts that are spread over the samples and leave room for an
// answer, and where they are from.
func (x *exporter) choose(template *chat.Template) (chosen []prompt, from string, err error) {
	from = x.PromptsFrom
	all, err := x.encode(template, x.Prompts)
	if err == nil && len(all) == 0 {
		from = "builtin prompts"
		all, err = x.encode(template, ours())
	}
	switch {
	case err != nil:
		return nil, "", err
	case len(all) == 0:
		return nil, "", fmt.Errorf("a model that reads %d tokens has no room for a prompt and an answer", x.base.Config.MaxPositions)
	}
	n := min(len(all), golden)
	for i := range n {
		chosen = append(chosen, all[i*len(all)/n])
	}
	return chosen, from, nil
}

func (x *exporter) encode(template *chat.Template, samples []chat.Sample) (all []prompt, err error) {
	longest := min(longestPrompt, x.base.Config.MaxPositions-answerTokens)
	for _, s := range samples {
		messages := opening(s.Messages)
		if len(messages) == 0 {
			continue
		}
		p := prompt{text: messages[len(messages)-1].Content}
		if p.tokens, err = template.Prompt(messages); err != nil {
			return nil, fmt.Errorf("line %d of %s: %w", s.Line, x.PromptsFrom, err)
		}
		if len(p.tokens) <= longest {
			all = append(all, p)
		}
	}
	return all, nil
}

// opening returns the turns up to the last question.
func opening(messages []chat.Message) []chat.Message {
	for i := len(messages) - 1; i >= 0; i-- {
		if messages[i].Role == chat.User {
			return messages[:i+1]
		}
	}
	return nil
}
