package browser

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// downloads lets the window save files, and returns where.
func (p *page) downloads() string {
	p.t.Helper()
	folder := p.t.TempDir()
	c := chromedp.FromContext(p.ctx)
	allow := cdpbrowser.SetDownloadBehaviorParams{Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: c.BrowserContextID, DownloadPath: folder}
	p.do(command(cdpbrowser.SetDownloadBehavior, allow))
	return folder
}

// saved waits for a file that the browser was told to save.
func (p *page) saved(folder, name string) string {
	p.t.Helper()
	var content []byte
	p.until("the file "+name, func(context.Context) (bool, error) {
		var err error
		content, err = os.ReadFile(filepath.Join(folder, name)) // it gets its name when it is whole
		return err == nil && len(content) > 0, err
	})
	return string(content)
}

// dragOverChart marks a stretch of the large chart with the mouse, as parts of
// its width.
func (p *page) dragOverChart(from, to float64) {
	p.t.Helper()
	box := evaluate[[]float64](p, `(() => {
		const over = document.querySelector(".chart .u-over");
		over.scrollIntoView({ block: "center", behavior: "instant" });
		const { x, y, width, height } = over.getBoundingClientRect();
		return [x, y + height / 2, width];
	})()`)
	mouse := func(kind input.DispatchMouseEventType, part float64) {
		event := input.DispatchMouseEventParams{Type: kind, X: box[0] + box[2]*part, Y: box[1], Button: input.MouseButtonLeft, ClickCount: 1}
		if kind == input.DispatchMouseEventTypeMouseMoved {
			event.Button, event.Buttons = input.MouseButtonLeft, 1
		}
		p.do(command(input.DispatchMouseEvent, event))
	}
	mouse(input.DispatchMouseEventTypeMousePressed, from)
	mouse(input.DispatchMouseEventTypeMouseMoved, (from+to)/2)
	mouse(input.DispatchMouseEventTypeMouseMoved, to)
	mouse(input.DispatchMouseEventTypeMouseReleased, to)
}

// CH13, B11, B14: what can be saved arrives, and holds what it should.
func TestDownloads(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	id := jobs[0].id
	p := visit(t, s, "/#/jobs/"+id, look{})
	folder := p.downloads()
	p.see("training.completed", "Final adapter")
	save := func(item string) {
		p.click("button", "Export")
		p.click("button", item)
	}
	save("Curves as CSV")
	rows := strings.Split(strings.TrimSpace(p.saved(folder, id+"-curves.csv")), "\n")
	if len(rows) != 13 || !strings.HasPrefix(rows[0], "step,loss,evalLoss,") || !strings.HasPrefix(rows[12], "12,") {
		t.Errorf("%q", rows)
	}
	save("Chart as SVG")
	if svg := p.saved(folder, id+"-loss.svg"); !strings.HasPrefix(svg, "<svg ") || !strings.Contains(svg, "Loss of "+jobs[0].name) || strings.Contains(svg, "NaN") {
		t.Errorf("%.500s", svg)
	}
	save("Chart as PNG")
	if png := p.saved(folder, id+"-loss.png"); !strings.HasPrefix(png, "\x89PNG") {
		t.Errorf("%.20q", png)
	}
	p.click("button", "Download the events")
	lines := strings.Split(strings.TrimSpace(p.saved(folder, id+"-events.jsonl")), "\n")
	var last struct{ Type string }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last.Type != "training.completed" {
		t.Errorf("%d lines, the last one %q: %v", len(lines), lines[len(lines)-1], err)
	}
	p.click("button", "Download final/adapter_config.json")
	var config struct {
		R int `json:"r"`
	}
	if err := json.Unmarshal([]byte(p.saved(folder, "adapter_config.json")), &config); err != nil || config.R != 8 {
		t.Errorf("%+v %v", config, err)
	}
}

// CH11: how a chart looks is remembered for its project. CH13: and an address
// shows it to others as it is.
func TestChartLook(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	view := "/#/jobs/" + jobs[0].id
	p := visit(t, s, view, look{})
	p.see("training.completed")
	p.choose("Horizontal axis", "Elapsed time")
	p.click("checkbox", "Log scale")
	p.click("switch", "More charts")
	p.see("Samples a second", "Time for a step")
	p.dragOverChart(0.2, 0.6)
	p.has("button", "Reset zoom")
	p.do(chromedp.Evaluate[chromedp.Void](`void (navigator.clipboard.writeText = async (text) => void (window.copied = text))`))
	p.click("button", "Export")
	p.click("button", "Copy link to this view")
	p.see("Link copied")
	link := evaluate[string](p, "window.copied")
	if !strings.HasPrefix(link, s.url()+view+"?x=time&show=log,more&from=") {
		t.Fatalf("the link is %s", link)
	}
	if keys := evaluate[[]string](p, `Object.keys(localStorage).filter((key) => key.startsWith("arkor-studio-chart "))`); len(keys) != 1 || len(keys[0]) < 30 {
		t.Errorf("kept under %q", keys)
	}

	// Somebody else's window: the same look. What they choose is theirs, and the
	// address is that of the job again.
	other := visit(t, s, strings.TrimPrefix(link, s.url()), look{})
	other.has("button", "Reset zoom")
	other.see("Samples a second")
	const shown = `document.querySelector("select[aria-label='Horizontal axis']").value + [...document.querySelectorAll(".chart-tools input:checked")].map((one) => one.parentElement.textContent)`
	other.untilTrue("the look of the link", shown+` === "timeLog scale,More charts"`)
	other.click("button", "Reset zoom")
	other.untilTrue("the address of the job", `location.hash === "`+strings.TrimPrefix(view, "/")+`"`)
	other.untilTrue("the rest of the look", shown+` === "timeLog scale,More charts"`)
	other.reload()
	other.see("training.completed")
	other.untilTrue("a look of their own", shown+` === "step"`)
}
