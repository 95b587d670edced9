package browser

import "testing"

// focusedHeading is whether the focus went to the heading of a view, from where
// a screen reader reads on.
const focusedHeading = `document.activeElement?.matches("h1") === true`

// Whoever has no mouse comes everywhere.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	p := visit(t, s, "/", look{})
	p.see(jobs[0].name)
	p.tabTo("link", "Skip to the content")
	p.press(enter)
	p.untilTrue("the focus in the content", `document.activeElement.id === "main"`)

	p.reload()
	p.see(jobs[0].name)
	p.tabTo("link", "Jobs")
	p.press(enter)
	p.has("searchbox", "Search by name, ID or note")
	p.see(jobs[0].name)
	p.untilTrue("the focus on the heading", focusedHeading)
	p.press(slash)
	p.untilTrue("the focus in the search", `document.activeElement.type === "search"`)
	for _, job := range jobs[:2] {
		p.tabTo("checkbox", "Select "+job.name)
		p.press(space)
	}
	p.tabTo("link", "Compare 2 runs")
	p.press(enter)
	p.see("Side by side")
	p.untilTrue("the focus on the heading", focusedHeading)

	p.tabTo("link", jobs[0].name)
	p.press(enter)
	p.has("heading", jobs[0].name)
	p.see("training.completed")
	p.tabTo("image", "oss")
	p.press(arrowRight, arrowRight)
	p.see("step 2") // the chart reads itself out
	p.tabTo("button", "Delete")
	p.press(enter)
	p.see("Delete this job?")
	p.untilTrue("the focus in the dialog", `document.activeElement.closest("dialog") !== null`)
	p.press(escape)
	p.unsee("Delete this job?")
	p.untilTrue("the focus back", `document.activeElement.textContent === "Delete"`)
}

// faint is what has the focus, and whether that can be seen.
const faint = `(() => {
	const at = document.activeElement;
	if (at === document.body || at === null) return "";
	const shows = [null, "::after"].some((part) => {
		const { content, outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at, part);
		if (part !== null && content === "none") return false;
		return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
	});
	return (shows ? "ok " : "unseen ") + at.outerHTML.slice(0, 120);
})()`

// The focus is seen wherever it goes.
func TestFocusIsSeen(t *testing.T) {
	t.Parallel()
	s, _ := trained.use(t)
	for _, screen := range trained.screens() {
		t.Run(screen.name, func(t *testing.T) {
			p := visit(t, s, screen.view, look{})
			p.see(screen.see...)
			const most = 200
			for range most {
				p.press(tab)
				place := evaluate[string](p, faint)
				if place == "" {
					return // round once
				}
				if place[:3] != "ok " {
					t.Error(place)
				}
			}
			t.Errorf("%d stops and no end", most)
		})
	}
}
