package template

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestOfferedTemplates(t *testing.T) {
	t.Parallel()
	if got, want := IDs(), []string{"triage", "translate", "redaction", "blank"}; !slices.Equal(got, want) {
		t.Errorf("offered are %q, want %q", got, want)
	}
	for _, tmpl := range All() {
		if got, ok := Lookup(tmpl.ID); !ok || got.Label != tmpl.Label || got.Label == "" || got.Summary == "" {
			t.Errorf("%s: looked up %+v", tmpl.ID, got)
		}
		for _, backend := range []Backend{Local, Cloud} {
			hint := tmpl.Hint(backend)
			if !strings.HasPrefix(hint, tmpl.Summary) || tmpl.ID != "blank" && !strings.HasSuffix(hint, " min") {
				t.Errorf("%s: the hint for %s is %q", tmpl.ID, backend, hint)
			}
			if line := tmpl.Label + ": " + hint; len(line) > 75 { // what a choice has of 80 columns
				t.Errorf("%q takes two lines", line)
			}
		}
	}
	for _, id := range []string{"", "Triage", "toString", "__proto__", "common"} {
		if _, ok := Lookup(id); ok {
			t.Errorf("there is a template %q", id)
		}
	}
}

// content returns the files of a project by path.
func content(t *testing.T, tmpl Template, backend Backend) map[string]string {
	t.Helper()
	files, err := tmpl.FilesFor("demo", backend)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range files {
		out[f.Path] = string(f.Data)
	}
	return out
}

// The backend decides model, data and settings, and both projects say so.
func TestBackendDecides(t *testing.T) {
	t.Parallel()
	for _, tmpl := range All() {
		hub := "arkorlab/" + tmpl.ID + "-demo"
		if tmpl.ID == "blank" {
			hub = "your-name/your-dataset"
		}
		for backend, want := range map[Backend][]string{
			Local: {
				`  model: "arkor/tiny",`, `  dataset: { type: "file", path: "data/train.jsonl", evalPath: "data/heldout.jsonl" },`,
				"  lora: { r: 16, alpha: 32 },",
			},
			Cloud: {
				`  model: "unsloth/gemma-4-E4B-it",`, fmt.Sprintf(`  dataset: { type: "huggingface", name: %q },`, hub),
				`  datasetFormat: { type: "chatml" },`, "  maxSteps: 100,", "  evalSteps: 25,",
				"  lora: { r: 16, alpha: 16, loadIn4bit: false },",
			},
		} {
			files := content(t, tmpl, backend)
			trainer := files["src/arkor/trainer.ts"]
			lines := strings.Split(trainer, "\n")
			for _, line := range append(want,
				`import { createTrainer } from "arkor";`, "export const trainer = createTrainer({", fmt.Sprintf("  name: \"%s-run\",", tmpl.ID),
				"  //   dryRun: true,",
			) {
				if !slices.Contains(lines, line) {
					t.Errorf("%s for %s: trainer.ts lacks the line %s", tmpl.ID, backend, line)
				}
			}
			if !strings.Contains(files["arkor.config.ts"], fmt.Sprintf("\nexport default { backend: %q };\n", backend)) {
				t.Errorf("%s for %s: arkor.config.ts is %s", tmpl.ID, backend, files["arkor.config.ts"])
			}
			_, withData := files["data/train.jsonl"]
			if withData != (backend == Local) || strings.Contains(files["README.md"], "| `data/train.jsonl`") != withData {
				t.Errorf("%s for %s: data/ is written: %v, or README.md does not agree", tmpl.ID, backend, withData)
			}
			for path, text := range files {
				if !strings.HasPrefix(path, "data/") && (strings.Contains(text, "{{") || strings.Contains(text, "no value") || strings.Contains(text, "\n\n\n")) {
					t.Errorf("%s for %s: %s is not well filled in:\n%s", tmpl.ID, backend, path, text)
				}
				if !strings.HasSuffix(text, "\n") || strings.HasSuffix(text, "\n\n") {
					t.Errorf("%s for %s: %s does not end with one line break", tmpl.ID, backend, path)
				}
			}
		}
	}
}

