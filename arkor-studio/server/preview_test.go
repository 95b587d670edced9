package server

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-studio/runs"
	"github.com/arkorlab/arkor-go/arkor-studio/upstream"
)

const (
	described   = `{"entry":"src/arkor/index.ts","artifactHash":"h1","trainer":{"name":"a","files":["data/train.jsonl"]}}`
	aPreview    = `{"preview":{"steps":3,"refusals":[]}}` + "\n"
	previewOfH1 = `{"artifactHash":"h1","preview":{"steps":3,"refusals":[]}}`
)

func previewing(t *testing.T) *studio {
	s := start(t, anonymousMode, usableState)
	s.write("fake/manifest", described)
	s.write("fake/preview", aPreview)
	s.write("bot/data/train.jsonl", "1")
	return s
}

// What a run would be is asked for once, until something that it depends on
// changes.
func TestPreviewIsKept(t *testing.T) {
	t.Parallel()
	s := previewing(t)
	asked := 0
	expect := func(what string, more int, want string) {
		t.Helper()
		asked += more
		s.do("GET", "/api/preview", "").expect(t, what, 200, want)
		if n := s.called("build start --preview --json"); n != asked {
			t.Errorf("%s: asked %d times, want %d", what, n, asked)
		}
	}
	expect("first", 1, previewOfH1)
	expect("again", 0, previewOfH1)
	s.write("bot/data/train.jsonl", "12")
	expect("other data", 1, previewOfH1)
	expect("other data, again", 0, previewOfH1)
	s.write("fake/manifest", strings.Replace(described, "h1", "h2", 1))
	expect("other code", 1, strings.Replace(previewOfH1, "h1", "h2", 1))
	s.identity("identity", cloudToken, localMode)
	s.write("bot/arkor.config.ts", "export default { backend: \"local\" }")
	expect("another backend", 1, strings.Replace(previewOfH1, "h1", "h2", 1))
	s.write("fake/preview", `{"preview":{"steps":3,"refusals":[{"message":"m"}]}}`)
	s.write("bot/data/train.jsonl", "123")
	expect("a run that would be refused", 1, `{"artifactHash":"h2","preview":{"steps":3,"refusals":[{"message":"m"}]}}`)
	expect("a run that would be refused, again", 0, `{"artifactHash":"h2","preview":{"steps":3,"refusals":[{"message":"m"}]}}`)
	s.write("fake/preview", `{"preview":null,"unavailable":"this backend makes no previews"}`)
	s.write("bot/data/train.jsonl", "1234")
	expect("a backend without", 1, `{"artifactHash":"h2","preview":null,"unavailable":"this backend makes no previews"}`)
}

// People of two organisations of one server do not see each other's data.
func TestPreviewKey(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	keys := map[string]bool{}
	for _, as := range []upstream.Identity{
		{Mode: "oauth", OrgSlug: "a", APIURL: "https://a.test"}, {Mode: "oauth", OrgSlug: "b", APIURL: "https://a.test"},
		{Mode: "anon", OrgSlug: "a", APIURL: "https://a.test"}, {Mode: "oauth", OrgSlug: "a", APIURL: "https://b.test"},
	} {
		for _, hash := range []string{"h1", "h2"} {
			keys[s.previewKey(hash, as, nil)] = true
		}
	}
	if len(keys) != 8 {
		t.Errorf("%v", keys)
	}
}

// B15, M7: a question about the entry of before answers nothing that is asked
// after another was chosen.
func TestEntryIsChosenMeanwhile(t *testing.T) {
	t.Parallel()
	s := previewing(t)
	s.write("bot/src/arkor/other.ts", "")
	s.write("fake/manifest-waits", "")
	before := make(chan reply, 1)
	go func() { before <- s.do("GET", "/api/manifest", "") }()
	s.waitFor("build manifest --json")
	s.do("POST", "/api/entry", `{"entry":"src/arkor/other.ts"}`)
	after := make(chan reply, 1)
	go func() { after <- s.do("GET", "/api/manifest", "") }()
	s.waitFor("build manifest --json --entry src/arkor/other.ts")
	must(t, os.Remove(filepath.Join(s.fake, "manifest-waits")))
	for _, got := range []reply{<-before, <-after} {
		got.expect(t, "manifest", 200, described)
	}
}

// B15: what was chosen is described, previewed and trained, and remembered.
func TestEntryIsChosen(t *testing.T) {
	t.Parallel()
	s := previewing(t)
	s.write("bot/src/arkor/other.ts", "")
	s.write("fake/start", "exit")
	other := filepath.Join(s.dir, "src", "arkor", "other.ts")
	asked := func(what string, want ...string) {
		t.Helper()
		s.do("GET", "/api/manifest", "")
		s.do("GET", "/api/preview", "")
		s.startRun("")
		eventually(t, "the end", func() bool { return s.runs.List()[0].State == runs.Exited })
		for _, call := range want {
			if !slices.Contains(s.calls(), call) {
				t.Errorf("%s: no %q in %q", what, call, s.calls())
			}
		}
		must(t, os.Remove(filepath.Join(s.fake, "calls")))
		s.write("bot/data/train.jsonl", what) // a preview is kept
	}
	asked("nothing chosen", "build manifest --json", "build start --preview --json", "build start")
	for _, body := range []string{`{"entry":"nope.ts"}`, `{"entry":"../x"}`, `{"entry":"src"}`, `{"entry":5}`, `[]`, ``} {
		if got := s.do("POST", "/api/entry", body); got.status != 400 {
			t.Errorf("%s: %+v", body, got)
		}
	}
	s.do("POST", "/api/entry", `{"entry":"src/../src/arkor/other.ts"}`).expect(t, "chosen", 200, `{"entry":"src/arkor/other.ts"}`)
	asked("chosen", "build manifest --json --entry src/arkor/other.ts", "build start --preview --json "+other, "build start "+other)
	if got := newEntry(s.dir).chosen(); got != "src/arkor/other.ts" {
		t.Errorf("remembered: %q", got)
	}
	must(t, os.Remove(other))
	asked("gone", "build manifest --json", "build start --preview --json", "build start")
	s.do("POST", "/api/entry", `{"entry":""}`).expect(t, "forgotten", 200, `{"entry":""}`)
	for _, text := range []string{"{half", `{"entry":"../../etc/passwd"}`, `{"entry":"/etc/passwd"}`} {
		s.write("bot/.arkor/studio.json", text)
		if got := newEntry(s.dir).chosen(); got != "" {
			t.Errorf("%s: %q", text, got)
		}
	}
}

