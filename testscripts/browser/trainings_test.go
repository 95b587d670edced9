package browser

import (
	"fmt"
	"testing"
)

// B1, B3: of several trainings the latest is shown, and each can be looked at
// again. A dry run is left out where whole runs are compared.
func TestSeveralTrainings(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	p := visit(t, s, "/", look{})
	names := []string{"first", "second", "third"}
	for _, name := range names {
		err := s.write(fmt.Sprintf(`name: %q, maxSteps: 2, batchSize: 2, callbacks: { onLog: () => console.log("said by the %s") },`, name, name))
		if err != nil {
			t.Fatal(err)
		}
		p.has("button", "Run training: "+name)
		if name == "third" {
			p.click("button", "Dry run")
		} else {
			p.click("button", "Run training: "+name)
		}
		p.see("said by the "+name, "Done in")
	}
	p.reload()
	p.see("said by the third")
	p.choose("Training", "Training 1")
	p.see("said by the first")

	p.click("link", "Jobs")
	for _, name := range names {
		p.click("checkbox", "Select "+name)
	}
	p.click("link", "Compare 3 runs")
	p.see("1 dry run is left out", "second")
	p.unsee("third")
	p.click("button", "Show all")
	p.see("third")
	p.unsee("left out")
}

// CH11: the axis that was chosen stays chosen.
func TestChartChoices(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	p := visit(t, s, "/#/jobs/"+jobs[0].id, look{})
	p.choose("Horizontal axis", "Elapsed time")
	p.click("checkbox", "Clip outliers")
	p.untilTrue("a drawn chart", drawn)
	p.reload()
	const axis = `document.querySelector("select[aria-label='Horizontal axis']")?.value`
	p.untilTrue("the axis of before", axis+` === "time"`)
	p.untilTrue("a drawn chart", drawn)
}
