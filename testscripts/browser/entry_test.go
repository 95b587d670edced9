package browser

import (
	"os"
	"path/filepath"
	"testing"
)

// B15, B4: what is to be trained is chosen, shown, run, and chosen still after a
// restart. What was built is said to be.
func TestEntryPicker(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	if err := s.write(`name: "usual",`); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(s.dir, "src", "arkor", "other.ts")
	source := "import { createTrainer } from \"arkor\";\nexport const trainer = createTrainer({ name: \"other\", model: \"arkor/tiny\", maxSteps: 2, batchSize: 2,\n" +
		"  dataset: { type: \"file\", path: \"data/train.jsonl\" }, callbacks: { onLog: () => console.log(\"said by the other\") } });\n"
	p := visit(t, s, "/", look{})
	p.allow(gone...)
	p.has("button", "Run training: usual")
	if err := os.WriteFile(other, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	p.choose("What to train", "other.ts")
	p.has("button", "Run training: other")
	p.see("rebuilt")
	p.click("button", "Run training: other")
	p.see("Built src/arkor/other.ts", "said by the other", "Done in")
	s.stop()
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
	p.reload() // it may have done so itself
	p.has("button", "Run training: other")
	p.choose("What to train", "index.ts")
	p.has("button", "Run training: usual")

	// O9: eight run at once, and the next is told why not.
	if err := s.writeEntry(`setInterval(() => {}, 1000);
export const trainer = { name: "stuck", start: () => new Promise(() => {}), wait: () => new Promise(() => {}), cancel() {} };
`); err != nil {
		t.Fatal(err)
	}
	p.allow("responded with a status of 409")
	p.has("button", "Run training: stuck")
	for range 8 {
		if _, err := s.post("/api/runs", "{}", "run"); err != nil {
			t.Fatal(err)
		}
	}
	p.click("button", "Run training: stuck")
	p.see("The training did not start", "too many trainings are running here")
}
