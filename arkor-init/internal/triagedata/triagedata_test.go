package triagedata

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-init/internal/dataset"
)

type ticket struct {
	text string
	answer
}

func read(t *testing.T, data []byte) (tickets []ticket) {
	t.Helper()
	for line := range bytes.Lines(data) {
		var s dataset.Sample
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatal(err)
		}
		k := ticket{text: s.Messages[1].Content}
		if err := json.Unmarshal([]byte(s.Messages[2].Content), &k.answer); err != nil {
			t.Fatal(err)
		}
		tickets = append(tickets, k)
	}
	return tickets
}

func TestHeldOutTicketsAreNew(t *testing.T) {
	t.Parallel()
	files := Files()
	train, heldOut := read(t, files["train.jsonl"]), read(t, files["heldout.jsonl"])
	trained := map[string]bool{}
	for _, k := range train {
		if trained[k.text] {
			t.Errorf("twice: %q", k.text)
		}
		trained[k.text] = true
	}
	unseen := 0
	for _, k := range heldOut {
		if trained[k.text] {
			t.Errorf("trained on: %q", k.text)
		}
		for _, is := range issues(k.Category) {
			start, _, _ := strings.Cut(is.unseen, "{")
			if strings.Contains(strings.ToLower(k.text), strings.ToLower(strings.TrimSpace(start))) {
				unseen++
				break
			}
		}
	}
	if unseen < len(heldOut)/5 {
		t.Errorf("%d of %d held-out tickets have an unseen opening", unseen, len(heldOut))
	}
}

func TestFilesAreBalanced(t *testing.T) {
	t.Parallel()
	for name, data := range Files() {
		tickets := read(t, data)
		counts := map[string]int{}
		for _, k := range tickets {
			counts[k.Category]++
			counts[k.Urgency]++
			if strings.ContainsAny(k.text, "{}[]@") {
				t.Errorf("%s: unfilled or personal: %q", name, k.text)
			}
		}
		for _, category := range categories() {
			if counts[category] != len(tickets)/len(categories()) {
				t.Errorf("%s: %d tickets about %s", name, counts[category], category)
			}
		}
		for _, urgency := range []string{"low", "medium", "high"} {
			if third := len(tickets) / 3; counts[urgency] < third*9/10 || counts[urgency] > third*11/10 {
				t.Errorf("%s: %d tickets of %s urgency", name, counts[urgency], urgency)
			}
		}
	}
}
