package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// screen is a view of the page.
type screen struct {
	name string
	view string
	see  []string // what is there once it is whole
}

func (l *library) screens() []screen {
	jobs := l.jobs
	var ids []string
	for _, job := range jobs {
		ids = append(ids, job.id)
	}
	return []screen{
		{"overview", "/", []string{"Run training", jobs[0].name, "Recent jobs"}},
		{"jobs", "/#/jobs", []string{jobs[0].name, jobs[1].name}},
		{"job", "/#/jobs/" + ids[0], []string{"Completed", "Smoothing", "training.completed", "Final adapter", "Configuration"}},
		{"job-all", "/#/jobs/" + ids[0] + "?x=step&smoothing=0.5&show=rate,more,advanced", []string{"Samples a second", "95 % interval", "Watch it learn", "Notes"}},
		{"compare", "/#/compare?jobs=" + strings.Join(ids, ","), []string{"Side by side", "Last training loss", jobs[1].name}},
		{"playground", "/#/playground?adapter=" + ids[0], []string{jobs[0].name, "Final adapter", "Ready when you are", "Temperature"}},
		{"endpoints", "/#/endpoints", []string{"New endpoint", "support-desk"}},
		{"endpoint", "/#/endpoints/" + l.endpoint, []string{"support-desk", "API keys", "production"}},
	}
}

// Every screen loads in both schemes, and the console stays silent.
func TestScreens(t *testing.T) {
	t.Parallel()
	s, _ := trained.use(t)
	for _, scheme := range []string{"light", "dark"} {
		t.Run(scheme, func(t *testing.T) {
			for _, screen := range trained.screens() {
				t.Run(screen.name, func(t *testing.T) {
					p := visit(t, s, screen.view, look{scheme: scheme})
					p.see(screen.see...)
					if shown := evaluate[string](p, "getComputedStyle(document.documentElement).colorScheme"); shown != scheme {
						t.Errorf("the page is %s", shown)
					}
				})
			}
		})
	}
}

// In a new project each screen says what comes next.
func TestNewProject(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	for _, screen := range []screen{
		// First: what would be trained is looked at by the backend, which makes the project.
		{"endpoints", "/#/endpoints", []string{"This folder has no project yet", "arkor start"}},
		{"jobs", "/#/jobs", []string{"No jobs yet", "arkor start"}},
		{"compare", "/#/compare", []string{"Nothing to compare yet"}},
		{"playground", "/#/playground", []string{"No completed jobs yet", "arkor start"}},
		{"overview", "/", []string{"No jobs yet", "arkor start"}},
	} {
		p := visit(t, s, screen.view, look{})
		p.see(screen.see...)
	}
}

// The scheme can be chosen, and stays chosen.
func TestScheme(t *testing.T) {
	t.Parallel()
	s, _ := trained.use(t)
	p := visit(t, s, "/", look{})
	const scheme = `getComputedStyle(document.documentElement).colorScheme`
	p.click("button", "Switch to light theme")
	p.click("button", "Switch to dark theme")
	p.untilTrue("the dark scheme", scheme+` === "dark"`)
	p.reload()
	p.has("button", "Switch to system theme")
	if got := evaluate[string](p, scheme); got != "dark" {
		t.Errorf("the page is %s again", got)
	}
}

// U2, O1: the tab of a view is marked as such, and links to elsewhere give
// nothing away.
func TestTabs(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	p := visit(t, s, "/", look{})
	if rel := with[string](p, "link", "Documentation", "function () { return this.target + ' ' + this.rel }"); rel != "_blank noopener noreferrer" {
		t.Errorf("the link to the documentation is %q", rel)
	}
	for view, tab := range map[string]string{
		"/#/": "Overview", "/#/jobs": "Jobs", "/#/jobs/" + jobs[0].id: "Jobs", "/#/playground": "Playground",
		"/#/endpoints": "Endpoints", "/#/endpoints/" + trained.endpoint: "Endpoints",
	} {
		p.goTo(view)
		p.untilTrue("the tab "+tab, `[...document.querySelectorAll("header [aria-current]")].map((tab) => tab.textContent + tab.ariaCurrent).join() === "`+tab+`page"`)
	}
}

// AX5: who wants no motion gets none.
func TestNoMotion(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	if err := s.write(endless); err != nil {
		t.Fatal(err)
	}
	p := visit(t, s, "/", look{})
	const moving = `document.getAnimations().filter((one) => one.playState === "running").length`
	p.run("endless")
	p.do(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "no-preference"}},
	}))
	p.untilTrue("something that moves", moving+" > 0")
	p.show(look{})
	p.untilTrue("nothing that moves", moving+" === 0")
	p.see("Running")
}
