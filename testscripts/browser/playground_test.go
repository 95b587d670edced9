package browser

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// lastAnswer is the text of the last answer of a pane.
const lastAnswer = `[...document.querySelectorAll(".replies")].at(-1).querySelectorAll(".reply-text")`

// ask types a question and sends it, once there is somebody to answer it.
func (p *page) ask(text string) {
	p.t.Helper()
	p.fill("textbox", "Message", text)
	with[bool](p, "button", "Send message", "function () { return !this.disabled || null }")
	p.press(enter)
}

// likeliest has each answer be the same whenever it is asked for, and so many
// tokens long at most: by chance one might be empty.
func (p *page) likeliest(tokens string) {
	p.t.Helper()
	p.fill("textbox", "Temperature", "0")
	p.fill("textbox", "Max tokens", tokens)
}

// The base model and what was trained from it answer, alone and side by side.
func TestPlayground(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	p := visit(t, s, "/#/playground", look{})
	p.likeliest("12")
	p.click("button", "Base model")
	p.fill("textbox", "Message", "Where is my parcel?")
	p.click("button", "Send message")
	p.see("Where is my parcel?", "first token", "tokens/s")

	p.click("button", "Adapter")
	p.choose("Job", jobs[1].name)
	p.choose("Checkpoint", "Step 6")
	p.ask("And my invoice?")
	p.see("And my invoice?", "tokens/s")

	p.click("button", "Side by side")
	p.ask("Who are you?")
	p.untilTrue("two answers", lastAnswer+".length === 2 && document.querySelectorAll('.reply[aria-busy=true]').length === 0")
	for _, answer := range evaluate[[]string](p, "["+"..."+lastAnswer+"].map((element) => element.textContent)") {
		if strings.TrimSpace(answer) == "" || strings.Contains(answer, "empty answer") {
			t.Errorf("an answer is %q", answer)
		}
	}

	// It is all there after a reload.
	p.reload()
	p.see("Who are you?")
	p.untilTrue("two answers", lastAnswer+".length === 2")

	p.click("button", "Copy as code")
	p.click("button", "curl")
	p.see("/api/inference/chat", "Who are you?")
}

// Stop ends an answer where it is.
func TestStop(t *testing.T) {
	t.Parallel()
	s, f := serveFronted(t)
	ended := make(chan struct{})
	f.on("POST /v1/inference/chat", func(w http.ResponseWriter, r *http.Request) { // it would never end by itself
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, `data: {"choices":[{"delta":{"content":"One, two, "}}]}`+"\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(ended)
	})
	p := visit(t, s, "/#/playground", look{})
	p.ask("Count.")
	p.untilTrue("the first words", lastAnswer+"[0]?.classList.contains('writing') === true && "+lastAnswer+"[0].textContent.includes('two')")
	p.click("button", "Stop")
	p.see("stopped")
	p.has("button", "Send message")
	p.until("the end of the backend's answer", func(context.Context) (bool, error) {
		select {
		case <-ended:
			return true, nil
		default:
			return false, nil
		}
	})
	p.reload()
	p.see("One, two,", "stopped")
}

// PG4: what answers stands in the address, which is no step of the history, and
// an address that is typed chooses what answers.
func TestPlaygroundAddress(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	p := visit(t, s, "/#/jobs", look{})
	p.click("link", "Playground")
	p.has("textbox", "Message")
	entries := evaluate[int](p, "history.length")
	p.click("button", "Base model")
	p.untilTrue("a base model", `!location.hash.includes("adapter")`)
	p.click("button", "Adapter")
	p.choose("Job", jobs[1].name)
	p.untilTrue("the job in the address", `location.hash.includes("adapter=`+jobs[1].id+`")`)
	p.choose("Checkpoint", "Step 6")
	p.untilTrue("the step in the address", `location.hash.endsWith("step=6")`)
	if now := evaluate[int](p, "history.length"); now != entries {
		t.Errorf("the history grew from %d to %d", entries, now)
	}
	p.goTo("/#/playground?adapter=" + jobs[0].id)
	p.untilTrue("the other job", `document.querySelector("select[aria-label=Job]")?.value === "`+jobs[0].id+`"`)
	p.do(chromedp.NavigateBack(), chromedp.NavigateBack())
	p.has("heading", "Jobs") // each view has been one step
}
