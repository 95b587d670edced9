package commands

import (
	"strings"
	"testing"
)

// The entry says that its stderr is a terminal, as the tests have none.
const onTerminal = `
process.stderr.isTTY = true;
process.stderr.columns = 60;
let listener: (event: unknown) => void;
const observe = { [Symbol.for("arkor.trainer.observe")](l: typeof listener) { listener = l; } };
`

func TestProgressLine(t *testing.T) {
	t.Parallel()
	const entry = onTerminal + `
let now = 0;
Date.now = () => now;
const log = (step: number, loss: number, more = {}) => listener({ type: "training.log", step, loss, evalLoss: null, tokensPerSecond: 1590.4, ...more });
export const trainer = { ...observe, name: "demo",
  async start() { return { jobId: "j1" }; },
  async wait() {
    listener({ type: "training.started", metadata: { totalSteps: 300, resumedFromStep: 0 } });
    now += 10_000; log(100, 2.5);
    now += 10_000; log(200, 1.25, { evalLoss: 1.5 });
    console.error("user line");
    process.stderr.write("half a ");
    log(250, 1.125);
    process.stderr.write("line\n");
    listener({ type: "checkpoint.saved", step: 250 });
    return { job: { id: "j1", status: "completed" } };
  },
  async cancel() {},
};`
	got := start(t, entry)
	expect(t, got, built+ran, 0)
	const clear = "\r\x1b[2K"
	want := strings.Join([]string{
		"waiting for the training to start",
		"step 0/300",
		"step 100/300 (33 %)  loss 2.5000  1,590 tokens/s  20 s left",
		"step 200/300 (66 %)  loss 1.2500  eval loss 1.5000  1,590 t",
		"user line\n",
		"step 200/300 (66 %)  loss 1.2500  eval loss 1.5000  1,590 t",
		"half a line\n",
		"step 250/300 (83 %)  loss 1.1250  eval loss 1.5000  1,590 t",
		"",
	}, clear)
	if got.stderr != clear+want {
		t.Errorf("stderr:\n%q\nwant:\n%q", got.stderr, clear+want)
	}
}

func TestProgressLineIsClearedBeforeAnError(t *testing.T) {
	t.Parallel()
	got := start(t, onTerminal+`export const trainer = { ...observe, name: "demo",
  async start() { return { jobId: "j1" }; }, async wait() { throw "lost"; }, async cancel() {} };`)
	if want := "\r\x1b[2Kwaiting for the training to start\r\x1b[2Karkor start: lost\n"; got.stderr != want {
		t.Errorf("stderr: %q, want %q", got.stderr, want)
	}
}

func TestQueueIsNamed(t *testing.T) {
	t.Parallel()
	wait := `async wait() { listener({ type: "queued", jobsAhead: 1 }); listener({ type: "queued", jobsAhead: 2 });
    return { job: { id: "j1", status: "completed" } }; }`
	entry := onTerminal + `export const trainer = { ...observe, ...` + trainer(wait) + `};`
	const clear, one, two = "\r\x1b[2K", "in the queue behind another training", "in the queue behind 2 other trainings"
	got := start(t, entry)
	if want := clear + "waiting for the training to start" + clear + one + clear + two + clear; got.stderr != want {
		t.Errorf("stderr: %q, want %q", got.stderr, want)
	}
	got = start(t, strings.Replace(entry, "process.stderr.isTTY = true;", "", 1))
	if want := "arkor start: " + one + "\narkor start: " + two + "\n"; got.stderr != want {
		t.Errorf("stderr: %q, want %q", got.stderr, want)
	}
}

func TestNoProgressLineWithoutATerminal(t *testing.T) {
	t.Parallel()
	entry := strings.Replace(onTerminal, "process.stderr.isTTY = true;", "", 1) + `export const trainer = { ...observe, ...` +
		trainer(`async wait() { listener({ type: "training.log", step: 1, loss: 2 }); return { job: { id: "j1", status: "completed" } }; }`) + `};`
	got := start(t, entry)
	expect(t, got, built+ran, 0)
	if got.stderr != "" {
		t.Errorf("stderr: %q", got.stderr)
	}
}
