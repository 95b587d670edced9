package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// B16, B17: the checkpoints of a training answer the same question, one after the
// other, and the page says what the training came of.
func TestLearning(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	p := visit(t, s, "/#/jobs/"+jobs[0].id, look{})
	p.see("train.jsonl", "heldout.jsonl", "Bundle")
	source, err := os.ReadFile(filepath.Join(s.dir, ".arkor", "source", jobs[0].id+".json"))
	if err != nil || !strings.Contains(string(source), `"commit":""`) {
		t.Errorf("%s %v", source, err)
	}
	p.fill("textbox", "Question", "My parcel is late.")
	p.click("button", "Ask each")
	const answers = `[...document.querySelectorAll(".answer-done .answer-from")].map((one) => one.textContent).join()`
	p.untilTrue("an answer of each", answers+` === "before,step 6,final"`)
	p.see("3 of 3 have answered")
	p.reload()
	p.untilTrue("the question again", `document.querySelector(".learning-form label:nth-of-type(2) input")?.value === "My parcel is late."`)
}

// B17: the same job is trained once more, without the project's code.
func TestRunAgain(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	if err := s.write(short); err != nil {
		t.Fatal(err)
	}
	p := visit(t, s, "/", look{})
	p.run("short")
	p.see("Completed")
	first := evaluate[string](p, "location.hash")
	p.click("button", "Run again")
	p.see("With these settings", "With the project as it is now")
	p.click("button", "Run training")
	p.untilTrue("another job", `location.hash !== "`+first+`"`)
	p.has("heading", "short")
	p.see("Completed", "step 12 of 12")
	p.unsee("Output of your code")
	p.goTo("/#/jobs")
	p.see("2 jobs")
}

// O8: 10 MB of output are no standstill; what is too much is said to be left out.
func TestLongOutput(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	err := s.writeEntry(`import { createTrainer } from "arkor";
for (let i = 0; i < 100_000; i++) console.log(String(i).padStart(100, "x"));
console.log("the last line");
` + `export const trainer = createTrainer({ name: "loud", model: "arkor/tiny", dataset: { type: "file", path: "data/train.jsonl" }, maxSteps: 4, batchSize: 2 });
`)
	if err != nil {
		t.Fatal(err)
	}
	p := visit(t, s, "/", look{})
	p.run("loud")
	p.see("Completed")
	p.click("button", "Show")
	p.see("the last line", "finished with status=completed")
	if size := evaluate[int](p, `document.querySelector("[role=log]").textContent.length`); size > 3<<20 {
		t.Errorf("the log holds %d characters", size)
	}
	p.click("button", "Hide")
	p.unsee("the last line")
}
