package browser

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
)

// B6: up to four answer the same question, each with its figures.
func TestPanes(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	p := visit(t, s, "/#/playground?adapter="+jobs[0].id, look{})
	p.fill("textbox", "Max tokens", "8")
	p.click("button", "Side by side")
	p.has("group", "Second model")
	p.click("button", "Add a model")
	p.click("button", "Add a model")
	p.has("group", "Fourth model")
	p.untilTrue("no fifth", `[...document.querySelectorAll("button")].find((button) => button.textContent === "Add a model").disabled`)
	p.untilTrue("the address", `["adapter=", "model2=", "adapter3=`+jobs[1].id+`", "model4="].every((part) => location.hash.includes(part))`)
	p.ask("Where is my parcel?")
	p.untilTrue("four answers", `[...document.querySelectorAll(".reply-stats")].filter((stats) => stats.textContent.includes("first token")).length === 4 && document.querySelectorAll(".reply[aria-busy=true]").length === 0`)
	p.reload()
	p.untilTrue("four answers still", lastAnswer+".length === 4")
	p.click("button", "Remove the third model")
	p.untilTrue("three", `document.querySelectorAll(".bench-pane").length === 3 && !location.hash.includes("adapter3")`)
	for _, element := range evaluate[[]string](p, wide) {
		t.Error(element)
	}
	p.click("button", "Side by side")
	p.untilTrue("one", `document.querySelectorAll(".bench-pane").length === 1`)
}

// PG8: what an input method takes Enter for is not sent.
func TestComposition(t *testing.T) {
	t.Parallel()
	s, _ := trained.use(t)
	p := visit(t, s, "/#/playground", look{})
	p.click("button", "Base model")
	p.fill("textbox", "Max tokens", "4")
	p.fill("textbox", "Message", "")
	p.do(command(input.ImeSetComposition, input.ImeSetCompositionParams{Text: "にほん", SelectionStart: 3, SelectionEnd: 3}))
	p.press(key{"Enter", "Enter", "", 229})
	p.do(command(input.InsertText, input.InsertTextParams{Text: "日本"}))
	p.untilTrue("the word, unsent", `document.querySelector(".composer textarea").value === "日本" && document.querySelector(".prompt") === null`)
	p.press(enter)
	p.see("日本", "first token")
}

// B8: a tool call is shown as one; PG11, PG12.
func TestToolCalls(t *testing.T) {
	t.Parallel()
	s, f := serveFronted(t)
	f.on("GET /v1/models", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"models":[{"id":"caller","displayName":"Caller","capabilities":{"infer":true,"tools":true,"structuredOutputs":true}}]}`)
	})
	asked := make(chan string, 4)
	f.on("POST /v1/inference/chat", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked <- string(body)
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, `data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"weather","arguments":"{\"city\":"}}]}}]}`+"\n\n"+
			`data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"<b>Oslo</b>\"}"}}]}}]}`+"\n\ndata: [DONE]\n\n")
	})
	p := visit(t, s, "/#/playground", look{})
	p.fill("textbox", "Tools", `[{"type":"function"}]`)
	p.see("A JSON list of tools")
	p.fill("textbox", "Tools", `[{"type":"function","function":{"name":"weather"}}]`)
	p.choose("Calls a tool", "At least one")
	p.ask("Is it cold?")
	p.see("Calls weather", `"city": "<b>Oslo</b>"`)
	if body := <-asked; !strings.Contains(body, `"toolChoice":"required"`) || !strings.Contains(body, `"name":"weather"`) {
		t.Error(body)
	}
	f.on("POST /v1/inference/chat", refuse(400))
	p.allow("responded with a status of 400")
	p.click("button", "Regenerate")
	p.see("No answer", "the test says no")
	p.has("button", "Retry")
}

// PG5, PG6: without the jobs the base model answers all the same.
func TestPlaygroundWithoutJobs(t *testing.T) {
	t.Parallel()
	s, f := serveFronted(t)
	p := visit(t, s, "/#/playground", look{})
	p.allow("responded with a status of 500")
	p.fill("textbox", "Max tokens", "4")
	p.ask("first") // makes the project
	p.see("first token")
	release := make(chan struct{})
	f.on("GET /v1/jobs", func(w http.ResponseWriter, r *http.Request) {
		<-release
		refuse(500)(w, r)
	})
	p.goTo("/#/jobs")
	p.has("heading", "Jobs")
	p.goTo("/#/playground?adapter=someone")
	p.see("Loading jobs…")
	close(release)
	p.see("Failed to load jobs")
	p.ask("second")
	p.untilTrue("an answer", `[...document.querySelectorAll(".prompt")].at(-1).textContent.includes("second") &&
		[...document.querySelectorAll(".replies")].at(-1).querySelector(".reply-stats")?.textContent.includes("first token") === true`)
}

// PG3: an adapter that is none of this project falls back to one that is.
func TestUnknownAdapter(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	p := visit(t, s, "/#/playground?adapter=nobody", look{})
	p.untilTrue("another job", `[`+"`"+jobs[0].id+"`, `"+jobs[1].id+"`"+`].some((id) => location.hash.includes("adapter=" + id))`)
}
