package server

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/runs"
)

// reading waits for frames of a stream, of whichever source they come.
type reading struct {
	t    *testing.T
	next func() (event, data, id string)
}

func (r reading) until(event, data string) (id string) {
	r.t.Helper()
	for {
		gotEvent, gotData, id := r.next()
		if gotEvent == event && strings.Contains(gotData, data) {
			return id
		}
		if gotEvent == "closed" {
			r.t.Fatalf("no %s %s", event, data)
		}
	}
}

// on answers for a job's events: what say sends, until the reader leaves.
func (s *studio) onEvents(id string, say func(w io.Writer, r *http.Request)) {
	s.cloud.on("GET /v1/jobs/"+url.PathEscape(id)+"/events/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		say(w, r)
	})
}

// JD16: one stream tells of the news, of jobs and of runs. One that says
// nothing, one that does not answer at all and one that is not there hold up
// none of the others.
func TestOneStream(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/start", "exit")
	s.startRun("")
	eventually(t, "the end of the run", func() bool { return s.run("r1").State == runs.Exited })
	s.cloud.on("GET /v1/jobs/stuck/events/stream", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	s.onEvents("mute", func(_ io.Writer, r *http.Request) { <-r.Context().Done() })
	s.cloud.say("GET /v1/jobs/gone/events/stream", 404, `{"error":"there is no such job","code":"job_not_found"}`)
	odd := "a/b: ü"
	s.onEvents(odd, func(w io.Writer, r *http.Request) {
		fmt.Fprintf(w, "id: %s+1\nevent: training.log\ndata: {\"a\":1,\ndata: \"b\":2}\n\nevent: ping\ndata:\n\nevent: end\ndata: {}\n\n", r.Header.Get("Last-Event-ID"))
	})
	query := url.Values{
		"job": {"stuck", "mute:7", "gone", "a%2Fb%3A%20%C3%BC:x%3Ay"},
		"run": {"r1:4", "r9"},
	}
	next, hangUp := s.openStream("/api/stream?"+query.Encode(), "")
	seen := map[string][]string{}
	for _, name := range []string{"job0", "job1", "job2", "job3", "run0", "run1", "news"} {
		seen[name] = nil
	}
	done := func() bool {
		printed := strings.Join(seen["run0"], " ")
		return len(seen["job1"]) == 1 && len(seen["job2"]) == 1 && len(seen["job3"]) == 3 && strings.Contains(printed, "exit") && len(seen["run1"]) == 1 && len(seen["news"]) >= 3
	}
	for !done() {
		event, data, id := next()
		if event == "closed" {
			t.Fatalf("closed after %q", seen)
		}
		name, rest, _ := strings.Cut(event, ":")
		if _, followed := seen[name]; !followed {
			name, rest, data, id = "news", event, "", ""
		}
		seen[name] = append(seen[name], strings.TrimSpace(rest+" "+data+" "+id))
	}
	for name, want := range map[string]string{
		"job1": `{"state":"open"}`,
		"job2": `{"state":"refused","status":404,"error":"there is no such job","code":"job_not_found"}`,
		"run1": `{"state":"refused","status":404,"error":"no such run was started here","code":"run_not_found"}`,
	} {
		if got := strings.TrimSpace(seen[name][0]); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got := strings.Join(seen["run0"], " "); !strings.HasPrefix(got, `{"state":"open"} output {"text":"Started job j_1`) || !strings.Contains(got, `exit {"run":{"id":"r1"`) {
		t.Errorf("%q", got)
	}
	if got := seen["job3"]; got[0] != `{"state":"open"}` || !strings.Contains(got[1], `"b":2} x:y+1`) || !strings.HasPrefix(got[2], "end {}") {
		t.Errorf("%q", got)
	}
	for _, asked := range s.cloud.requests() {
		if strings.HasPrefix(asked.URI, "/v1/jobs/mute/") && (asked.LastID != "7" || asked.Accept != "text/event-stream") {
			t.Errorf("%+v", asked)
		}
	}
	hangUp()
}

// JD16: a stream of the backend that breaks off is asked for again behind its
// last event, and never after its end.
func TestAStreamThatBreaksIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.onEvents("j_1", func(w io.Writer, r *http.Request) {
		if r.Header.Get("Last-Event-ID") == "3" {
			io.WriteString(w, "id: 3\nevent: training.log\ndata: {}\n\n")
			return
		}
		io.WriteString(w, "id: 4\nevent: end\ndata: {}\n\n")
	})
	asked := func() (ids []string) {
		for _, r := range s.cloud.requests() {
			ids = append(ids, r.LastID)
		}
		return ids
	}
	s.cloud.on("GET /v1/jobs/down/events/stream", func(w http.ResponseWriter, r *http.Request) { http.Error(w, `{"error":"busy"}`, 503) })
	next, _ := s.openStream("/api/stream?job=j_1:2&job=down:9", "")
	r := reading{t, next}
	r.until("job0:end", "{}") // asked with 2
	next, _ = s.openStream("/api/stream?job=j_1:3", "")
	r = reading{t, next}
	r.until("job0:training.log", "{}")
	r.until("job0", `{"state":"retrying","status":502,"error":"The event stream broke off","code":"stream_broken"}`)
	s.onEvents("j_1", func(w io.Writer, r *http.Request) { io.WriteString(w, "id: 4\nevent: end\ndata: {}\n\n") })
	if r.until("job0", `{"state":"open"}`); r.until("job0:end", "{}") != "4" {
		t.Error("no end")
	}
	if got := strings.Join(asked(), " "); strings.Count(got, "2") != 1 || strings.Count(got, "3") != 2 {
		t.Errorf("asked behind %s", got)
	}
}

// B4: a page that comes back hears what it missed, and nothing twice.
func TestNewsAreResumed(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("bot/src/arkor/index.ts", "1")
	next, hangUp := s.openStream("/api/stream", "")
	id := reading{t, next}.until("manifest", "run-1")
	if !strings.HasPrefix(id, s.launchID+"-") {
		t.Errorf("the id is %q", id)
	}
	hangUp()
	asked := s.called("build manifest")
	s.news.publish(changed{state: true})
	next, _ = s.openStream("/api/stream", id)
	var events []string
	for range 2 {
		event, _, _ := next()
		events = append(events, event)
	}
	if got := strings.Join(events, " "); got != "hello state" || s.called("build manifest") != asked {
		t.Errorf("%s, and the manifest was asked for %d times", got, s.called("build manifest")-asked)
	}
	// Of another launch it is told everything.
	next, _ = s.openStream("/api/stream", "another-99")
	reading{t, next}.until("manifest", "run-1")
}

// Bounded: so many at once, with ids that can be ones.
func TestWhatAStreamFollowsIsBounded(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	for _, query := range []string{
		"job=", "job=.", "job=..:3", "job=:3", "run=%25zz", "job=a:%25", "job=a:1%0a2", "job=" + strings.Repeat("a", 257), "job=a:" + strings.Repeat("1", 257),
		strings.TrimSuffix(strings.Repeat("job=a&", 17), "&"),
	} {
		if got := s.do("GET", "/api/stream?"+query, ""); got.status != 400 || !strings.Contains(got.body, `"code":"invalid_request"`) {
			t.Errorf("%.40s: %d %s", query, got.status, got.body)
		}
	}
	if asked := s.cloud.requests(); len(asked) > 0 {
		t.Errorf("%+v", asked)
	}
}

// A page that reads nothing makes the backend wait instead of filling memory.
func TestAReaderThatIsSlowHoldsUpTheBackend(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	stalled := make(chan int, 1)
	s.cloud.on("GET /v1/jobs/j_1/events/stream", func(w http.ResponseWriter, r *http.Request) {
		frame := []byte("id: 1\nevent: training.log\ndata: " + strings.Repeat("x", 64<<10) + "\n\n")
		for sent := 0; ; sent += len(frame) {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Second))
			if _, err := w.Write(frame); err != nil || sent > 256<<20 {
				stalled <- sent
				<-r.Context().Done()
				return
			}
		}
	})
	res, err := http.DefaultClient.Do(s.request("GET", "/api/stream?job=j_1", ""))
	must(t, err)
	defer res.Body.Close()
	if sent := <-stalled; sent > 64<<20 {
		t.Errorf("%d bytes were taken", sent)
	}
}
