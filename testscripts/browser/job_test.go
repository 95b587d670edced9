package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// CH7, B14: of 100,000 events the chart shows all, the log finds each, and the
// page stays one that can be used.
func TestManyEvents(t *testing.T) {
	t.Parallel()
	const id, many = "j_many", 100_000
	s, b := play(t, playedJob{ID: id, Name: "long", Status: "completed", Config: map[string]any{"model": "m", "maxSteps": many}})
	events := []string{`training.started {"timestamp":"2026-01-01T00:00:00.000Z"}`}
	for step := range many {
		events = append(events, fmt.Sprintf(`training.log {"step":%d,"loss":%.4f,"learningRate":0.001,"timestamp":"2026-01-01T00:%02d:%02d.000Z"}`, step+1, 4-3*float64(step)/many, step/3600%60, step/60%60))
	}
	b.events(id, append(events, `training.completed {"artifacts":[]}`)...)
	p := visit(t, s, "/#/jobs/"+id, look{})
	p.allow(notThere)
	p.see(fmt.Sprintf("Events %d,%03d", (many+2)/1000, (many+2)%1000), "step 100,000 of 100,000", "from 4")
	p.untilTrue("a drawn chart", drawn)
	if rows := evaluate[int](p, `document.querySelectorAll(".event").length`); rows > 60 {
		t.Errorf("%d rows are in the page", rows)
	}
	p.fill("searchbox", "Search the events", "step=77777 ")
	p.see("Events 1", "step=77777 loss=1.6667")
	p.click("button", "step=77777")
	p.see(`"learningRate": 0.001`)
	p.click("checkbox", "Log scale")
	p.click("switch", "More charts")
	p.see("Learning rate")
	p.tabTo("image", "training loss")
	p.press(arrowRight)
	p.see("step 1 ")
}

// JD5, CH6: a loss that is no number is not drawn, and the page says so.
func TestNotNumbers(t *testing.T) {
	t.Parallel()
	s, b := play(t, playedJob{ID: "j_some", Name: "some", Status: "running"}, playedJob{ID: "j_none", Name: "none", Status: "failed"})
	b.events("j_some", `training.log {"step":1,"loss":2.5}`, `training.log {"step":2,"loss":null}`, `training.log {"step":3,"loss":"NaN"}`, `training.log {"step":4,"loss":1e999}`,
		`training.log {"step":5,"loss":NaN}`, `training.log {"step":6,"loss":2.25}`)
	b.events("j_none", `training.log {"step":1,"loss":null}`, `training.log {"step":2,"loss":null}`, `training.failed {"error":"the loss is not a number any more"}`)
	p := visit(t, s, "/#/jobs/j_some", look{})
	p.allow(notThere)
	p.see("The loss was not a number in 4 of the events", "step=6 loss=2.2500", `{"step":5,"loss":NaN}`)
	p.untilTrue("a drawn chart", drawn)
	p.goTo("/#/jobs/j_none")
	p.see("The job logged no loss", "The loss was not a number in 2 of the events", "Job failed: the loss is not a number any more")
}

// CH6, JD9: without events there is something to wait for. JD2: of the job
// before there is nothing.
func TestNoEvents(t *testing.T) {
	t.Parallel()
	s, b := play(t, playedJob{ID: "j_1", Name: "first", Status: "running"}, playedJob{ID: "j_2", Name: "second", Status: "queued"})
	b.events("j_1", `training.started {}`, `training.log {"step":7,"loss":0.5}`, `checkpoint.saved {"step":7}`)
	b.events("j_2")
	p := visit(t, s, "/#/jobs/j_1", look{})
	p.allow(notThere)
	p.see("step=7 loss=0.5000", "checkpoint.saved", "the training has begun")
	p.click("switch", "Advanced")
	p.see("Waiting for the first value.") // CH8: of the eval loss
	p.goTo("/#/jobs/j_2")
	p.see("Waiting for training.log events…", "Listening for events…", "no steps yet", "Queued")
	for _, text := range []string{"step=7", "checkpoint.saved", "first", "Open in Playground", "Watch it learn"} {
		p.unsee(text)
	}
	if p.goTo("/#/jobs/j_1"); true {
		p.see("step=7 loss=0.5000")
		p.unsee("Waiting for the first value.")
	}
}

