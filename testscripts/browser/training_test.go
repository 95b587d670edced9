package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// short is a training of a few seconds.
const short = `name: "short", maxSteps: 12, batchSize: 2, evalSteps: 4, saveSteps: 6,` + callbacks

// endless is a training that no test waits for.
const endless = `name: "endless", maxSteps: 100000, batchSize: 2, saveSteps: 4,` + callbacks

// drawn is whether a chart has a line in it. The picture is copied, since the
// browser warns of reading a canvas that is drawn to again and again.
const drawn = `(() => {
	const chart = document.querySelector(".chart canvas");
	if (!chart || chart.width === 0) return false;
	const copy = document.createElement("canvas");
	[copy.width, copy.height] = [chart.width, chart.height];
	const context = copy.getContext("2d", { willReadFrequently: true });
	context.drawImage(chart, 0, 0);
	const { data } = context.getImageData(0, 0, copy.width, copy.height);
	let coloured = 0;
	for (let at = 0; at < data.length; at += 4) {
		const [r, g, b, a] = data.slice(at, at + 4);
		if (a > 128 && Math.max(r, g, b) - Math.min(r, g, b) > 60) coloured++;
	}
	return coloured > 100;
})()`

// run presses the button that trains, and goes to the job.
func (p *page) run(name string) {
	p.t.Helper()
	p.click("button", "Run training: "+name)
	p.see("Started job")
	p.click("link", "Open job")
	p.has("heading", name)
}

// A training is watched from the click to the curve and to its end.
func TestTraining(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	if err := s.write(short); err != nil {
		t.Fatal(err)
	}
	p := visit(t, s, "/", look{})
	p.see("No jobs yet", "arkor start")
	p.run("short")
	p.see("Completed", "step 12 of 12", "training.completed", "Final adapter")
	p.untilTrue("a drawn chart", drawn)
	title := evaluate[string](p, "document.title")
	if title != "short · completed · Arkor Studio" {
		t.Errorf("the window is called %q", title)
	}

	// What the project printed can be read at the job.
	p.click("button", "Show")
	p.see("step=12 loss=", "finished with status=completed")

	// The Overview says the same, and the output is there again.
	p.click("link", "Overview")
	p.see("Done in", "step=12 loss=")
	p.click("link", "Jobs")
	p.see("1 job", "short", "Completed")

	// Of two runs the one that was started last is the one to look at.
	p.click("link", "Overview")
	p.click("button", "Dry run")
	p.see("dry run: a few steps on a small sample")
}

// truth counts the events that the server has of a job.
const truth = `fetch("/api/jobs/%s/events", { headers: { "X-Arkor-Studio-Token": document.querySelector("meta[name=arkor-studio-token]").content } })
	.then((answer) => answer.text())
	.then((text) => text.split("\n").filter((line) => /^event: (?!ping|end)/.test(line)).length)`

// A page that is loaded anew in the middle of a training has lost nothing.
func TestRefresh(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	if err := s.write(endless); err != nil {
		t.Fatal(err)
	}
	p := visit(t, s, "/", look{})
	p.click("button", "Run training: endless")
	p.see("step=2 loss=")
	p.reload()
	p.see("Output", "Running", "Started job", "step=2 loss=")
	p.click("link", "Open job")
	p.see("checkpoint.saved")
	p.reload()
	p.see("Running", "step=8 ")
	p.untilTrue("a drawn chart", drawn)
	p.click("button", "Cancel job")
	p.click("button", "Cancel the job")
	p.see("training.cancelled")
	id := evaluate[string](p, `location.hash.split("/").pop()`)
	events := evaluate[int](p, fmt.Sprintf(truth, id))
	p.see(fmt.Sprintf("Events %d", events))
	p.fill("searchbox", "Search the events", "training.started")
	p.see("Events 1")
}

// A job is cancelled only when the question has been answered so.
func TestCancel(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	if err := s.write(endless); err != nil {
		t.Fatal(err)
	}
	p := visit(t, s, "/", look{})
	p.run("endless")
	p.see("checkpoint.saved")

	// What it has saved answers while it goes on.
	p.click("link", "Open in Playground")
	p.likeliest("8")
	p.ask("Hello")
	p.see("· step", "first token")
	p.do(chromedp.NavigateBack())

	p.click("button", "Cancel job")
	p.see("Cancel this job?")
	p.click("button", "Let it run")
	p.unsee("Cancel this job?")
	p.see("Running")
	p.click("button", "Cancel job")
	p.click("button", "Cancel the job")
	p.see("Cancelled")
	p.has("button", "Resume")

	// It goes on as another job.
	p.click("button", "Resume")
	p.see("A new job goes on from the last checkpoint")
	p.press(enter) // the answer that keeps everything has the focus
	p.unsee("A new job goes on")
	p.click("button", "Resume")
	p.has("dialog", "Resume from step")
	p.click("button", "Resume")
	p.see("Resumed from")
}
