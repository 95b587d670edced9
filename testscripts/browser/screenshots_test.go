package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// TestScreenshots writes pictures of every screen into the folder that
// ARKOR_SCREENSHOTS names, from a project with trainings that are long enough to
// look at. Two are there a second time, small enough for docs/images.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv("ARKOR_SCREENSHOTS")
	if folder == "" {
		t.Skip("make screenshots takes them")
	}
	project := newProject(t)
	s := serve(t, project)
	start := func(fields string, args ...string) string {
		if err := project.write(fields + callbacks); err != nil {
			t.Fatal(err)
		}
		out, err := project.command(append([]string{"start"}, args...)...).CombinedOutput()
		id := regexp.MustCompile(`Started job (\S+)`).FindSubmatch(out)
		if err != nil || id == nil {
			t.Fatalf("arkor start: %v\n%s", err, out)
		}
		return string(id[1])
	}
	train := func(name, fields string) string {
		return start(fmt.Sprintf("name: %q, maxSteps: 160, batchSize: 4, evalSteps: 10, saveSteps: 40, lrSchedulerType: \"cosine\", warmupSteps: 10, %s", name, fields))
	}
	ids := []string{
		train("triage-r4", "lora: { r: 4, alpha: 8 }, learningRate: 1e-3,"),
		train("triage-r16", "lora: { r: 16, alpha: 32 }, learningRate: 3e-3,"),
		train("triage-r16-fast", "lora: { r: 16, alpha: 32 }, learningRate: 8e-3,"),
	}
	best := ids[1]
	body := fmt.Sprintf(`{"slug":"support-desk","authMode":"fixed_api_key","target":{"kind":"adapter","adapter":{"kind":"final","jobId":%q}}}`, best)
	endpoint, err := s.post("/api/deployments", body, "deployment")
	if err != nil {
		t.Fatal(err)
	}
	for _, label := range []string{"production", "staging"} {
		if _, err := s.post("/api/deployments/"+endpoint+"/keys", fmt.Sprintf(`{"label":%q}`, label), "key"); err != nil {
			t.Fatal(err)
		}
	}
	notes := fmt.Sprintf(`{"jobs":{%q:{"name":"triage, best so far","text":"Higher rates got worse on billing.","tags":["keep","desk"]},%q:{"tags":["keep"]}}}`, best, ids[0])
	if err := os.WriteFile(filepath.Join(project.dir, ".arkor", "notes.json"), []byte(notes), 0o600); err != nil {
		t.Fatal(err)
	}
	// One that is cancelled, and one that runs while the pictures are taken.
	cancelled := start(`name: "triage-r64", maxSteps: 4000, batchSize: 4, saveSteps: 4, lora: { r: 64, alpha: 128 },`, "--detach")
	p := visit(t, s, "/#/jobs/"+cancelled, look{})
	p.see("checkpoint.saved")
	p.click("button", "Cancel job")
	p.click("button", "Cancel the job")
	p.see("Cancelled")
	if err := project.write(`name: "triage-long", maxSteps: 4000, batchSize: 4, evalSteps: 20, saveSteps: 20, lora: { r: 16, alpha: 32 }, learningRate: 3e-3,` + callbacks); err != nil {
		t.Fatal(err)
	}
	p.click("link", "Overview")
	p.run("triage-long")
	running := evaluate[string](p, `location.hash.split("/").pop()`)
	p.see("step=40 ")

	ask := func(p *page) {
		p.fill("textbox", "Temperature", "0")
		p.fill("textbox", "System prompt", "Sort the ticket. Answer with JSON.")
		p.ask("My parcel should have been here on Monday. Where is it?")
		p.untilTrue("two answers", "document.querySelectorAll('.reply-stats').length === 2 && document.querySelectorAll('.reply[aria-busy=true]').length === 0")
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, shot := range []struct {
			screen
			ready func(*page)
		}{
			{screen{"overview", "/", []string{"Recent jobs", "step=", "triage-r4"}}, nil},
			{screen{"jobs", "/#/jobs", []string{"triage-r4", "Cancelled", "train.jsonl", "· eval"}}, nil},
			{screen{"job", "/#/jobs/" + best, []string{"Completed", "training.completed", "Final adapter"}}, nil},
			{screen{"job-all", "/#/jobs/" + best + "?x=step&smoothing=0.7&show=rate,more,advanced", []string{"Samples a second", "training.completed", "Final adapter"}}, func(p *page) {
				p.fill("textbox", "System prompt", "Sort the ticket. Answer with JSON.")
				p.fill("textbox", "Question", "My parcel should have been here on Monday. Where is it?")
				p.click("button", "Ask each")
				p.see("5 of 5 have answered")
			}},
			{screen{"job-running", "/#/jobs/" + running, []string{"Running", "checkpoint.saved"}}, nil},
			{screen{"compare", "/#/compare?jobs=" + strings.Join(ids, ","), []string{"Side by side", "Last training loss"}}, nil},
			{screen{"playground", "/#/playground?adapter=" + best, []string{"Ready when you are"}}, func(p *page) {
				p.click("button", "Side by side")
				p.has("group", "Second model")
				ask(p)
			}},
			{screen{"endpoints", "/#/endpoints", []string{"support-desk"}}, nil},
			{screen{"endpoint", "/#/endpoints/" + endpoint, []string{"production"}}, nil},
		} {
			p := visit(t, s, shot.view, look{scheme: scheme, scale: 2})
			p.see(shot.see...)
			if shot.ready != nil {
				shot.ready(p)
			}
			p.untilTrue("everything to be loaded", `document.querySelector(".skeleton") === null`)
			if strings.Contains(shot.name, "job-") || shot.name == "job" || shot.name == "compare" {
				p.untilTrue("a drawn chart", drawn)
			}
			p.photograph(filepath.Join(folder, shot.name+"-"+scheme+".png"), cdppage.CaptureScreenshotParams{CaptureBeyondViewport: new(true)})
			if name := shot.name + "-" + scheme; name == "job-light" || name == "compare-dark" {
				p.photograph(filepath.Join(folder, name+".webp"), cdppage.CaptureScreenshotParams{Format: cdppage.CaptureScreenshotFormatWebp, Quality: new(int64(85))})
			}
		}
		for name, view := range map[string]string{"job-narrow": "/#/jobs/" + best + "?x=step&show=more", "jobs-narrow": "/#/jobs"} {
			p := visit(t, s, view, look{scheme: scheme, width: 360, height: 740, scale: 2})
			p.see("best so far", "Completed")
			p.untilTrue("everything to be loaded", `document.querySelector(".skeleton") === null`)
			if name == "job-narrow" {
				p.untilTrue("a drawn chart", drawn)
			}
			p.photograph(filepath.Join(folder, name+"-"+scheme+".png"), cdppage.CaptureScreenshotParams{CaptureBeyondViewport: new(true)})
		}
	}
}

// photograph writes a picture of the window or of all of the page.
func (p *page) photograph(file string, params cdppage.CaptureScreenshotParams) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void]("window.scrollTo(0, 0)"))
	picture, err := chromedp.Call(p.ctx, cdppage.CaptureScreenshot, params)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(file, picture.Data, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
