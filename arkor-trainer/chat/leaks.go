package chat

import (
	"crypto/sha256"
	"encoding/json"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// digest identifies messages by their roles and contents, whatever form they
// had in the file.
type digest [sha256.Size]byte

func digestOf(messages []Message) digest {
	data, _ := json.Marshal(messages) // strings always encode
	return sha256.Sum256(data)
}

// lines knows where something is said first.
type lines map[digest]int

// add notes a line unless an earlier one says the same, which it returns.
func (l lines) add(messages []Message, line int) (earlier int, known bool) {
	d := digestOf(messages)
	if earlier, known = l[d]; !known {
		l[d] = line
	}
	return earlier, known
}

// prompt is a conversation up to its last answer.
func prompt(messages []Message) []Message {
	for i := len(messages) - 1; i >= 0; i-- {
		if messages[i].Role == Assistant {
			return messages[:i]
		}
	}
	return messages
}

// Duplicates counts the samples that equal an earlier one. It returns the first
// such and the line of the one before it.
func (s Set) Duplicates() (n int, first Sample, line int) {
	seen := lines{}
	for _, sample := range s.Samples {
		earlier, ok := seen.add(sample.Messages, sample.Line)
		if !ok {
			continue
		}
		if n++; n == 1 {
			first, line = sample, earlier
		}
	}
	return n, first, line
}

// CheckLeaks compares the samples that are held out with those for training.
// A conversation in both is a refusal: what is measured on it says nothing of
// what the model does with new ones. A prompt in both, with another answer, is
// a warning: in some data that is as it should be.
func CheckLeaks(train, heldOut Set) (refusals, warnings []cloud.Problem) {
	if len(heldOut.Samples) == 0 {
		return nil, nil
	}
	whole, prompts := lines{}, lines{}
	for _, sample := range train.Samples {
		whole.add(sample.Messages, sample.Line)
		prompts.add(prompt(sample.Messages), sample.Line)
	}
	var leaks, shared int
	var leak, share Sample
	var leakLine, shareLine int
	for _, sample := range heldOut.Samples {
		if line, ok := whole[digestOf(sample.Messages)]; ok {
			if leaks++; leaks == 1 {
				leak, leakLine = sample, line
			}
		} else if line, ok := prompts[digestOf(prompt(sample.Messages))]; ok {
			if shared++; shared == 1 {
				share, shareLine = sample, line
			}
		}
	}
	if leaks > 0 {
		refusals = append(refusals, heldOut.problem(cloud.ProblemLeak, leak,
			"remove it from one of the two files, or leave evalPath out and set datasetSplit: { eval: 0.1 }, which holds a tenth out and keeps equal samples together",
			"the held-out samples leak: this one is also in %s (%s like this): %s",
			place(train.Name, leakLine), of(leaks, len(heldOut.Samples)), show(leak)))
	}
	if shared > 0 {
		warnings = append(warnings, heldOut.problem(cloud.ProblemSharedPrompts, share, "",
			"the prompt of this held-out sample is also in %s, with another answer; %s like this",
			place(train.Name, shareLine), of(shared, len(heldOut.Samples))))
	}
	return refusals, warnings
}