// CH8: the statistics are there when they are asked for, and never at first.
func TestStatistics(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	p := visit(t, s, "/#/jobs/"+jobs[0].id, look{})
	p.see("training.completed")
	p.unsee("95 % interval")
	p.click("switch", "Advanced")
	p.see("mean, 95 % interval")
	p.reload()
	p.see("training.completed")
	p.has("switch", "Advanced")
	p.unsee("95 % interval")
}

// JD7, JD15: a stream that breaks off is opened again, and after 3 s it is said;
// one that is refused is the reader's to open.
func TestBrokenStream(t *testing.T) {
	t.Parallel()
	s, b := play(t, playedJob{ID: "j_1", Name: "cut", Status: "running"})
	b.events("j_1", `training.log {"step":1,"loss":2}`)
	stream := "GET /v1/jobs/j_1/events/stream"
	b.mu.Lock()
	whole := b.handlers[stream]
	b.mu.Unlock()
	cut := func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
	b.on(stream, cut)
	p := visit(t, s, "/#/jobs/j_1", look{})
	p.allow(notThere, "responded with a status of 503")
	p.see("Event stream interrupted.")
	b.on(stream, whole)
	p.see("step=1 loss=2.0000")
	p.unsee("Event stream interrupted.")

	b.say(stream, http.StatusNotFound, `{"error":"there is no such job","code":"job_not_found"}`)
	p.reload()
	p.see("No events come any more: there is no such job (404)")
	b.on(stream, whole)
	p.click("button", "Retry")
	p.see("step=1 loss=2.0000")
	p.unsee("No events come any more")
}

// FM5, J2: a status that nobody told us of is shown as it is.
func TestUnknownStatus(t *testing.T) {
	t.Parallel()
	s, b := play(t, playedJob{ID: "j_1", Name: "held", Status: "on hold <b>"})
	b.events("j_1")
	p := visit(t, s, "/#/jobs", look{})
	p.allow(notThere)
	p.see("On hold <b>")
	const badge = `document.querySelector(".badge")?.className`
	if got := evaluate[string](p, badge); got != "badge badge-unknown" {
		t.Errorf("the badge is %q", got)
	}
	p.click("link", "held")
	p.see("On hold <b>", "Waiting for training.log events…")
}

// B14: an event is shown as it was sent.
func TestEvent(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	p := visit(t, s, "/#/jobs/"+jobs[0].id, look{})
	p.choose("Kind of event", "training.started")
	p.see("Events 1", "12 steps", "6 held-out samples", "trained parameters")
	p.unsee(`"metadata"`)
	p.click("button", "training.started")
	p.see(`"metadata": {`, `"totalSteps": 12`)
	p.click("button", "training.started")
	p.unsee(`"metadata": {`)
}

// Evals that the backend keeps are shown, whatever is in them.
func TestEvals(t *testing.T) {
	t.Parallel()
	s, b := play(t, playedJob{ID: "j_1", Name: "tried", Status: "completed"})
	b.events("j_1", `training.log {"step":10,"loss":2}`, `training.completed {"artifacts":[]}`)
	b.say("GET /v1/jobs/j_1/evals", 200, `{"evals":[
		{"id":"1","name":"valid JSON","target":{"kind":"base","model":"m"},"count":20,"failed":0,"mean":0,"min":0,"max":0,"threshold":0.9,"passed":false,"worst":[]},
		{"id":"2","name":"valid JSON","target":{"kind":"checkpoint","step":10},"count":20,"failed":0,"mean":0.95,"min":0,"max":1,"threshold":0.9,"passed":true,
			"worst":[{"prompt":"`+strings.ReplaceAll(markup, `"`, `\"`)+`","answer":"{","score":0,"note":"$.urgency is missing"}]},
		{"id":"3","name":"`+strings.ReplaceAll(markup, `"`, `\"`)+`","target":{"kind":"checkpoint","step":10},"count":4,"failed":1,"mean":0.5,"min":0,"max":1,"threshold":null,"passed":null,"worst":[]}]}`)
	p := visit(t, s, "/#/jobs/j_1", look{})
	p.allow(notThere)
	p.see("Evals", "failed, wants 0.9", "0.95 passed", "1 of 4 without a score", markup)
	p.do(clickSummary("lowest of step 10"))
	p.see("$.urgency is missing")
	p.harmless()
}
