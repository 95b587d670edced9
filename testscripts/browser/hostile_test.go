package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// markup would tell of itself, was it ever more than text. The console of a
// page that runs some of it is not silent either.
const markup = `<script>pwned=1</script><img src=x onerror="pwned=2"><svg onload=pwned=3>"'` + "`"

// reversed and long are texts that spoil the layout of a careless page.
const (
	reversed    = "\u202etxt.exe\u2066\u0000\u001b[31m"
	long        = 6000
	longestName = 256
)

// harmless checks that nothing of a text became more than text.
func (p *page) harmless() {
	p.t.Helper()
	if evaluate[bool](p, `typeof pwned !== "undefined" || document.querySelector("#app img, #app script, #app iframe, #app svg[onload]") !== null`) {
		p.t.Error("a text has become a part of the page")
	}
	for _, element := range evaluate[[]string](p, wide) {
		p.t.Error(element)
	}
}

// Names, output and errors of a project are text, whatever is in them.
func TestHostileProject(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	name := markup + "\u202etxt.exe"
	name += strings.Repeat("n", longestName-len(name))
	err := s.write(fmt.Sprintf(`name: %q, maxSteps: 4, batchSize: 2,
  callbacks: { onLog: ({ step }) => { console.log(step + %q + %q); console.log("x".repeat(%d)); } },`, name, markup, reversed, long))
	if err != nil {
		t.Fatal(err)
	}
	p := visit(t, s, "/", look{})
	p.allow(broken)
	p.see(markup)
	p.harmless()
	p.click("button", "Run training:")
	p.see("4"+markup, strings.Repeat("x", long), "finished with status=completed")
	p.harmless()
	p.click("link", "Open job")
	p.see("Completed", "training.completed", markup)
	p.harmless()
	p.show(look{width: 360, height: 740})
	p.harmless()
	p.click("link", "Overview")
	p.see("Recent jobs", markup)
	p.harmless()
	p.click("link", "Jobs")
	p.see(markup)
	p.harmless()
	p.show(look{})
	p.harmless()
	p.click("checkbox", "Select <script>")

	if err := s.writeEntry(fmt.Sprintf("throw new Error(%q + %q + 'e'.repeat(%d));\n", markup, reversed, long)); err != nil {
		t.Fatal(err)
	}
	p.click("link", "Overview")
	p.see("Couldn't read manifest", markup)
	p.harmless()
	if err := s.writeEntry("export const " + markup); err != nil {
		t.Fatal(err)
	}
	p.see("export const <script>pwned=1</script><img") // esbuild shortens the line
	p.harmless()
}

// What a model says is text. This one has learned to say nothing else.
func TestHostileModel(t *testing.T) {
	t.Parallel()
	project := newProject(t)
	const answer = `<img src=x onerror=pwned=4>`
	example := fmt.Sprintf("{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"},{\"role\":\"assistant\",\"content\":%q}]}\n", answer)
	if err := os.WriteFile(filepath.Join(project.dir, "data", "train.jsonl"), []byte(strings.Repeat(example, 8)), 0o644); err != nil {
		t.Fatal(err)
	}
	s := serve(t, project)
	if err := s.write(`name: "parrot", maxSteps: 30, batchSize: 2, learningRate: 8e-3,`); err != nil {
		t.Fatal(err)
	}
	p := visit(t, s, "/", look{})
	p.run("parrot")
	p.see("Completed")
	p.click("link", "Open in Playground")
	p.fill("textbox", "Temperature", "0")
	p.fill("textbox", "System prompt", markup)
	p.ask("Hello")
	p.see(answer, "first token")
	p.harmless()
	p.ask(markup)
	p.see(markup)
	p.click("button", "Copy as code")
	p.harmless()
}

// Addresses that nothing is behind, and ones that lead elsewhere in others' pages.
func TestHostileAddress(t *testing.T) {
	t.Parallel()
	s, _ := trained.use(t)
	for view, see := range map[string]string{
		"/#/jobs/" + "%3Cimg%20src=x%20onerror=pwned=5%3E": "No such job",
		"/#/jobs/..%2f..%2fapi%2fcredentials":              "No such job",
		"/#/compare?jobs=<img/src=x/onerror=pwned=6>,b":    "Not in this project",
		"/#/%E0%A4%A":          "Overview",
		"/#javascript:pwned=7": "Overview",
	} {
		t.Run(view, func(t *testing.T) {
			p := visit(t, s, view, look{})
			p.allow("responded with a status of 400", "responded with a status of 404")
			p.see(see)
			p.harmless()
		})
	}
}
