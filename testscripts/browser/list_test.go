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

// clickSummary opens a stretch of the page that is folded, by a part of its name.
func clickSummary(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`[...document.querySelectorAll("summary")].find((one) => one.textContent.includes(%q)).click()`, text))
}

// JL4: a row is one link; what is shortened is there in full, too.
func TestRow(t *testing.T) {
	t.Parallel()
	const id = "7e1cd6ce-0c0c-4a0c-8b0c-1b0c1b0c1b0c"
	s, _ := play(t, playedJob{ID: id, Name: "one", Status: "completed", CreatedAt: "2026-01-02T03:04:05.000Z"})
	p := visit(t, s, "/#/jobs", look{})
	p.allow(notThere)
	p.see("one", "7e1cd6…1b0c")
	row := evaluate[[]string](p, `(() => {
		const row = document.querySelector("tbody tr:not(.gap)");
		return [String(row.querySelectorAll("a").length), row.querySelector("time").title, row.querySelector("time").dateTime, row.querySelector("td:last-child").title];
	})()`)
	if want := []string{"1", "2026-01-02 03:04", "2026-01-02T03:04:05.000Z", id}; fmt.Sprint(row) != fmt.Sprint(want) {
		t.Errorf("%q, want %q", row, want)
	}
	// The row follows its link, wherever it is clicked.
	p.do(chromedp.Evaluate[chromedp.Void](`(() => {
		const box = document.querySelector("tbody tr td:last-child").getBoundingClientRect();
		document.elementFromPoint(box.x + 5, box.y + 5).click();
	})()`))
	p.has("heading", "one")
}

// JL7, JL8: thousands of jobs scroll, are searched, and are sorted by what they
// came to; the order is in the address.
func TestThousands(t *testing.T) {
	t.Parallel()
	const many = 2000
	var jobs []playedJob
	for i := range many {
		jobs = append(jobs, playedJob{ID: fmt.Sprintf("j_%04d", i), Name: fmt.Sprintf("run %d", i), Status: "completed"})
	}
	s, b := play(t, jobs...)
	for i := range many {
		loss := fmt.Sprint(1 + float64((i*7919)%many)/many)
		if i == 5 {
			loss = "null" // it logged none
		}
		b.say(fmt.Sprintf("GET /v1/jobs/j_%04d/metrics", i), 200, `{"metrics":{"total":1,"series":{"step":[1],"loss":[`+loss+`]},"checkpoints":[],"lastEventId":"1"}}`)
	}
	p := visit(t, s, "/#/jobs", look{})
	p.see("2,000 jobs", "run 1998", "1.081")
	if rows := evaluate[int](p, `document.querySelectorAll("tbody tr").length`); rows > 60 {
		t.Errorf("%d rows are in the page", rows)
	}
	b.mu.Lock()
	asked := b.asked["GET /v1/jobs/j_0000/metrics"]
	b.mu.Unlock()
	if asked != 0 {
		t.Error("jobs that nobody sees were asked about")
	}
	p.click("button", "Loss")
	p.see("losses…") // it takes its time, and says so
	p.unsee("losses…")
	const firstRow = `document.querySelector("tbody tr:not(.gap) .job-name")?.textContent`
	p.untilTrue("the lowest loss first", firstRow+` === "run 0"`)
	p.do(chromedp.Evaluate[chromedp.Void]("void scrollTo(0, document.body.scrollHeight)"))
	p.see("run 5") // the one without a loss is the last
	p.reload()
	p.see("2,000 jobs", "losses…")
	p.untilTrue("the order in the address", `location.hash.includes("sort=loss")`)
	p.fill("searchbox", "Search by name, ID or note", "run 17")
	p.see("111 of 2,000 jobs")
}

