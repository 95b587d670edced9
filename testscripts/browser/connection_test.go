package browser

import (
	"fmt"
	"testing"
)

// gone are the browser's own lines about a server that does not answer or knows
// the page no more.
var gone = []string{"net::ERR_", "responded with a status of 403", "responded with a status of 500", "responded with a status of 502"}

// A page whose server has ended says so, and goes on with the next one.
func TestServerStops(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	if err := s.write(`name: "first",`); err != nil {
		t.Fatal(err)
	}
	p := visit(t, s, "/", look{})
	p.allow(gone...)
	p.has("button", "Run training: first")
	s.stop()
	p.see("Studio stopped.", "arkor dev")
	p.see("first") // what was there stays

	if err := s.write(`name: "second",`); err != nil {
		t.Fatal(err)
	}
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
	p.has("button", "Run training: second")
	p.unsee("Studio stopped.")
	p.unsee("Studio was restarted")
}

// A page of an earlier launch that has something to lose waits for a person to
// load it anew.
func TestStaleTab(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	p := visit(t, s, "/#/endpoints", look{})
	p.allow(gone...)
	p.click("button", "New endpoint")
	p.click("button", "Base model")
	p.see("Arkor Tiny")
	p.fill("textbox", "Name in the address", "desk")
	p.click("button", "Create endpoint")
	p.click("link", "desk")
	key := p.newKey("production")
	s.stop()
	p.see("Studio stopped.")
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
	p.see("Studio was restarted, reload this page.", key)
	p.click("button", "Reload")
	p.unsee("Studio was restarted")
	p.see("production")
	p.click("button", "Revoke production") // it is known again
	p.click("button", "Revoke")
	p.see("revoked")
}

// A backend that ends is started again when it is needed.
func TestBackendStops(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	if err := s.write(short); err != nil {
		t.Fatal(err)
	}
	p := visit(t, s, "/", look{})
	p.allow(gone...)
	p.see("No jobs yet")
	s.stopBackend()
	p.run("short")
	p.see("Completed")
	p.unsee("The backend cannot be reached")
}

// JD16: a browser has six connections for a server, and each tab takes one,
// whatever is in it: the news, a job's events and the output of its run.
func TestManyTabs(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	if err := s.write(endless); err != nil {
		t.Fatal(err)
	}
	first := visit(t, s, "/", look{})
	first.run("endless")
	view := "/" + evaluate[string](first, "location.hash")
	tabs := []*page{first}
	for range 3 {
		tabs = append(tabs, first.tab(view))
	}
	for _, p := range tabs {
		p.click("button", "Show") // the output
	}
	const told = `Math.max(0, ...[...document.querySelector(".run-log").innerText.matchAll(/step=(\d+)/g)].map((found) => Number(found[1])))`
	for _, p := range tabs {
		p.untilTrue("output and events", told+` > 0 && document.querySelector(".events")?.innerText.includes("step=")`)
	}
	fifth := first.tab("/")
	fifth.has("button", "Run training: endless")
	fifth.see("Output", "step=")
	for _, p := range tabs {
		step := evaluate[int](p, told)
		p.untilTrue("news of the training", fmt.Sprintf("%s > %d", told, step))
	}
	first.click("button", "Cancel job")
	first.click("button", "Cancel the job")
	for _, p := range tabs {
		p.see("Cancelled", "training.cancelled")
	}
}
