package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
)

var (
	question  = key{"?", "Slash", "?", 191}
	letterK   = key{"k", "KeyK", "", 75}
	letterR   = key{"r", "KeyR", "r", 82}
	arrowDown = key{"ArrowDown", "ArrowDown", "", 40}
)

// B21: everything can be done from the palette, some of it with a key, and what
// is typed does nothing.
func TestPalette(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	p := visit(t, s, "/#/jobs", look{})
	p.see(jobs[0].name)
	p.pressControl(letterK)
	p.has("dialog", "Commands")
	p.untilTrue("the focus in the field", `document.activeElement.getAttribute("role") === "combobox"`)
	p.fill("combobox", "Search commands and jobs", "go play")
	p.untilTrue("one command", `[...document.querySelectorAll("[role=option]")].map((one) => one.textContent).join() === "Go to Playground"`)
	p.press(enter)
	p.has("textbox", "Message")
	p.untilTrue("no palette", `document.querySelector("dialog[open]") === null`)

	// A job by its name; the arrows go round.
	p.click("button", "Commands")
	p.fill("combobox", "Search commands and jobs", jobs[1].name)
	p.untilTrue("the job", `document.querySelector("[role=option]")?.textContent.startsWith("`+jobs[1].name+`")`)
	p.press(arrowDown, arrowDown, enter)
	p.has("heading", jobs[1].name)

	// Escape leaves everything as it was, the focus too.
	p.click("button", "Commands")
	p.has("dialog", "Commands")
	p.press(escape)
	p.untilTrue("the focus back", `document.activeElement.ariaLabel === "Commands"`)

	p.press(question)
	p.see("Keyboard and help", "Search jobs")
	p.press(escape)
	p.unsee("Keys do nothing while you type")
	p.press(slash)
	p.untilTrue("the focus in the search", `document.activeElement.type === "search"`)
	p.press(question, letterR)
	p.untilTrue("nothing but typing", `document.activeElement.type === "search" && document.querySelector("dialog[open]") === null && document.querySelector("h1").textContent === "Jobs"`)
	p.pressControl(letterK) // not while typing
	p.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	p.untilTrue("no palette", `document.querySelector("dialog[open]") === null`)

	// From elsewhere the key of the training leads to its button.
	p.press(letterR)
	p.has("heading", "Overview")
	p.untilTrue("the focus on the button", `document.activeElement.textContent.startsWith("Run training: ")`)
}

// B21: on the Overview it runs.
func TestRunByKey(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	if err := s.write(short); err != nil {
		t.Fatal(err)
	}
	p := visit(t, s, "/", look{})
	p.has("button", "Run training: short")
	// In a hurry once is enough, also when the first has been answered.
	p.do(chromedp.Evaluate[chromedp.Void](`void (async () => {
		const press = () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "r", bubbles: true, cancelable: true }));
		press();
		press();
		while (!performance.getEntriesByType("resource").some((one) => one.name.endsWith("/api/runs"))) {
			await new Promise((resolve) => setTimeout(resolve, 5));
		}
		press();
	})()`))
	p.see("Done in")
	if n := evaluate[int](p, `document.querySelectorAll("select[aria-label=Training] option").length`); n > 1 {
		t.Errorf("%d trainings", n)
	}
}
