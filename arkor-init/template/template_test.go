package template

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The trainer of the triage template shows one held-out ticket and declares the
// shape of the answers. Both must be what the data holds.
func TestTriageTrainerAgreesWithItsData(t *testing.T) {
	t.Parallel()
	tmpl, _ := Lookup("triage")
	files, err := tmpl.Files("demo")
	if err != nil {
		t.Fatal(err)
	}
	content := map[string][]byte{}
	for _, f := range files {
		content[f.Path] = f.Data
	}
	trainer := string(content["src/arkor/trainer.ts"])
	train := conversations(t, content["data/train.jsonl"])
	heldOut := conversations(t, content["data/heldout.jsonl"])

	for _, text := range []string{heldOut[0].prompt[0], heldOut[0].prompt[1]} {
		quoted := strconv.Quote(text)
		if !strings.Contains(trainer, quoted) {
			t.Errorf("trainer.ts does not hold %s, which is how data/heldout.jsonl begins", quoted)
		}
	}
	trained := map[string]bool{}
	for _, c := range train {
		trained[c.prompt[1]] = true
	}
	for _, c := range heldOut {
		if trained[c.prompt[1]] {
			t.Errorf("a held-out ticket is trained on: %q", c.prompt[1])
		}
	}
	for _, field := range []string{"category", "urgency"} {
		var values []string
		for _, c := range append(train, heldOut...) {
			value, _ := c.answer[field].(string)
			values = append(values, value)
		}
		slices.Sort(values)
		values = slices.Compact(values)
		declared := declaredList(t, trainer, map[string]string{"category": "categories", "urgency": "urgencies"}[field])
		if !slices.Equal(values, declared) {
			t.Errorf("%s: the data has %q, trainer.ts %q", field, values, declared)
		}
	}
}

type conversation struct {
	prompt []string // system and user
	answer map[string]any
}

func conversations(t *testing.T, data []byte) []conversation {
	t.Helper()
	var out []conversation
	for line := range bytes.Lines(data) {
		var sample struct {
			Messages []struct{ Role, Content string }
		}
		if err := json.Unmarshal(line, &sample); err != nil || len(sample.Messages) != 3 {
			t.Fatalf("line %d: %v: %s", len(out)+1, err, line)
		}
		m := sample.Messages
		c := conversation{prompt: []string{m[0].Content, m[1].Content}}
		if err := json.Unmarshal([]byte(m[2].Content), &c.answer); err != nil || m[0].Role != "system" || m[1].Role != "user" || m[2].Role != "assistant" {
			t.Fatalf("line %d: %v: %s", len(out)+1, err, line)
		}
		out = append(out, c)
	}
	return out
}

// declaredList returns the sorted items of `export const name = [...]`.
func declaredList(t *testing.T, source, name string) []string {
	t.Helper()
	_, rest, ok := strings.Cut(source, "export const "+name+" = ")
	list, _, end := strings.Cut(rest, " as const")
	var items []string
	if err := json.Unmarshal([]byte(list), &items); !ok || !end || err != nil {
		t.Fatalf("trainer.ts does not declare %s: %v", name, err)
	}
	slices.Sort(items)
	return items
}
