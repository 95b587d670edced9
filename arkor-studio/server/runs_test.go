package server

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-studio/runs"
)

type runAnswer struct{ Run runs.Run }

func (s *studio) startRun(body string) runs.Run {
	s.t.Helper()
	got := s.do("POST", "/api/runs", body)
	if got.status != http.StatusAccepted {
		s.t.Fatalf("%+v", got)
	}
	return decode[runAnswer](s.t, got.body).Run
}

func (s *studio) run(id string) runs.Run {
	s.t.Helper()
	return decode[runAnswer](s.t, s.do("GET", "/api/runs/"+id, "").body).Run
}

func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	return err == nil && p.Signal(syscall.Signal(0)) == nil
}

// B1, R8: a run belongs to the server, and is described from begin to end.
func TestRunFromBeginToEnd(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/start", "exit")
	run := s.startRun("")
	if run.ID != "r1" || run.State != runs.Running || run.PID == 0 || run.File != "" || run.StartedAt == "" {
		t.Errorf("%+v", run)
	}
	next, _ := s.openStream("/api/runs/r1/log", "")
	var text, last string
	for {
		event, data, id := next()
		if event == "exit" {
			got := decode[runAnswer](t, data).Run
			if got.State != runs.Exited || *got.Exit != 3 || got.Signal != nil || *got.JobID != "j_1" || got.EndedAt == nil {
				t.Errorf("%s", data)
			}
			break
		}
		if event != "output" {
			t.Fatalf("%s %s", event, data)
		}
		text += decode[struct{ Text string }](t, data).Text
		last = id
	}
	if text != "out\nStarted job j_1\nerr\n" || last != fmt.Sprint(len(text)) { // R9: in the order of arrival
		t.Errorf("%q %s", text, last)
	}
	// Replay from the middle, and from the end.
	next, _ = s.openStream("/api/runs/r1/log", "4")
	if event, data, id := next(); event != "output" || data != `{"text":"Started job j_1\nerr\n"}` || id != "24" {
		t.Errorf("%s %s %s", event, data, id)
	}
	next, _ = s.openStream("/api/runs/r1/log", "24")
	if event, _, _ := next(); event != "exit" {
		t.Errorf("%s", event)
	}
	if calls := s.calls(); len(calls) != 1 || calls[0] != "build start" {
		t.Errorf("%q", calls)
	}
	s.write("fake/start", "signal")
	s.startRun("")
	eventually(t, "the end", func() bool { return s.run("r2").State == runs.Exited })
	if got := s.run("r2"); got.Exit != nil || *got.Signal != "SIGKILL" {
		t.Errorf("%+v", got)
	}
	list := decode[struct{ Runs []runs.Run }](t, s.do("GET", "/api/runs", "").body).Runs
	if len(list) != 2 || list[0].ID != "r2" {
		t.Errorf("%+v", list)
	}
}

// B1, O10: nobody watches, and it goes on. B2: Stop asks it to cancel its job.
func TestRunGoesOnUntilItIsStopped(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	run := s.startRun(`{"dryRun":true}`)
	next, hangUp := s.openStream("/api/runs/r1/log", "")
	next()
	hangUp()
	again, _ := s.openStream("/api/runs/r1/log", "")
	if event, data, _ := again(); event != "output" || data != `{"text":"Started job j_1\n"}` {
		t.Errorf("%s %s", event, data)
	}
	if s.run("r1").State != runs.Running || !alive(run.PID) {
		t.Error("it is gone")
	}
	got := decode[runAnswer](t, s.do("DELETE", "/api/runs/r1", "").body).Run
	if got.State == runs.Running {
		t.Errorf("%+v", got)
	}
	if event, data, _ := again(); event != "output" || data != `{"text":"job j_1 is cancelled\n"}` {
		t.Errorf("%s %s", event, data)
	}
	if event, _, _ := again(); event != "exit" {
		t.Errorf("%s", event)
	}
	if got := s.run("r1"); *got.Exit != 143 || !got.DryRun {
		t.Errorf("%+v", got)
	}
	if s.called("build start --dry-run") != 1 || s.called("signal terminated") != 1 || s.called("signal") != 1 {
		t.Errorf("%q", s.calls())
	}
	if got := s.do("DELETE", "/api/runs/r1", ""); got.status != 200 {
		t.Errorf("stopped twice: %+v", got)
	}
}

