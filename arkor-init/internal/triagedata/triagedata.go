// Package triagedata writes the tickets of the triage template. They are made
// up, hold nothing about real people, and are put together from parts so that
// the held-out ones are new: no ticket and no opening sentence is in both files,
// and some held-out openings use words that no training ticket has.
package triagedata

import (
	"fmt"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-init/internal/dataset"
)

// System is the instruction of every sample. It is short because every token
// of it is read again with every ticket.
const System = "Sort the ticket. Answer with JSON."

const (
	trainPerCategory   = 84
	heldOutPerCategory = 21
	unseenEvery        = 3 // one held-out ticket in so many has an unseen opening
	typoPercent        = 14
	minWords, maxWords = 15, 50
)

// answer is what the model learns to write, in this order.
type answer struct {
	Category   string `json:"category"`
	Urgency    string `json:"urgency"`
	Summary    string `json:"summary"`
	NextAction string `json:"nextAction"`
}

// Files returns train.jsonl and heldout.jsonl by name, always the same bytes.
func Files() map[string][]byte {
	w := &writer{Random: dataset.NewRandom(2), used: map[string]bool{}}
	return map[string][]byte{
		"train.jsonl":   dataset.Lines(w.samples(trainPerCategory, false)),
		"heldout.jsonl": dataset.Lines(w.samples(heldOutPerCategory, true)),
	}
}

type writer struct {
	dataset.Random
	used map[string]bool // openings and tickets that are in a file
}

func (w *writer) pick(from []string) string { return dataset.Pick(w.Random, from) }

// samples writes as many tickets per category, with all issues and all levels
// of urgency about equally often.
func (w *writer) samples(perCategory int, heldOut bool) []dataset.Sample {
	levels := []string{"low", "medium", "high"}
	var samples []dataset.Sample
	var openings []string
	for n := range perCategory {
		for c, category := range categories() {
			all := issues(category)
			round := n / len(all)
			d := draft{
				issue:   all[n%len(all)],
				urgency: levels[(c+n+round)%len(levels)],
				heldOut: heldOut,
				unseen:  heldOut && (n+round)%unseenEvery == 0,
			}
			w.write(&d)
			openings = append(openings, d.opening)
			samples = append(samples, d.sample(category))
		}
	}
	for _, opening := range openings {
		w.used[opening] = true
	}
	dataset.Shuffle(w.Random, samples)
	return samples
}

// draft is a ticket in the making.
type draft struct {
	issue
	urgency string
	heldOut bool // for heldout.jsonl: its opening may not be in train.jsonl
	unseen  bool // with the opening that no training ticket has

	opening string // what has to differ between the files
	text    string
}

func (d *draft) sample(category string) dataset.Sample {
	return dataset.Ask(System, d.text, answer{category, d.urgency, d.summary, d.nextAction})
}

// write fills in the draft until the ticket is a new one of the right length.
func (w *writer) write(d *draft) {
	for {
		w.compose(d)
		words := len(strings.Fields(d.text))
		if words < minWords || words > maxWords || w.used[d.text] || d.heldOut && w.used[d.opening] {
			continue
		}
		w.used[d.text] = true
		return
	}
}

func (w *writer) compose(d *draft) {
	template := w.pick(d.openings)
	if d.unseen {
		template = d.issue.unseen
	}
	first := w.Intn(len(d.details))
	details := []string{d.details[first]}
	if w.Chance(35) {
		details = append(details, d.details[(first+1+w.Intn(len(d.details)-1))%len(d.details)])
	}
	fill := w.slots()
	d.opening = fill.Replace(template)
	if !strings.Contains(template, "{") {
		d.opening += " " + strings.Join(details, " ") // a fixed opening differs by what follows
	}
	cues := map[string][]string{"low": lowCues(), "medium": mediumCues(), "high": highCues()}[d.urgency]
	parts := append([]string{w.pick(greetings()), template}, details...)
	if cue := w.pick(cues); cue != "" && w.Chance(25) {
		parts = append(parts[:1], append([]string{cue}, parts[1:]...)...)
	} else {
		parts = append(parts, cue)
	}
	if strings.HasSuffix(parts[0], ",") && !strings.HasPrefix(parts[1], "I ") {
		parts[1] = strings.ToLower(parts[1][:1]) + parts[1][1:]
	}
	parts = append(parts, w.pick(farewells()))
	text := fill.Replace(strings.Join(strings.Fields(strings.Join(parts, " ")), " "))
	for _, noun := range []string{"office", "umbrella"} {
		text = strings.ReplaceAll(text, " a "+noun, " an "+noun)
	}
	d.text = w.typed(text)
}

// slots chooses a value for every slot of a ticket.
func (w *writer) slots() *strings.Replacer {
	pairs := []string{
		"{order}", fmt.Sprint(1000 + w.Intn(9000)),
		"{code}", fmt.Sprint(400 + w.Intn(200)),
		"{money}", fmt.Sprintf("%d %s", 8+w.Intn(240), w.pick([]string{"euros", "dollars", "pounds"})),
	}
	for _, slot := range slots() {
		pairs = append(pairs, "{"+slot.name+"}", w.pick(slot.values))
	}
	return strings.NewReplacer(pairs...)
}

// typed puts a slip of the keyboard into some tickets.
func (w *writer) typed(text string) string {
	if !w.Chance(typoPercent) {
		return text
	}
	words := strings.Split(text, " ")
	at := w.Intn(len(words))
	word := words[at]
	if len(word) < 5 || strings.ContainsAny(word, "0123456789.,?!") {
		return strings.ToLower(text[:1]) + text[1:]
	}
	i := 1 + w.Intn(len(word)-3)
	if w.Intn(2) == 0 {
		words[at] = word[:i] + word[i+1:]
	} else {
		words[at] = word[:i] + word[i+1:i+2] + word[i:i+1] + word[i+2:]
	}
	return strings.Join(words, " ")
}
