// Package translatedata writes the messages of the translate template: short
// ones to a shop, in five languages, put together from phrases that were written
// for it. A held-out message is always a new one: what it says in its main
// sentence is in no training message of the same language.
package translatedata

import (
	"fmt"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-init/internal/dataset"
)

// System is the instruction of every sample.
const System = "Translate the text. Answer with JSON."

const (
	trainPerLanguage   = 96
	heldOutPerLanguage = 21
)

// answer is what the model learns to write, in this order.
type answer struct {
	Translation      string `json:"translation"`
	DetectedLanguage string `json:"detectedLanguage"`
}

// Files returns train.jsonl and heldout.jsonl by name, always the same bytes.
func Files() map[string][]byte {
	w := &writer{Random: dataset.NewRandom(3), used: map[string]bool{}}
	return map[string][]byte{
		"train.jsonl":   dataset.Lines(w.samples(trainPerLanguage, false)),
		"heldout.jsonl": dataset.Lines(w.samples(heldOutPerLanguage, true)),
	}
}

type writer struct {
	dataset.Random
	used map[string]bool // main sentences and messages that are in a file
}

// samples writes as many messages per language, with all kinds of main
// sentences about equally often.
func (w *writer) samples(perLanguage int, heldOut bool) []dataset.Sample {
	var samples []dataset.Sample
	var mains []string
	for n := range perLanguage {
		for language, name := range Languages() {
			all := cores()
			m := w.message(language, all[(n+language)%len(all)], heldOut)
			mains = append(mains, m.main)
			samples = append(samples, dataset.Ask(System, m.text, answer{m.english, name}))
		}
	}
	for _, main := range mains {
		w.used[main] = true
	}
	dataset.Shuffle(w.Random, samples)
	return samples
}

type message struct{ text, main, english string }

func (w *writer) message(language int, core phrase, heldOut bool) message {
	for {
		thing, day := dataset.Pick(w.Random, things()), dataset.Pick(w.Random, days())
		order := fmt.Sprint(1000 + w.Intn(9000))
		main := fill(core.words[language], thing.words[language], day.words[language], order)
		english := fill(core.english, thing.english, day.english, order)
		m := message{text: main, main: main, english: english}
		if w.Chance(30) {
			greeting := dataset.Pick(w.Random, greetings())
			m.text, m.english = greeting.words[language]+" "+m.text, greeting.english+" "+m.english
		}
		if w.Chance(60) {
			closing := dataset.Pick(w.Random, closings())
			m.text, m.english = m.text+" "+closing.words[language], m.english+" "+closing.english
		}
		if w.used[m.text] || heldOut && w.used[main] {
			continue
		}
		w.used[m.text] = true
		return m
	}
}

// fill puts words into the slots of a sentence, which begins with a capital.
func fill(sentence, thing, day, order string) string {
	text := strings.NewReplacer("{thing}", thing, "{day}", day, "{order}", order).Replace(sentence)
	if strings.HasPrefix(sentence, "{thing}") {
		return strings.ToUpper(text[:1]) + text[1:]
	}
	return text
}
