// Package redactiondata writes the messages of the redaction template: short
// ones to a shop that give away who wrote them. Nobody did: names are put
// together by chance, mail addresses end in domains that cannot exist, phone
// numbers are from ranges reserved for stories, and no bank issues a card that
// begins with zeros.
//
// A held-out message is always a new one: neither its sentences in this
// combination nor the names in it are in a training message.
package redactiondata

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-init/internal/dataset"
)

// System is the instruction of every sample.
const System = "Remove personal data. Answer with JSON."

const (
	trainSamples   = 600
	heldOutSamples = 105
)

// answer is what the model learns to write, in this order.
type answer struct {
	RedactedText  string   `json:"redactedText"`
	RedactedCount int      `json:"redactedCount"`
	Tags          []string `json:"tags"`
}

// Files returns train.jsonl and heldout.jsonl by name, always the same bytes.
func Files() map[string][]byte {
	w := &writer{Random: dataset.NewRandom(4), used: map[string]bool{}}
	return map[string][]byte{
		"train.jsonl":   dataset.Lines(w.samples(trainSamples, false)),
		"heldout.jsonl": dataset.Lines(w.samples(heldOutSamples, true)),
	}
}

type writer struct {
	dataset.Random
	used map[string]bool // redacted texts that are in a file
}

func (w *writer) samples(count int, heldOut bool) []dataset.Sample {
	var samples []dataset.Sample
	for n := range count {
		samples = append(samples, w.sample(n, heldOut))
	}
	dataset.Shuffle(w.Random, samples)
	return samples
}

// sample writes a new message that gives away nothing, one, two or three kinds of
// personal data, by its number.
func (w *writer) sample(n int, heldOut bool) dataset.Sample {
	kinds := []int{1, 2, 1, 2, 3, 1, 2, 1, 2, 3, 1, 0}[n%12]
	for {
		draft := w.draft(kinds)
		text, a := w.fill(draft, heldOut)
		if w.used[a.RedactedText] {
			continue
		}
		w.used[a.RedactedText] = true
		return dataset.Ask(System, text, a)
	}
}

// draft is a message of two or three sentences in which personal data are still
// slots.
func (w *writer) draft(kinds int) string {
	tags := Tags()
	dataset.Shuffle(w.Random, tags)
	var sentences []string
	for _, tag := range tags[:kinds] {
		sentences = append(sentences, dataset.Pick(w.Random, personal(tag)))
	}
	others := neutral()
	dataset.Shuffle(w.Random, others)
	sentences = append(sentences, others[:max(2+w.Intn(2), kinds)-kinds]...)
	dataset.Shuffle(w.Random, sentences)
	return strings.Join(sentences, " ")
}

var slot = regexp.MustCompile(`\{(\w+)\}`)

// fill returns the message with invented personal data, and what is left of it.
func (w *writer) fill(draft string, heldOut bool) (string, answer) {
	a := answer{Tags: []string{}}
	a.RedactedText = slot.ReplaceAllStringFunc(draft, func(s string) string {
		tag := strings.Trim(s, "{}")
		a.RedactedCount++
		if !slices.Contains(a.Tags, tag) {
			a.Tags = append(a.Tags, tag)
		}
		return "[" + strings.ToUpper(tag) + "]"
	})
	text := slot.ReplaceAllStringFunc(draft, func(s string) string {
		return w.invent(strings.Trim(s, "{}"), heldOut)
	})
	return text, a
}

// invent makes up one piece of personal data.
func (w *writer) invent(tag string, heldOut bool) string {
	firsts, seconds := names(heldOut)
	first, second := dataset.Pick(w.Random, firsts), dataset.Pick(w.Random, seconds)
	switch tag {
	case "name":
		if w.Chance(30) {
			return first
		}
		return first + " " + second
	case "email":
		user := []string{first, first + "." + second, second + fmt.Sprint(10+w.Intn(90))}[w.Intn(3)]
		host := dataset.Pick(w.Random, []string{"example.test", "mail.example", "post.example"})
		return strings.ToLower(user) + "@" + host
	case "phone":
		return dataset.Pick(w.Random, []string{
			fmt.Sprintf("555-01%02d", w.Intn(100)), fmt.Sprintf("01632 960%03d", w.Intn(1000)), fmt.Sprintf("07700 900%03d", w.Intn(1000)),
		})
	case "order":
		return fmt.Sprintf("XX-%05d", w.Intn(100000))
	}
	return fmt.Sprintf("0000 0000 0000 %04d", w.Intn(10000))
}