// B12: a job gets a name of one's own, tags and a note, which are in the folder,
// in the list and on its page.
func TestNotes(t *testing.T) {
	t.Parallel()
	s, b := play(t, playedJob{ID: "j_1", Name: "triage-run", Status: "completed"}, playedJob{ID: "j_2", Name: "triage-run", Status: "completed"})
	b.events("j_1", `training.completed {"artifacts":[]}`)
	b.events("j_2", `training.completed {"artifacts":[]}`)
	p := visit(t, s, "/#/jobs/j_1", look{})
	p.allow(notThere, "responded with a status of 409")
	p.click("button", "Edit the notes")
	p.fill("textbox", "Name", "best <b>so far</b>")
	p.fill("textbox", "Tags", "keep, prod, KEEP")
	p.fill("textbox", "Note", "wants more data\nfor billing")
	p.goTo("/#/jobs")
	p.see("What you wrote about this job is not saved.")
	p.click("button", "Stay")
	p.click("button", "Save")
	p.has("heading", "best <b>so far</b>")
	p.see("Made as triage-run", "wants more data", "keep", "prod")
	p.harmless()

	kept, err := os.ReadFile(filepath.Join(s.dir, ".arkor", "notes.json"))
	if err != nil || !strings.Contains(string(kept), `"prod"`) {
		t.Errorf("%s %v", kept, err)
	}
	p.reload()
	p.has("heading", "best <b>so far</b>")
	p.goTo("/#/jobs")
	p.see("best <b>so far</b>", "triage-run", "2 jobs")
	p.choose("Tag", "prod")
	p.see("1 of 2 jobs")
	p.unsee("triage-run")
	p.reload()
	p.see("1 of 2 jobs")

	// It is called so wherever it can be chosen.
	p.goTo("/")
	p.see("best <b>so far</b>", "triage-run")
	p.goTo("/#/playground?adapter=j_1")
	p.untilTrue("the name in the picker", `[...document.querySelectorAll("select option")].some((one) => one.text.startsWith("best <b>so far</b> ·"))`)
	p.harmless()
	p.goTo("/#/jobs")
	p.see("2 jobs")
	p.fill("searchbox", "Search by name, ID or note", "billing")
	p.see("1 of 2 jobs")

	// A file that somebody has broken is nothing that the page may replace.
	if err := os.WriteFile(filepath.Join(s.dir, ".arkor", "notes.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.goTo("/#/jobs/j_2")
	p.see("Failed to load the notes", "notes.json cannot be read", "Mend the file")
}

// JL7: a job is deleted when the question was answered so; a refusal is said in
// the backend's words.
func TestDelete(t *testing.T) {
	t.Parallel()
	s, b := play(t, playedJob{ID: "j_1", Name: "wanted", Status: "completed"}, playedJob{ID: "j_2", Name: "other", Status: "completed"})
	b.events("j_1", `training.completed {"artifacts":[]}`)
	const words = `the endpoint "desk" answers with this job; delete the endpoint or give it another target first`
	b.say("DELETE /v1/jobs/j_1", http.StatusConflict, fmt.Sprintf(`{"error":%q,"code":"job_in_use"}`, words))
	p := visit(t, s, "/#/jobs", look{})
	p.allow(notThere, "responded with a status of 409")
	p.click("link", "wanted")
	p.click("button", "Delete")
	p.see("Delete this job?")
	p.click("button", "Keep it")
	p.unsee("Delete this job?")
	p.click("button", "Delete")
	p.has("dialog", "Delete this job?")
	p.click("button", "Delete")
	p.see(words)
	b.on("DELETE /v1/jobs/j_1", func(w http.ResponseWriter, r *http.Request) {
		b.remove("j_1")
		w.WriteHeader(http.StatusNoContent)
	})
	p.click("button", "Delete")
	p.see("other", "1 job")
	p.unsee("wanted")
}

// JL7: several jobs are deleted with one question; of those that are refused the
// backend's words are shown, and they stay chosen.
func TestDeleteSeveral(t *testing.T) {
	t.Parallel()
	var jobs []playedJob
	for i := range 9 {
		jobs = append(jobs, playedJob{ID: fmt.Sprintf("j_%d", i), Name: fmt.Sprintf("run %d", i), Status: "completed"})
	}
	s, b := play(t, jobs...)
	const words = `the endpoint "desk" answers with this job`
	for i := range 9 {
		id := fmt.Sprintf("j_%d", i)
		b.on("DELETE /v1/jobs/"+id, func(w http.ResponseWriter, r *http.Request) {
			b.remove(id)
			w.WriteHeader(http.StatusNoContent)
		})
	}
	b.say("DELETE /v1/jobs/j_3", http.StatusConflict, fmt.Sprintf(`{"error":%q,"code":"job_in_use"}`, words))
	p := visit(t, s, "/#/jobs", look{})
	p.allow(notThere, "responded with a status of 409")
	for _, i := range []int{2, 3, 4} {
		p.click("checkbox", fmt.Sprintf("Select run %d", i))
	}
	p.click("button", "Delete 3 jobs")
	p.see("Delete 3 jobs?", "run 4, run 3, run 2")
	p.click("button", "Keep them")
	p.unsee("Delete 3 jobs?")
	p.see("9 jobs")
	p.click("button", "Delete 3 jobs")
	p.has("dialog", "Delete 3 jobs?")
	p.click("button", "Delete")
	p.see("2 jobs deleted.", "run 3: "+words, "Delete 1 job?")
	p.click("button", "Keep it")
	p.see("7 jobs", "run 3")
	p.unsee("run 4")
	p.click("checkbox", "Select run 3")
	p.unsee("Delete 1 job")

	// Seven are too many to compare, and not to delete.
	p.fill("searchbox", "Search by name, ID or note", "run")
	p.click("checkbox", "Select all that are listed")
	p.see("Delete 7 jobs")
	if disabled := with[bool](p, "button", "Compare", "function () { return this.disabled }"); !disabled {
		t.Error("seven can be compared")
	}
	p.click("button", "Delete 7 jobs")
	p.see("and 2 more")
}

// A comparison that was kept from a folder with a project says so in one that
// has none.
func TestCompareWithoutProject(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	p := visit(t, s, "/#/compare?jobs=a,b", look{})
	p.allow("responded with a status of 400")
	p.see("Not in this project: a, b")
	p.unsee("Failed to load")
}