func TestOtherBackendsAreRefused(t *testing.T) {
	t.Parallel()
	tmpl, _ := Lookup("triage")
	if files, err := tmpl.FilesFor("demo", "clowd"); err == nil || files != nil {
		t.Errorf("got %d files, %v", len(files), err)
	}
}

// Files is the project for this machine.
func TestFilesTrainsHere(t *testing.T) {
	t.Parallel()
	for _, tmpl := range All() {
		got, err := tmpl.Files("demo")
		want, wantErr := tmpl.FilesFor("demo", Local)
		if err != nil || wantErr != nil || !slices.EqualFunc(got, want, func(a, b File) bool { return a.Path == b.Path && bytes.Equal(a.Data, b.Data) }) {
			t.Errorf("%s: %v, %v", tmpl.ID, err, wantErr)
		}
	}
}

// A trainer shows the first held-out text and declares the shape of the answers.
// Both must be what the data holds.
func TestTrainersAgreeWithTheirData(t *testing.T) {
	t.Parallel()
	for id, declared := range map[string]map[string]string{ // field to the name of the list of its values
		"triage":    {"category": "categories", "urgency": "urgencies"},
		"translate": {"detectedLanguage": "languages"},
		"redaction": {"tags": "tags"},
	} {
		tmpl, _ := Lookup(id)
		files := content(t, tmpl, Local)
		trainer := files["src/arkor/trainer.ts"]
		heldOut := conversations(t, files["data/heldout.jsonl"])
		all := append(conversations(t, files["data/train.jsonl"]), heldOut...)

		for _, text := range heldOut[0].prompt {
			quoted := strconv.Quote(text)
			if !strings.Contains(trainer, quoted+";\n") {
				t.Errorf("%s: trainer.ts does not hold %s, with which data/heldout.jsonl begins", id, quoted)
			}
		}
		_, rest, _ := strings.Cut(trainer, "\n  required: ")
		required, _, _ := strings.Cut(rest, ",\n  additionalProperties: false,\n")
		for _, c := range all {
			if fields := "[" + strings.Join(c.fields, ", ") + "]"; fields != required {
				t.Fatalf("%s: an answer has the fields %s, trainer.ts requires %s", id, fields, required)
			}
		}
		for field, list := range declared {
			var values []string
			for _, c := range all {
				switch v := c.answer[field].(type) {
				case string:
					values = append(values, v)
				case []any:
					for _, item := range v {
						values = append(values, item.(string))
					}
				}
			}
			slices.Sort(values)
			if values, want := slices.Compact(values), declaredList(t, trainer, list); !slices.Equal(values, want) {
				t.Errorf("%s: %s is one of %q in the data, of %q in trainer.ts", id, field, values, want)
			}
		}
	}
}

type conversation struct {
	prompt []string // system and user
	answer map[string]any
	fields []string // of the answer, quoted and in its order
}

func conversations(t *testing.T, data string) []conversation {
	t.Helper()
	var out []conversation
	for line := range strings.Lines(data) {
		var sample struct {
			Messages []struct{ Role, Content string }
		}
		if err := json.Unmarshal([]byte(line), &sample); err != nil || len(sample.Messages) != 3 {
			t.Fatalf("line %d: %v: %s", len(out)+1, err, line)
		}
		m := sample.Messages
		c := conversation{prompt: []string{m[0].Content, m[1].Content}}
		if err := json.Unmarshal([]byte(m[2].Content), &c.answer); err != nil {
			t.Fatalf("line %d: %v: %s", len(out)+1, err, line)
		}
		c.fields = fields(t, m[2].Content)
		out = append(out, c)
	}
	return out
}

// fields returns the quoted names of an object's fields, in their order.
func fields(t *testing.T, object string) (names []string) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader([]byte(object)))
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, strconv.Quote(fmt.Sprint(name)))
		var value any
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return names
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
