package templatedata

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-init/internal/dataset"
)

func TestCommittedFilesAreGenerated(t *testing.T) {
	t.Parallel()
	for id, files := range Files() {
		for name, want := range files {
			got, err := os.ReadFile(filepath.Join("..", "..", "template", id, "data", name))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s of %s is not what the generator writes: run go generate ./internal/templatedata", name, id)
			}
		}
	}
}

// Every line is an instruction, a text and its answer; a text stands in one
// line of one file only.
func TestEveryTextIsAskedOnce(t *testing.T) {
	t.Parallel()
	for id, files := range Files() {
		var instruction string
		asked := map[string]bool{}
		for _, name := range []string{"train.jsonl", "heldout.jsonl"} {
			count := 0
			for line := range bytes.Lines(files[name]) {
				count++
				var s dataset.Sample
				if err := json.Unmarshal(line, &s); err != nil || len(s.Messages) != 3 {
					t.Fatalf("%s of %s, line %d: %v: %s", name, id, count, err, line)
				}
				m := s.Messages
				if m[0].Role != "system" || m[1].Role != "user" || m[2].Role != "assistant" || !json.Valid([]byte(m[2].Content)) {
					t.Errorf("%s of %s, line %d: %s", name, id, count, line)
				}
				if instruction == "" {
					instruction = m[0].Content
				}
				if m[0].Content != instruction {
					t.Errorf("%s of %s, line %d has another instruction: %q", name, id, count, m[0].Content)
				}
				if asked[m[1].Content] {
					t.Errorf("%s of %s asks twice: %q", name, id, m[1].Content)
				}
				asked[m[1].Content] = true
			}
			if least := map[string]int{"train.jsonl": 300, "heldout.jsonl": 95}[name]; count < least {
				t.Errorf("%s of %s has %d lines", name, id, count)
			}
		}
	}
}
