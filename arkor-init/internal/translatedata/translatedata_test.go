package translatedata

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-init/internal/dataset"
)

type translated struct {
	text string
	answer
}

func read(t *testing.T, data []byte) (all []translated) {
	t.Helper()
	for line := range bytes.Lines(data) {
		var s dataset.Sample
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatal(err)
		}
		tr := translated{text: s.Messages[1].Content}
		decoder := json.NewDecoder(strings.NewReader(s.Messages[2].Content))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&tr.answer); err != nil || tr.Translation == "" || tr.DetectedLanguage == "" {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, tr)
	}
	return all
}

// mains are all main sentences by language, with what they mean.
func mains() map[string]map[string]string {
	all := map[string]map[string]string{}
	for language, name := range Languages() {
		all[name] = map[string]string{}
		for _, core := range cores() {
			for _, thing := range things() {
				for _, day := range days() {
					m := say(core, language)
					m.fill("{thing}", thing, language)
					m.fill("{day}", day, language)
					m.capitalize()
					all[name][m.text] = m.english
				}
			}
		}
	}
	return all
}

// The main sentence is translated by its own meaning, the rest of a message is
// of phrases that are, and nothing that is held out is trained on.
func TestTranslationsAndHeldOutSentences(t *testing.T) {
	t.Parallel()
	files, known := Files(), mains()
	seen := map[string]map[string]bool{}
	for name, data := range files {
		seen[name] = map[string]bool{}
		counts := map[string]int{}
		all := read(t, data)
		for _, tr := range all {
			counts[tr.DetectedLanguage]++
			found := ""
			for main, english := range known[tr.DetectedLanguage] {
				if strings.Contains(tr.text, main) && len(main) > len(found) && strings.Contains(tr.Translation, english) {
					found = main
				}
			}
			if found == "" || strings.ContainsAny(tr.text+tr.Translation, "{}\ufffd") {
				t.Errorf("%s: %q is said to be %s for %q", name, tr.text, tr.DetectedLanguage, tr.Translation)
			}
			seen[name][tr.DetectedLanguage+": "+found] = true
			rest := strings.Replace(tr.text, found, "", 1)
			english := strings.Replace(tr.Translation, known[tr.DetectedLanguage][found], "", 1)
			for _, p := range append(greetings(), closings()...) {
				for language, l := range Languages() {
					if l == tr.DetectedLanguage && strings.Contains(rest, p.words[language]) && strings.Contains(english, p.english) {
						rest = strings.Replace(rest, p.words[language], "", 1)
						english = strings.Replace(english, p.english, "", 1)
					}
				}
			}
			if strings.TrimSpace(rest+english) != "" {
				t.Errorf("%s: %q leaves %q and %q untranslated", name, tr.text, rest, english)
			}
		}
		for _, language := range Languages() {
			if counts[language] != len(all)/len(Languages()) {
				t.Errorf("%s: %d messages in %s", name, counts[language], language)
			}
		}
	}
	for main := range seen["heldout.jsonl"] {
		if seen["train.jsonl"][main] {
			t.Errorf("held out and trained on: %s", main)
		}
	}
}
