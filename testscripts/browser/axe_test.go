package browser

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe comes with the page's development packages, and is never served.
const axe = "../../arkor-studio/ui/node_modules/axe-core/axe.min.js"

// findings runs axe-core in the page.
const findings = `axe.run().then(({ violations }) => violations
	.filter(({ impact }) => impact === "serious" || impact === "critical")
	.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => id + ": " + help + "\n" + html + "\n" + failureSummary)))`

func (p *page) checkAccess(source string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](source))
	for _, finding := range evaluate[[]string](p, findings) {
		p.t.Error(finding)
	}
}

// axe-core finds nothing serious in any screen, of either scheme, wide or narrow.
func TestAccess(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	source, err := os.ReadFile(axe)
	if err != nil {
		t.Fatalf("%v; make test-browser fetches it", err)
	}
	for _, screen := range trained.screens() {
		t.Run(screen.name, func(t *testing.T) {
			p := visit(t, s, screen.view, look{})
			p.see(screen.see...)
			for _, l := range []look{{}, {scheme: "dark"}, {width: 360, height: 740}} {
				p.show(l)
				p.checkAccess(string(source))
			}
		})
	}
	for name, open := range map[string]func(*page){
		"palette":  func(p *page) { p.click("button", "Commands"); p.has("dialog", "Commands") },
		"help":     func(p *page) { p.click("button", "Keyboard and help"); p.has("dialog", "Keyboard and help") },
		"account":  func(p *page) { p.click("button", "local"); p.has("dialog", "Account and backend") },
		"two more": func(p *page) { p.goTo("/#/playground?model2=a&model3=b&model4=c"); p.has("group", "Fourth model") },
	} {
		t.Run(name, func(t *testing.T) {
			p := visit(t, s, "/", look{})
			p.see(jobs[0].name)
			open(p)
			for _, l := range []look{{}, {scheme: "dark"}, {width: 360, height: 740}} {
				p.show(l)
				p.checkAccess(string(source))
			}
		})
	}
	t.Run("question", func(t *testing.T) {
		p := visit(t, s, "/#/jobs/"+jobs[0].id, look{})
		p.click("button", "Delete")
		p.see("Delete this job?")
		p.checkAccess(string(source))
	})
	t.Run("choice", func(t *testing.T) {
		p := visit(t, s, "/#/jobs/"+jobs[0].id, look{})
		p.click("button", "Run again")
		p.has("dialog", "Run this again?")
		p.checkAccess(string(source))
		p.click("button", "Cancel")
		p.click("button", "Edit the notes")
		p.click("button", "Export")
		p.see("Copy link to this view")
		p.checkAccess(string(source))
	})
}
