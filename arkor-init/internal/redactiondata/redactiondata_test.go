package redactiondata

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-init/internal/dataset"
)

type redacted struct {
	text string
	answer
}

func read(t *testing.T, data []byte) (all []redacted) {
	t.Helper()
	for line := range bytes.Lines(data) {
		var s dataset.Sample
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatal(err)
		}
		r := redacted{text: s.Messages[1].Content}
		decoder := json.NewDecoder(strings.NewReader(s.Messages[2].Content))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&r.answer); err != nil || r.RedactedText == "" || r.Tags == nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, r)
	}
	return all
}

// What may stand in the place of a placeholder: nothing that could be anybody's.
var invented = map[string]string{
	"name":  `[A-Z][a-z]+(?: [A-Z][a-z]+)?`,
	"email": `[a-z.0-9]+@(?:example\.test|(?:mail|post)\.example)`,
	"phone": `(?:555-01\d\d|01632 960\d\d\d|07700 900\d\d\d)`,
	"order": `XX-\d{5}`,
	"card":  `0000 0000 0000 \d{4}`,
}

var placeholder = regexp.MustCompile(`\[([A-Z]+)\]`)

func TestAnswersSayWhatWasTaken(t *testing.T) {
	t.Parallel()
	for name, data := range Files() {
		kinds := map[int]int{}
		for _, r := range read(t, data) {
			var tags []string
			found := placeholder.FindAllStringSubmatch(r.RedactedText, -1)
			for _, f := range found {
				if tag := strings.ToLower(f[1]); !slices.Contains(tags, tag) {
					tags = append(tags, tag)
				}
			}
			if len(found) != r.RedactedCount || !slices.Equal(tags, r.Tags) {
				t.Errorf("%s: %q has %d of %q, the answer says %d of %q", name, r.RedactedText, len(found), tags, r.RedactedCount, r.Tags)
			}
			kinds[len(tags)]++

			// The text is the redacted one with invented data in its placeholders.
			pattern := regexp.QuoteMeta(r.RedactedText)
			for tag, data := range invented {
				pattern = strings.ReplaceAll(pattern, regexp.QuoteMeta("["+strings.ToUpper(tag)+"]"), data)
			}
			if !regexp.MustCompile("^" + pattern + "$").MatchString(r.text) {
				t.Errorf("%s: %q is not %q with invented data", name, r.text, r.RedactedText)
			}
			if strings.ContainsAny(r.RedactedText, "@{}") || regexp.MustCompile(`\d{3}`).MatchString(r.RedactedText) {
				t.Errorf("%s: personal data are left in %q", name, r.RedactedText)
			}
		}
		for n := range 4 {
			if kinds[n] < 5 {
				t.Errorf("%s: %d messages give away %d kinds of data", name, kinds[n], n)
			}
		}
	}
}

// Neither a combination of sentences nor a name is trained on and held out.
func TestHeldOutMessagesAreNew(t *testing.T) {
	t.Parallel()
	files := Files()
	trained := map[string]bool{}
	for _, r := range read(t, files["train.jsonl"]) {
		trained[r.RedactedText] = true
	}
	for _, r := range read(t, files["heldout.jsonl"]) {
		if trained[r.RedactedText] {
			t.Errorf("trained on: %q", r.RedactedText)
		}
	}
	first, second := names(true)
	for _, name := range append(first, second...) {
		if bytes.Contains(files["train.jsonl"], []byte(name)) || bytes.Contains(files["train.jsonl"], []byte(strings.ToLower(name))) {
			t.Errorf("%s is in training messages", name)
		}
		if !bytes.Contains(files["heldout.jsonl"], []byte(name)) {
			t.Errorf("%s is in no held-out message", name)
		}
	}
}