// A page that waits when the server is stopped hears of that.
func TestPreviewWhileStopping(t *testing.T) {
	t.Parallel()
	s := previewing(t)
	s.write("fake/preview-waits", "")
	answers := make(chan reply, 1)
	go func() { answers <- s.do("GET", "/api/preview", "") }()
	s.waitFor("preview asked")
	s.stop()
	(<-answers).expect(t, "preview", 503, `{"error":"Studio is being stopped","code":"stopping"}`)
	if said := s.log.String(); said != "" {
		t.Error(said)
	}
}

func TestPreviewMistakes(t *testing.T) {
	t.Parallel()
	s := previewing(t)
	for _, c := range []struct {
		preview string
		status  int
		want    string
	}{
		{`{"type":"error","message":"no trainer","hint":"write one","code":"no_trainer"}`, 400, `{"error":"no trainer","code":"no_trainer","hint":"write one"}`},
		{`{"type":"error","message":"the build failed","code":"build_failed"}`, 400, `{"error":"said on stderr","code":"build_failed"}`},
		{"not an answer\n{}", 500, `{"error":"Studio backend error","code":"internal"}`},
		{"", 500, `{"error":"Studio backend error","code":"internal"}`},
		{aPreview, 200, previewOfH1}, // a mistake is not kept
	} {
		s.write("fake/preview", c.preview)
		s.do("GET", "/api/preview", "").expect(t, c.preview, c.status, c.want)
	}
	// M10: where the mistakes are stands beside the error.
	s.write("fake/manifest-error", "arkor-build manifest: Error: no\n")
	s.write("fake/manifest", `{"diagnostics":[{"file":"a.ts","line":1,"column":2,"text":"no","snippet":"> 1"}]}`)
	s.do("GET", "/api/manifest", "").expect(t, "diagnostics", 400, `{"error":"Error: no","diagnostics":[{"file":"a.ts","line":1,"column":2,"text":"no","snippet":"\u003e 1"}]}`)
	s.write("fake/manifest", "")
	s.write("fake/manifest-error", "arkor-build manifest: no entry\nhint: write one\n")
	s.do("GET", "/api/preview", "").expect(t, "a broken project", 400, `{"error":"no entry","hint":"write one"}`)
}

// Many pages that ask at once wait for one answer, which is taken back when the
// last of them leaves.
func TestPreviewIsSharedAndTakenBack(t *testing.T) {
	t.Parallel()
	s := previewing(t)
	s.write("fake/preview-waits", "")
	ask := func() (leave context.CancelFunc, answered <-chan string) {
		ctx, cancel := context.WithCancel(t.Context())
		answers := make(chan string, 1)
		go func() {
			res, err := http.DefaultClient.Do(s.request("GET", "/api/preview", "").WithContext(ctx))
			if err != nil {
				answers <- "left"
				return
			}
			defer res.Body.Close()
			answers <- res.Status
		}()
		return cancel, answers
	}
	readers := func(n int) {
		t.Helper()
		eventually(t, "readers", func() bool { return s.preview.Readers() == n })
	}
	leave1, answer1 := ask()
	readers(1)
	leave2, answer2 := ask()
	readers(2)
	s.waitFor("preview asked") // it hears signals from then on
	leave1()
	readers(1)
	if got := <-answer1; got != "left" {
		t.Error(got)
	}
	leave2()
	<-answer2
	s.waitFor("preview terminated")

	leave3, answer3 := ask()
	defer leave3()
	readers(1)
	must(t, os.Remove(filepath.Join(s.fake, "preview-waits")))
	if got := <-answer3; got != "200 OK" {
		t.Error(got)
	}
	if n := s.called("build start --preview"); n != 2 {
		t.Errorf("asked %d times: %q", n, s.calls())
	}
}

// A question about what is no longer the project is replaced, and whoever asked
// it gets the answer to the new one.
func TestPreviewOfWhatHasChanged(t *testing.T) {
	t.Parallel()
	s := previewing(t)
	s.write("fake/preview-waits", "")
	answers := make(chan reply, 2)
	ask := func() { answers <- s.do("GET", "/api/preview", "") }
	go ask()
	s.waitFor("preview asked")
	s.write("fake/manifest", strings.Replace(described, "h1", "h2", 1))
	go ask()
	s.waitFor("preview terminated")
	eventually(t, "the other question", func() bool { return s.called("preview asked") == 2 })
	must(t, os.Remove(filepath.Join(s.fake, "preview-waits")))
	for range 2 {
		(<-answers).expect(t, "preview", 200, strings.Replace(previewOfH1, "h1", "h2", 1))
	}
}
