package browser

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// O2: the first five jobs as the backend lists them; and instead of them why
// there are none.
func TestRecentJobs(t *testing.T) {
	t.Parallel()
	var jobs []playedJob
	for i := range 7 {
		jobs = append(jobs, playedJob{ID: fmt.Sprintf("0123456789-%d", i), Name: fmt.Sprintf("run %d", i), Status: "completed"})
	}
	s, b := play(t, jobs...)
	b.say("GET /v1/jobs", http.StatusInternalServerError, `{"error":"out of order"}`)
	p := visit(t, s, "/", look{})
	p.allow(notThere, "responded with a status of 500", "responded with a status of 400")
	p.see("Failed to load jobs: out of order")
	b.on("GET /v1/jobs", nil)
	p.reload()
	p.see("run 6")
	const table = `[...document.querySelectorAll("[aria-labelledby=recent] tr")].map((row) => [...row.cells].map((cell) => cell.textContent).join(" ")).join("\n")`
	rows := strings.Split(evaluate[string](p, table), "\n")
	if len(rows) != 6 || rows[0] != "Status Name Created ID" {
		t.Errorf("%q", rows)
	}
	for i, row := range rows[1:] {
		if !strings.HasPrefix(row, fmt.Sprintf("Completed run %d ", 6-i)) || !strings.HasSuffix(row, fmt.Sprintf(" 012345…89-%d", 6-i)) {
			t.Errorf("row %d: %s", i, row)
		}
	}
	p.click("link", "View all")
	p.see("7 jobs")
}

// Z10: who has an account says which project a folder belongs to.
func TestProjectPicker(t *testing.T) {
	t.Parallel()
	s, b := play(t)
	state := filepath.Join(s.dir, ".arkor", "state.json")
	if err := os.Remove(state); err != nil {
		t.Fatal(err)
	}
	b.say("GET /v1/me", 200, `{"user":{"id":"u","email":null},"orgs":[{"slug":"acme"},{"slug":"other"}]}`)
	b.on("GET /v1/projects", func(w http.ResponseWriter, r *http.Request) {
		org := r.URL.Query().Get("orgSlug")
		fmt.Fprintf(w, `{"org":{"slug":%q},"projects":[{"id":"p_1","slug":"%[1]s-bot","name":"Bot","orgId":"o"},{"id":"p_2","slug":"%[1]s-desk","name":"Desk","orgId":"o"}]}`, org)
	})
	p := visit(t, s, "/", look{})
	p.allow(notThere, "responded with a status of 400", "responded with a status of 500")
	p.has("heading", "Which project is this?")
	p.choose("Organisation", "other")
	p.choose("Project", "other-desk")
	p.click("button", "Use this project")
	p.unsee("Which project is this?")
	text, err := os.ReadFile(state)
	if err != nil || !strings.Contains(string(text), `"projectId": "p_2"`) || !strings.Contains(string(text), `"orgSlug": "other"`) {
		t.Errorf("%s %v", text, err)
	}
}

// U15: who wants to be told of the end is, once, and not of what had ended before.
func TestNotification(t *testing.T) {
	t.Parallel()
	s, b := play(t, playedJob{ID: "j_1", Name: "long", Status: "running"})
	over := make(chan struct{})
	b.on("GET /v1/jobs/j_1/events/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "id: 1\nevent: training.log\ndata: {\"step\":1,\"loss\":2}\n\n")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-over:
			fmt.Fprint(w, "id: 2\nevent: training.completed\ndata: {\"artifacts\":[]}\n\nevent: end\ndata: {\"status\":\"completed\"}\n\n")
		case <-r.Context().Done():
		}
	})
	p := visit(t, s, "/#/playground", look{})
	p.allow(notThere)
	p.has("heading", "Playground")
	p.do(chromedp.Evaluate[chromedp.Void](`void (window.told = [], window.Notification = class {
		static permission = "default";
		static requestPermission = async () => "granted";
		constructor(title) { told.push(title); }
	})`))
	p.goTo("/#/jobs/j_1")
	p.see("step=1 loss=2.0000")
	p.click("button", "Notify me at the end")
	p.untilTrue("that it is on", `[...document.querySelectorAll("button")].some((one) => one.textContent === "Notify me at the end" && one.ariaPressed === "true")`)
	close(over)
	p.see("Completed")
	p.untilTrue("one notification", `told.join() === "long completed"`)
	p.unsee("Notify me at the end")
}
