// Package translatedata writes the messages of the translate template: short
// ones to a shop, in five languages, put together from phrases that were written
// for it. A held-out message is always a new one: what it says in its main
// sentence is in no training message of the same language.
package translatedata

import (
	"strings"

	"github.com/arkorlab/arkor-go/arkor-init/internal/dataset"
)

// System is the instruction of every sample.
const System = "Translate the text. Answer with JSON."

const (
	trainPerLanguage   = 120
	heldOutPerLanguage = 21
	heldOutEvery       = 8 // one main sentence in so many is in no training message
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
	used map[string]bool // messages that are in a file
}

// samples writes as many messages per language, with all kinds of main
// sentences about equally often.
func (w *writer) samples(perLanguage int, heldOut bool) []dataset.Sample {
	var samples []dataset.Sample
	for n := range perLanguage {
		for language, name := range Languages() {
			m := w.message(language, n%len(cores()), heldOut)
			samples = append(samples, dataset.Ask(System, m.text, answer{m.english, name}))
		}
	}
	dataset.Shuffle(w.Random, samples)
	return samples
}

type message struct{ text, english string }

// message writes a new one. Of the things that a main sentence can be about,
// every eighth is kept for held-out messages, in each language another one.
func (w *writer) message(language, core int, heldOut bool) message {
	for {
		thing := w.Intn(len(things()))
		if ((core+thing+language)%heldOutEvery == 0) != heldOut {
			continue
		}
		m := say(cores()[core], language)
		m.fill("{thing}", things()[thing], language)
		m.fill("{day}", dataset.Pick(w.Random, days()), language)
		m.capitalize()
		if w.Chance(30) {
			m = join(say(dataset.Pick(w.Random, greetings()), language), m)
		}
		if w.Chance(60) {
			m = join(m, say(dataset.Pick(w.Random, closings()), language))
		}
		if !w.used[m.text] {
			w.used[m.text] = true
			return m
		}
	}
}

func say(p phrase, language int) message { return message{p.words[language], p.english} }

func join(a, b message) message { return message{a.text + " " + b.text, a.english + " " + b.english} }

func (m *message) fill(slot string, p phrase, language int) {
	m.text = strings.ReplaceAll(m.text, slot, p.words[language])
	m.english = strings.ReplaceAll(m.english, slot, p.english)
}

// capitalize makes a sentence begin as it should when a slot was its first word.
func (m *message) capitalize() {
	for _, text := range []*string{&m.text, &m.english} {
		if first := (*text)[0]; 'a' <= first && first <= 'z' {
			*text = strings.ToUpper((*text)[:1]) + (*text)[1:]
		}
	}
}