// Asked again, a training that does not end is killed.
func TestStopTwice(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/start", "stubborn")
	s.startRun("")
	eventually(t, "the job", func() bool { return s.run("r1").JobID != nil })
	s.do("DELETE", "/api/runs/r1", "")
	s.waitFor("signal terminated")
	if s.run("r1").State != runs.Stopping {
		t.Errorf("%+v", s.run("r1"))
	}
	s.do("DELETE", "/api/runs/r1", "")
	eventually(t, "the end", func() bool { return s.run("r1").State == runs.Exited })
}

// 10 MB at once: the training is not held up, the end can be read, and a reader
// learns what it missed. R15: no character is cut.
func TestFlood(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/start", "flood")
	// A reader that reads nothing.
	res, err := http.DefaultClient.Do(s.request("GET", "/api/runs/r1/log", ""))
	must(t, err)
	res.Body.Close()
	s.startRun("")
	stalled, err := http.DefaultClient.Do(s.request("GET", "/api/runs/r1/log", ""))
	must(t, err)
	defer stalled.Body.Close()
	eventually(t, "the end", func() bool { return s.run("r1").State == runs.Exited })

	next, _ := s.openStream("/api/runs/r1/log", "")
	dropped, got := int64(0), 0
	var last string
	for {
		event, data, _ := next()
		if event == "exit" {
			break
		}
		switch event {
		case "dropped":
			dropped += decode[struct{ Bytes int64 }](t, data).Bytes
		case "output":
			text := decode[struct{ Text string }](t, data).Text
			if strings.ContainsRune(text, '\uFFFD') {
				t.Fatal("a character was cut")
			}
			got += len(text)
			last = text
		default:
			t.Fatalf("%s %s", event, data)
		}
	}
	if line := 99; dropped == 0 || int64(got)+dropped != int64(10<<20/line*line+len("last line\n")) || got > 2<<20 || !strings.HasSuffix(last, "last line\n") {
		t.Errorf("dropped %d, got %d, ends in %.20q", dropped, got, last[max(0, len(last)-20):])
	}
	// The stalled one is told as well.
	text, err := io.ReadAll(stalled.Body)
	if err != nil || !strings.Contains(string(text), "event: exit\n") {
		t.Errorf("%v, %d bytes", err, len(text))
	}
}

// R15.
func TestHalfCharacters(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/start", "halves")
	run := s.startRun("")
	s.waitFor("half")
	next, _ := s.openStream("/api/runs/r1/log", "")
	if event, data, id := next(); event != "output" || data != `{"text":"a"}` || id != "1" {
		t.Errorf("%s %s %s", event, data, id)
	}
	child, err := os.FindProcess(run.PID)
	must(t, err)
	must(t, child.Signal(syscall.SIGINT))
	if event, data, id := next(); event != "output" || data != `{"text":"€b"}` || id != "5" {
		t.Errorf("%s %s %s", event, data, id)
	}
}

// R2 to R7: which files may be trained.
func TestTrainFiles(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/start", "exit")
	s.write("bot/src/other.ts", "")
	s.write("bot-evil/x.ts", "")
	s.write("outside.ts", "")
	link := func(to, name string) { must(t, os.Symlink(to, filepath.Join(s.dir, name))) }
	link(filepath.Join(filepath.Dir(s.dir), "outside.ts"), "out.ts")
	link("src/other.ts", "in.ts")
	link("nowhere", "broken.ts")
	const missing, outside = `{"error":"file does not exist or is not accessible","code":"invalid_file"}`, `{"error":"file must be inside the project directory","code":"invalid_file"}`
	for _, c := range []struct{ file, want string }{
		{"nope.ts", missing}, {"broken.ts", missing}, {"src/other.ts/x", missing}, {"a\x00b", missing},
		{"../outside.ts", outside}, {"out.ts", outside}, {"../bot-evil/x.ts", outside}, {filepath.Join(filepath.Dir(s.dir), "outside.ts"), outside}, {"..", outside},
		{".", `{"error":"file must be a file, not a directory","code":"invalid_file"}`}, {"src", `{"error":"file must be a file, not a directory","code":"invalid_file"}`},
	} {
		body, err := json.Marshal(map[string]string{"file": c.file})
		must(t, err)
		for _, path := range []string{"/api/train", "/api/runs"} {
			s.do("POST", path, string(body)).expect(t, path+" "+c.file, 400, c.want)
		}
	}
	if calls := s.calls(); len(calls) > 0 { // R7
		t.Errorf("%q", calls)
	}
	real, err := filepath.EvalSymlinks(filepath.Join(s.dir, "src", "other.ts"))
	must(t, err)
	for i, file := range []string{"src/other.ts", "in.ts", real, ""} {
		body, err := json.Marshal(map[string]string{"file": file})
		must(t, err)
		if got := s.do("POST", "/api/train", string(body)); got.status != 200 || !strings.HasSuffix(got.body, "\n---\nexit=3\n") { // R10
			t.Errorf("%s: %+v", file, got)
		}
		want := strings.TrimSpace("build start " + map[bool]string{true: real}[file != ""])
		if calls := s.calls(); len(calls) != i+1 || calls[i] != want {
			t.Errorf("%q, want %q", calls, want)
		}
	}
}

