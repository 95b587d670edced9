package browser

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
)

// B6: up to four answer the same question, each with its figures.
func TestPanes(t *testing.T) {
	t.Parallel()
	s, jobs := trained.use(t)
	p := visit(t, s, "/#/playground?adapter="+jobs[0].id, look{})
	p.likeliest("8")
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
	p.likeliest("4")
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
	p.see("Calls weather", `"city": "<b>Oslo</b>"`, "the next answer will be one again")
	if body := <-asked; !strings.Contains(body, `"toolChoice":"required"`) || !strings.Contains(body, `"name":"weather"`) {
		t.Error(body)
	}
	f.on("POST /v1/inference/chat", refuse(400))
	p.allow("responded with a status of 400")
	p.click("button", "Regenerate")
	p.see("No answer", "the test says no")
	p.has("button", "Retry")
}

// B8, 7.3, 7.12: a pane goes on with the results of its calls, which later
// questions carry and a reload keeps; PG9.
func TestToolResults(t *testing.T) {
	t.Parallel()
	s, f := serveFronted(t)
	f.on("GET /v1/models", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"models":[{"id":"watch","capabilities":{"infer":true,"tools":true}},{"id":"weather","capabilities":{"infer":true,"tools":true}}]}`)
	})
	asked := make(chan string, 8)
	f.on("POST /v1/inference/chat", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			BaseModel string            `json:"baseModel"`
			Messages  []json.RawMessage `json:"messages"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		var last struct{ Role, Content string }
		_ = json.Unmarshal(body.Messages[len(body.Messages)-1], &last)
		var said []string
		for _, message := range body.Messages {
			said = append(said, string(message))
		}
		asked <- body.BaseModel + ": " + strings.Join(said, " ")
		w.Header().Set("Content-Type", "text/event-stream")
		delta := map[string]any{"content": "Thanks for " + last.Content}
		if last.Content == "Is it cold?" {
			delta = map[string]any{"tool_calls": []any{map[string]any{"index": 0, "id": "t_" + body.BaseModel, "type": "function", "function": map[string]any{"name": body.BaseModel, "arguments": `{"city":"Oslo"}`}}}}
		}
		frame, _ := json.Marshal(map[string]any{"choices": []any{map[string]any{"delta": delta}}})
		_, _ = fmt.Fprintf(w, "data: %s\n\ndata: [DONE]\n\n", frame)
	})
	// round is what one model's call for the question looks like, with its result.
	round := func(model, result string) string {
		return model + `: {"role":"user","content":"Is it cold?"} ` +
			`{"role":"assistant","content":null,"tool_calls":[{"id":"t_` + model + `","type":"function","function":{"name":"` + model + `","arguments":"{\"city\":\"Oslo\"}"}}]} ` +
			`{"role":"tool","tool_call_id":"t_` + model + `","content":"` + result + `"}`
	}
	expect := func(want string) {
		t.Helper()
		if got := <-asked; got != want {
			t.Errorf("asked\n%s\nand not\n%s", got, want)
		}
	}
	p := visit(t, s, "/#/playground?model=weather&model2=watch", look{})
	p.fill("textbox", "Tools", `[{"type":"function","function":{"name":"weather"}},{"type":"function","function":{"name":"watch"}}]`)
	p.ask("Is it cold?")
	<-asked
	<-asked
	p.has("textbox", "Result of watch")
	source, err := os.ReadFile(axe)
	if err != nil {
		t.Fatalf("%v; make test-browser fetches it", err)
	}
	for _, l := range []look{{scheme: "dark"}, {width: 360, height: 740}, {}} {
		p.show(l)
		p.checkAccess(string(source))
		for _, element := range evaluate[[]string](p, wide) {
			t.Error(element)
		}
	}
	p.fill("textbox", "Result of weather", "-3")
	p.pressControl(enter)
	expect(round("weather", "-3"))
	p.see("Thanks for -3")
	p.untilTrue("the focus on the answer", `document.activeElement.textContent === "Thanks for -3"`)
	p.click("button", "Send results") // the other's, which has none: the browser asks for one
	p.untilTrue("the focus on what is missing", `document.activeElement.matches("textarea:invalid")`)
	p.fill("textbox", "Result of watch", "12:00")
	p.click("button", "Send results")
	expect(round("watch", "12:00"))
	p.see("Thanks for 12:00")
	p.click("button", "Copy as code")
	p.see(`role: "tool"`, `tool_call_id: "t_weather"`)
	p.press(escape)
	p.reload()
	p.see("Thanks for -3", "Thanks for 12:00")
	p.ask("Really?")
	answered := func(model, result string) string {
		return round(model, result) + ` {"role":"assistant","content":"Thanks for ` + result + `"} {"role":"user","content":"Really?"}`
	}
	both := []string{<-asked, <-asked}
	slices.Sort(both)
	if want := []string{answered("watch", "12:00"), answered("weather", "-3")}; !slices.Equal(both, want) {
		t.Errorf("asked %q and not %q", both, want)
	}
}

// PG5, PG6: without the jobs the base model answers all the same.
func TestPlaygroundWithoutJobs(t *testing.T) {
	t.Parallel()
	s, f := serveFronted(t)
	p := visit(t, s, "/#/playground", look{})
	p.allow("responded with a status of 500")
	p.likeliest("4")
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
