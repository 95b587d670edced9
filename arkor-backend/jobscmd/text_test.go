package jobscmd

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

func now() time.Time { return time.Date(2026, 3, 4, 7, 6, 7, 0, time.UTC) }

func TestTimes(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 59 * time.Second: "59 s", 61 * time.Second: "1 min 1 s", 2*time.Hour + 3*time.Minute: "2 h 3 min",
	} {
		check(t, want, span(d))
	}
	for n, want := range map[float64]string{0: "0", 999.4: "999", 1520.2: "1,520", 1234567: "1,234,567", -1234: "-1,234", -123: "-123"} {
		check(t, want, count(n))
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	began, ended, why := "2026-03-04T05:06:07.000Z", "2026-03-04T05:08:12.000Z", "out of memory\nat step 12"
	step, total := int64(50), int64(100)
	running, failed := job("7e1cd6ce-0c0c-4a0c-8b0c-1b0c1b0c1b0c", "triage", cloud.Running), job("j_1", "日本語", cloud.Failed)
	running.StartedAt, failed.StartedAt, failed.CompletedAt, failed.Error = &began, &began, &ended, &why
	row := job("j_2", "from a list", "paused")
	row.Config = nil // as a row of another backend may be
	var b bytes.Buffer
	s := &screen.Screen{W: &b}
	if err := s.Draw(table([]cloud.Job{running, failed, row}, map[string]progress{running.ID: {Step: &step, TotalSteps: &total}}, now())); err != nil {
		t.Fatal(err)
	}
	check(t, `ID        STATUS   NAME         MODEL       CREATED  TOOK
7e1cd6ce  running  triage       arkor/tiny  2 h ago  2 h 0 min  50/100 [########--------]
j_1       failed   日本語       arkor/tiny  2 h ago  2 min 5 s  out of memory at step 12
j_2       paused   from a list              2 h ago
`, b.String())
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	j := job("7e1cd6ce-0c0c-4a0c-8b0c-1b0c1b0c1b0c", "triage", cloud.Running)
	began, next, why := "2026-03-04T07:00:07.000Z", "2026-03-04T07:08:07.000Z", "the receiver answered 500"
	j.StartedAt = &began
	j.Config = json.RawMessage(`{"model":"arkor/tiny","datasetSource":{"type":"blob","url":"https://x.test/d.jsonl?signature=s3cret"}}`)
	j.ResumedFrom = &cloud.ResumedFrom{JobID: "j_0", Step: 10}
	j.Webhook = &cloud.WebhookState{Status: cloud.WebhookPending, Attempts: 2, LastError: &why, NextAttemptAt: &next}
	p := progressOf(j, []cloud.Event{
		{Type: cloud.EventStarted, Data: json.RawMessage(`{"metadata":{"totalSteps":100,"resumedFromStep":10}}`)},
		{Type: cloud.EventLog, Data: json.RawMessage(`{"step":30,"loss":1.5,"evalLoss":1.75,"learningRate":0.0002,"tokensPerSecond":1520.4}`)},
		{Type: cloud.EventCheckpoint, Data: json.RawMessage(`{"step":30}`)},
		{Type: cloud.EventLog, Data: json.RawMessage(`{"step":40,"loss":1.25,"evalLoss":null,"learningRate":0.0001,"tokensPerSecond":1500}`)},
	})
	var b bytes.Buffer
	s := &screen.Screen{W: &b}
	if err := s.Draw(describe(shown{Job: j, Progress: p}, now())); err != nil {
		t.Fatal(err)
	}
	check(t, `triage                    running
  id            7e1cd6ce-0c0c-4a0c-8b0c-1b0c1b0c1b0c
  model         arkor/tiny
  data          https://x.test/d.jsonl
  created       2 h ago
  running for   6 min 0 s
  goes on from  step 10 of j_0
  progress      40/100  [#########---------------]  about 12 min 0 s left
  latest        loss 1.2500  eval loss 1.7500  lr 1.00e-04  1,500 tokens/s
  checkpoint    at step 30
  webhook       not taken yet after 2 attempts, the next in 2 min 0 s: the receiver answered 500
`, b.String())
}

// A name as long as can be leaves room for how the job is.
func TestDescribeLongName(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := (&screen.Screen{W: &b}).Draw(describe(shown{Job: job("j_1", strings.Repeat("name ", 51), cloud.Running)}, now())); err != nil {
		t.Fatal(err)
	}
	if first, _, _ := strings.Cut(b.String(), "\n"); !strings.HasSuffix(first, "…  running") {
		t.Errorf("%q", first)
	}
}