// R9, R10, R11: the answer is what the training printed, and how it ended.
func TestTrainAnswers(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	s.write("fake/start", "exit")
	got := s.do("POST", "/api/train", "{}")
	got.expect(t, "exit", 200, "out\nStarted job j_1\nerr\n\n---\nexit=3\n")
	if got.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%v", got.header)
	}
	s.write("fake/start", "signal")
	s.do("POST", "/api/train", "").expect(t, "signal", 200, "\n---\nexit=null signal=SIGKILL\n")
	must(t, os.RemoveAll(filepath.Join(filepath.Dir(s.dir), "bin")))
	s.do("POST", "/api/train", "").expect(t, "missing", 200, "\n---\nfailed to start: arkor-build is not installed\n")
}

// R12, R13, R14: a reader that leaves detaches its training, and no other.
func TestTrainDetaches(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	train := func() (leave func()) {
		ctx, cancel := context.WithCancel(t.Context())
		res, err := http.DefaultClient.Do(s.request("POST", "/api/train", "").WithContext(ctx))
		must(t, err)
		line, err := bufio.NewReader(res.Body).ReadString('\n')
		if err != nil || line != "Started job j_1\n" {
			t.Errorf("%q %v", line, err)
		}
		return cancel
	}
	leave := train()
	train()
	leave()
	eventually(t, "the end", func() bool { return s.run("r1").State == runs.Exited })
	if got := s.run("r1"); got.Exit != nil || *got.Signal != "SIGHUP" {
		t.Errorf("%+v", got)
	}
	if s.run("r2").State != runs.Running || s.called("signal hangup") != 1 || s.called("signal terminated") != 0 {
		t.Errorf("%q", s.calls())
	}
}

// X3: what runs at the end is detached, what does not go is killed, nothing is
// left, and nothing begins.
func TestShutdownDetaches(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	submitted := func(id string) {
		eventually(t, "the job of "+id, func() bool { return s.run(id).JobID != nil })
	}
	first := s.startRun("")
	submitted("r1")
	s.write("fake/start", "stubborn")
	second := s.startRun("")
	submitted("r2")
	s.write("fake/start", "exit")
	s.startRun("")
	eventually(t, "the end of r3", func() bool { return s.run("r3").State == runs.Exited })
	cut := s.stop()
	if len(cut) != 2 || *cut[0].JobID != "j_1" || *cut[0].Signal != "SIGHUP" || *cut[1].JobID != "j_9" || *cut[1].Signal != "SIGKILL" {
		t.Errorf("%+v", cut)
	}
	if alive(first.PID) || alive(second.PID) {
		t.Error("a child is left")
	}
	if s.called("signal terminated") != 0 || s.called("signal hangup") != 2 {
		t.Errorf("%q", s.calls())
	}
	if _, err := s.runs.Start(runs.Options{}); err != runs.ErrTooMany {
		t.Errorf("%v", err)
	}
}

// Bounded: so many trainings at once, and no more.
func TestTooManyRuns(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	for range 8 {
		s.startRun("")
	}
	got := s.do("POST", "/api/runs", "")
	got.expect(t, "the ninth", 409, `{"error":"too many trainings are running here; stop one first","code":"too_many_runs"}`)
}
