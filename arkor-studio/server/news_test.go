package server

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// B4: a page is told at once, and again whenever something changes.
func TestStream(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, "")
	s.write("bot/src/arkor/index.ts", "1")
	s.write("home/.arkor/other", "")
	next, _ := s.openStream("/api/stream", "")
	expect := func(event, data string) {
		t.Helper()
		for {
			gotEvent, gotData, _ := next()
			if gotEvent == event && strings.Contains(gotData, data) {
				return
			}
			if gotEvent == "closed" {
				t.Fatalf("no %s %s", event, data)
			}
		}
	}
	expect("hello", `"launchId":"`+s.launchID+`"`)
	expect("runs", `{"runs":[]}`)
	expect("manifest", `{"trainer":{"name":"run-1"}}`)

	s.write("fake/manifest", `{"trainer":{"name":"run-2"}}`)
	s.write("bot/src/arkor/index.ts", "2")
	expect("manifest", `{"trainer":{"name":"run-2"}}`)

	s.write("fake/manifest-error", "arkor-build manifest: src/arkor/index.ts:1:5: Expected \";\"\n\n  1 | <b>\nhint: mend it\n")
	s.write("bot/src/arkor/deep/er/more.ts", "3") // folders that were not there
	expect("manifest", `{"error":"src/arkor/index.ts:1:5: Expected \";\"\n\n  1 | \u003cb\u003e","hint":"mend it"}`)
	must(t, os.Remove(filepath.Join(s.fake, "manifest-error")))
	s.write("bot/src/arkor/deep/er/more.ts", "4")
	expect("manifest", `run-2`)
	s.write("fake/manifest", `{"trainer":null}`)
	s.write("bot/tsconfig.json", "{}")
	expect("manifest", `{"trainer":null}`)

	s.write("bot/.arkor/state.json", usableState)
	expect("state", "{}")
	s.write("home/.arkor/credentials.json", "x")
	expect("state", "{}")
	s.write("bot/arkor.config.ts", "")
	expect("state", "{}")

	s.write("fake/start", "exit")
	s.startRun("")
	expect("runs", `"state":"exited"`)
}

// M2, M4, M6, P1: what the project exports, or what is wrong with it.
func TestManifest(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, "")
	for _, c := range []struct {
		manifest, said string
		status         int
		want           string
	}{
		{`{"trainer":{"name":"a","steps":3}}`, "", 200, `{"trainer":{"name":"a","steps":3}}`},
		{`{"trainer":null}`, "", 200, `{"trainer":null}`},
		{"", "arkor-build manifest: no trainer at src/arkor/index.ts\nhint: run `arkor init`\n", 400, "{\"error\":\"no trainer at src/arkor/index.ts\",\"hint\":\"run `arkor init`\"}"},
		{"", "Build entry not found: /p/src/arkor/index.ts. Create it\nhint: run `arkor init`\n", 400,
			"{\"error\":\"Build entry not found: /p/src/arkor/index.ts. Create it\",\"code\":\"no_entry\",\"hint\":\"run `arkor init`\"}"},
		{"", "Error: boom\n    at src/arkor/index.ts:3:7\n", 400, `{"error":"Error: boom\n    at src/arkor/index.ts:3:7"}`},
		{"", "printed\narkor-build manifest: loading the project took longer than 15s\nhint: is there work\n", 400,
			`{"error":"printed\narkor-build manifest: loading the project took longer than 15s","code":"manifest_timeout","hint":"is there work"}`},
		{"", "", 400, `{"error":"arkor-build ended without a word"}`},
		{`{"trainer":{"name":"b"}}`, "", 200, `{"trainer":{"name":"b"}}`},
		{`not json`, "", 500, `{"error":"Studio backend error","code":"internal"}`},
	} {
		_ = os.Remove(filepath.Join(s.fake, "manifest-error"))
		s.write("fake/manifest", c.manifest)
		if c.status == 400 {
			s.write("fake/manifest-error", c.said)
		}
		s.do("GET", "/api/manifest", "").expect(t, c.said+c.manifest, c.status, c.want)
	}
}

// S10: the page holds the token, once, and nothing else that opens anything.
func TestThePageHoldsTheToken(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, "")
	res, err := http.Get(s.url + "/")
	must(t, err)
	page, err := io.ReadAll(res.Body)
	must(t, err)
	if n := strings.Count(string(page), `<meta name="arkor-studio-token" content="`+s.launch.Token+`">`); n != 1 || strings.Count(string(page), s.launch.Token) != 1 {
		t.Errorf("%d tokens in %s", n, page)
	}
	if len(res.Cookies()) > 0 {
		t.Errorf("%v", res.Cookies())
	}
}

// L21: who is here, for whoever finds the port taken.
func TestWellKnown(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, "")
	res, err := http.Get(s.url + WellKnown)
	must(t, err)
	body, err := io.ReadAll(res.Body)
	must(t, err)
	if got := decode[Presence](t, string(body)); got != Here(s.dir) || got == Here("/elsewhere") || strings.Contains(string(body), "bot") {
		t.Errorf("%s", body)
	}
}
