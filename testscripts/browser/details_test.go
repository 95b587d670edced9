package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// JD10, JD11, JD12, JD15, FM1: what is known of a job, also of one that failed
// before anybody looked, and the ways from there.
func TestDetails(t *testing.T) {
	t.Parallel()
	const id = "7e1cd6ce-0c0c-4a0c-8b0c-1b0c1b0c1b0c"
	s, b := play(t, playedJob{ID: id, Name: "one", Status: "completed", CreatedAt: "2026-01-02T03:04:05.000Z", StartedAt: "2026-01-02T03:05:05.000Z", CompletedAt: "2026-01-02T05:10:12.000Z",
		Config: map[string]any{"model": "acme/tiny", "datasetSource": map[string]any{"type": "huggingface", "name": "acme/tickets", "split": "train"}}},
		playedJob{ID: "j_2", Name: "two", Status: "failed", Error: "out of <b>memory</b>"}, playedJob{ID: "j_3", Name: "three", Status: "queued"})
	b.events(id, `training.log {"step":1,"loss":2}`, `training.completed {"artifacts":[{},{}]}`)
	b.on("GET /v1/jobs/j_2/events/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "event: end\ndata: {\"status\":\"failed\"}\n\n")
	})
	b.events("j_3")
	p := visit(t, s, "/#/jobs/"+id, look{})
	p.allow(notThere)
	p.see("training.completed")
	const facts = `[...document.querySelectorAll(".facts > div")].map((fact) => fact.innerText.replace(/\s+/g, " ").trim()).join("; ").toLowerCase()`
	expect := func(want string) {
		t.Helper()
		p.untilTrue(want, fmt.Sprintf("%s.includes(%q)", facts, strings.ToLower(want)))
	}
	expect("Duration 2h 05m 07s; Created 2026-01-02 03:04; Started 2026-01-02 03:05; Completed 2026-01-02 05:10; Base model acme/tiny; Dataset acme/tickets (train); Artifacts 2; ")
	expect("Job ID 7e1cd6ce…0c1b0c")
	if to := with[string](p, "link", "Open in Playground", "function () { return this.hash }"); to != "#/playground?adapter="+id {
		t.Errorf("to %s", to)
	}
	if crumbs := evaluate[string](p, `document.querySelector(".crumbs").innerText.replace(/\s+/g, " ").trim()`); crumbs != "Jobs / one" {
		t.Errorf("%s", crumbs)
	}
	p.goTo("/#/jobs/j_2")
	p.see("Job failed: out of <b>memory</b>", "The job had no events.")
	expect("Duration N/A")
	expect("Artifacts N/A")
	for _, text := range []string{"Resume", "Open in Playground"} { // there is nothing to go on from
		p.unsee(text)
	}
	p.goTo("/#/jobs/j_3")
	expect("Duration N/A")
	p.has("button", "Cancel job")
	p.unsee("Run again")
}

// JL3: one status is chosen at a time, and is said to be.
func TestStatusFilter(t *testing.T) {
	t.Parallel()
	s, _ := play(t, playedJob{ID: "j_1", Name: "first", Status: "completed"}, playedJob{ID: "j_2", Name: "second", Status: "queued"})
	p := visit(t, s, "/#/jobs", look{})
	p.allow(notThere)
	p.see("first", "second")
	const pressed = `[...document.querySelectorAll("[role=group][aria-label=Status] button")].map((one) => one.textContent + (one.ariaPressed === "true" ? "!" : "")).join(" ")`
	p.untilTrue("all", pressed+` === "All! Running Completed Queued Failed Cancelled"`)
	p.click("button", "Queued")
	p.untilTrue("one", pressed+` === "All Running Completed Queued! Failed Cancelled"`)
	p.see("second")
	p.unsee("first")
}

// CH5: the mouse reads the nearest step, up to the last, and nothing once it has
// left.
func TestHover(t *testing.T) {
	t.Parallel()
	s, b := play(t, playedJob{ID: "j_1", Name: "one", Status: "completed"})
	var events []string
	for step := 10; step <= 200; step += 10 {
		events = append(events, fmt.Sprintf(`training.log {"step":%d,"loss":%d}`, step, step/10))
	}
	b.events("j_1", append(events, `training.log {"step":200,"evalLoss":0.5}`, `training.completed {}`)...)
	p := visit(t, s, "/#/jobs/j_1", look{})
	p.allow(notThere)
	p.see("training.completed")
	p.untilTrue("a drawn chart", drawn)
	box := evaluate[[]float64](p, `(() => {
		const over = document.querySelector(".chart .u-over");
		over.scrollIntoView({ block: "center", behavior: "instant" });
		const { x, y, width, height } = over.getBoundingClientRect();
		return [x, y + height / 2, width];
	})()`)
	point := func(x, y float64) {
		p.do(command(input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: x, Y: y}))
	}
	point(box[0]+box[2]-1, box[1])
	p.see("step 200 · loss 20.0000 · eval 0.5000")
	point(box[0]+box[2]*0.499, box[1]) // between 100 and 110
	p.see("step 100 · loss 10.0000")
	point(box[0]+box[2]/2, box[1]-600)
	p.unsee("step 100 · loss")
}

// O8, JD9: a pane shows the end of what comes, until its reader has scrolled up.
func TestFollow(t *testing.T) {
	t.Parallel()
	s, b := play(t, playedJob{ID: "j_1", Name: "one", Status: "running"})
	more := make(chan string)
	b.on("GET /v1/jobs/j_1/events/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for id := 1; ; id++ {
			select {
			case data := <-more:
				fmt.Fprintf(w, "id: %d\nevent: training.log\ndata: %s\n\n", id, data)
				_ = http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				return
			}
		}
	})
	p := visit(t, s, "/#/jobs/j_1", look{})
	p.allow(notThere)
	step := 0
	send := func(n int) {
		for range n {
			step++
			more <- fmt.Sprintf(`{"step":%d,"loss":1}`, step)
		}
	}
	const pane = `document.querySelector(".events")`
	send(100)
	p.see("Events 100", "step=100 ") // the last row is in sight
	p.untilTrue("the end", pane+".scrollHeight - "+pane+".scrollTop - "+pane+".clientHeight <= 1")
	p.do(chromedp.Evaluate[chromedp.Void]("void (" + pane + ".scrollTop = 300)"))
	p.see("step=15 ")
	send(20)
	p.see("Events 120")
	if at := evaluate[float64](p, pane+".scrollTop"); at != 300 {
		t.Errorf("it scrolled to %v", at)
	}
	p.do(chromedp.Evaluate[chromedp.Void]("void (" + pane + ".scrollTop = " + pane + ".scrollHeight)"))
	p.see("step=120 ")
	send(1)
	p.see("step=121 ")
}