// What a file was called stands beside its hash, where the backend knows it.
func TestFilename(t *testing.T) {
	t.Parallel()
	j := job("j_1", "n", cloud.Completed)
	j.Config = json.RawMessage(`{"model":"m","datasetSource":{"type":"file","datasetId":"sha256:0123456789abcdef"}}`)
	f := &fake{jobs: []cloud.Job{j}}
	p, _, _ := f.project(t)
	check(t, "", p.filename(t.Context(), j))
	check(t, "sha256:0123456789ab…", source(j, ""))
	f.datasets = []cloud.Dataset{{ID: "sha256:0123456789abcdef", Filename: "tr\x1b[2Jain.jsonl"}}
	check(t, "tr\x1b[2Jain.jsonl", p.filename(t.Context(), j))
	check(t, "tr [2Jain.jsonl  sha256:0123456789ab…", source(j, p.filename(t.Context(), j)))
	other := job("j_2", "n", cloud.Completed) // of no uploaded file: nobody is asked
	f.asked = nil
	check(t, "", p.filename(t.Context(), other))
	check(t, []string(nil), f.asked)
}

func TestLogLines(t *testing.T) {
	t.Parallel()
	p := &printer{}
	var lines []string
	for _, e := range []struct{ kind, data string }{
		{cloud.EventStarted, `{"metadata":{"totalSteps":100,"samples":1200,"evalSamples":30,"resumedFromStep":0}}`},
		{cloud.EventLog, `{"step":9,"loss":1.5,"learningRate":0.0002,"tokensPerSecond":1520.4}`},
		{cloud.EventLog, `{"step":10,"loss":null,"evalLoss":1.75}`},
		{cloud.EventCheckpoint, `{"step":10,"artifacts":[]}`},
		{"something.new", `{}`},
		{cloud.EventFailed, `{"error":"\u001b]0;owned\u0007 out of memory\n","step":12}`},
		{cloud.EventCancelled, `{"step":61}`},
		{cloud.EventCompleted, `{"metrics":{"trainLoss":0.91,"evalLoss":"NaN"}}`},
	} {
		lines = append(lines, strings.TrimSpace(p.line(cloud.Event{Type: e.kind, Data: json.RawMessage(e.data)})))
	}
	check(t, []string{
		"started, 100 steps, 1,200 samples, 30 held out",
		"step   9/100  loss 1.5000  lr 2.00e-04  1,520 tokens/s",
		"step  10/100  eval loss 1.7500",
		"checkpoint at step 10",
		"something.new",
		"failed at step 12: ]0;owned  out of memory",
		"cancelled at step 61",
		"completed, loss 0.9100",
	}, lines)
}

func TestWithID(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{`{"a":1}`: `{"id":"7","a":1}`, ` { "a":1}`: `{"id":"7", "a":1}`, `{ }`: `{ }`} {
		check(t, want, string(withID(cloud.Event{ID: "7", Data: json.RawMessage(data)})))
	}
}

// Whatever a backend sends, nothing of it acts on the terminal.
func FuzzShown(f *testing.F) {
	f.Add("triage", `{"type":"training.log","step":3,"loss":1.5}`, "out of memory", "2026-03-04T05:06:07.000Z", "{}")
	f.Add("\x1b]0;x\x07", `{"type":"training.started","metadata":{"totalSteps":-9,"samples":1e99}}`, "\u202e\u009b31m", "now\x1b[2J", `{"model":"\u001b[31m"}`)
	f.Add("a", `{"type":"training.failed","error":"\u001b[2J\r"}`, "", "", `{"maxSteps":0,"datasetSource":{"type":"blob","url":"\u001b"}}`)
	f.Add("a", `{"type":"training.completed","metrics":{"trainLoss":[]},"timestamp":"9999-12-31T23:59:59Z"}`, "", "", `7`)
	f.Fuzz(func(t *testing.T, name, data, why, timestamp, config string) {
		j := job(name, name, cloud.JobStatus(why))
		j.Error, j.CreatedAt, j.StartedAt, j.CompletedAt, j.Config = &why, timestamp, &timestamp, &timestamp, json.RawMessage(config)
		j.Webhook = &cloud.WebhookState{Status: cloud.WebhookStatus(why), LastError: &why, NextAttemptAt: &timestamp}
		var e struct{ Type string }
		_ = json.Unmarshal([]byte(data), &e)
		event := cloud.Event{ID: name, Type: e.Type, Data: json.RawMessage(data)}
		var b bytes.Buffer
		s := &screen.Screen{W: &b}
		for _, status := range []cloud.JobStatus{j.Status, cloud.Running, cloud.Queued, cloud.Failed} {
			j.Status = status
			p := progressOf(j, []cloud.Event{event, event})
			_ = s.Draw(describe(shown{Job: j, Progress: p}, now()))
			_ = s.Draw(table([]cloud.Job{j}, map[string]progress{j.ID: p}, now()))
		}
		b.WriteString((&printer{}).line(event) + "\n")
		if json.Valid([]byte(data)) && strings.HasPrefix(strings.TrimSpace(data), "{") {
			var line bytes.Buffer
			if err := screen.PrintJSON(&line, withID(event)); err == nil {
				if !json.Valid(line.Bytes()) {
					t.Errorf("%q became %q", data, line.String())
				}
				b.Write(line.Bytes())
			}
		}
		for _, r := range b.String() {
			if r != '\n' && unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) || r >= '\u202a' && r <= '\u202e' {
				t.Fatalf("%q is in %q", r, b.String())
			}
		}
	})
}
