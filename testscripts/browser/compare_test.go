package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Two runs are chosen in the list and laid over each other.
func TestCompare(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	p := visit(t, s, "/#/jobs", look{})
	p.click("checkbox", "Select "+jobs[0].name)
	p.click("checkbox", "Select "+jobs[1].name)
	p.click("link", "Compare 2 runs")
	p.see("Side by side", "Last training loss", "learningRate", "0.003", "0.008")
	p.unsee("maxSteps") // the same in both
	p.untilTrue("a drawn chart", drawn)
	p.click("checkbox", "settings that are the same")
	p.see("maxSteps")
	p.choose("Quantity", "Eval loss")
	p.choose("Horizontal axis", "Passes over the data")
	p.untilTrue("a drawn chart", drawn)

	// CH13: the link shows it to others as it is.
	p.do(chromedp.Evaluate[chromedp.Void](`void (navigator.clipboard.writeText = async (text) => void (window.copied = text))`))
	p.click("button", "Export")
	p.click("button", "Copy link to this view")
	p.see("Link copied")
	other := visit(t, s, strings.TrimPrefix(evaluate[string](p, "window.copied"), s.url()), look{})
	other.untilTrue("the look of the link", `[...document.querySelectorAll("main select")].map((one) => one.value).join() === "evalLoss,epoch"`)
	other.untilTrue("a drawn chart", drawn)
}

// The list is searched and sorted, and its state is in the address.
func TestList(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	p := visit(t, s, "/#/jobs", look{})
	p.see(jobs[0].name, jobs[1].name)
	p.fill("searchbox", "Search by name, ID or note", "small")
	p.unsee(jobs[1].name)
	p.see("1 of 2 jobs")
	p.reload()
	p.see("1 of 2 jobs")
	p.click("button", "Failed")
	p.see("No matches")
	p.click("button", "Show all jobs")
	p.see(jobs[0].name, jobs[1].name)
}
