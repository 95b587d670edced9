//go:build unix

package testscripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/terminaltest"
)

// startAtTerminal runs a trainer whose wait() is the given TypeScript, with
// tell(step) for the progress of a training of 300 steps.
func startAtTerminal(t *testing.T, wait string) *terminaltest.Session {
	t.Helper()
	return runAtTerminal(t, `
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
let listener: (event: object) => void;
const tell = (step: number) => listener({ type: "training.log", step, loss: 2.5, evalLoss: 1.25, tokensPerSecond: 1590.4 });
export const trainer = {
  name: "demo",
  async start() { return { jobId: "j1" }; },
  async wait() {
    listener({ type: "training.started", metadata: { totalSteps: 300 } });
    `+wait+`
    return { job: { id: "j1", status: "completed" } };
  },
  async cancel() { console.log("cancel()"); },
  [Symbol.for("arkor.trainer.observe")](l: typeof listener) { listener = l; },
};
`)
}

// runAtTerminal runs the trainer of a module.
func runAtTerminal(t *testing.T, entry string, options ...string) *terminaltest.Session {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "entry.ts"), []byte(entry), 0o644); err != nil {
		t.Fatal(err)
	}
	return terminaltest.Start(t, terminaltest.Command{
		Path: filepath.Join(binaries, "arkor"), Args: append([]string{"arkor", "start", "entry.ts"}, options...), Dir: dir,
		Environ: []string{"PATH=" + binaries + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TERM=xterm-256color", "DO_NOT_TRACK=1"},
	})
}

// The line is gone at the end, and whoever wrote whatever meanwhile finds it on
// the screen as it would be without us.
func TestProgressLineLeavesTheTerminalToOthers(t *testing.T) {
	t.Parallel()
	wide := strings.Repeat("0123456789", 20)
	s := startAtTerminal(t, `
    tell(1); console.log("a line");
    tell(2); process.stdout.write("a line "); tell(3); process.stderr.write("in "); tell(4); console.log("parts");
    tell(5); process.stdout.write("\u001b[31mred\n\u001b[0m");
    tell(6); process.stdout.write("\u001b[32m"); tell(7); process.stdout.write("green\u001b[0m\n");
    tell(8); console.log("`+wide+`");
    tell(9); process.stdout.write(new TextEncoder().encode("bytes\n")); process.stdout.write("");
    tell(10); spawnSync("sh", ["-c", "echo child; echo its errors >&2"], { stdio: "inherit" });
    tell(11); const child = spawn("sh", ["-c", "echo asked; read line; echo $line; printf unfinished"], { stdio: ["pipe", "inherit", "inherit"] });
    tell(12); child.stdin.end("answered\n"); await once(child, "exit");
    tell(13); spawn("no-such-program", { stdio: "inherit" }).on("error", () => console.log("no such program"));
    await new Promise((resolve) => setTimeout(resolve)); tell(14);
    console.log(spawnSync("sh", ["-c", "printf piped"], { encoding: "utf8" }).stdout);
    tell(15); console.error("the end");`)
	text := s.Ends(0)
	for _, progress := range []string{"step 1/300 (0 %)  loss 2.5000  eval loss 1.2500  1,590 tokens/s", "step 11/300", "step 14/300", "step 15/300"} {
		if !strings.Contains(text, progress) {
			t.Errorf("%q was never shown", progress)
		}
	}
	want := []string{
		"Started job j1", "a line", "a line in parts", "red", "green",
		wide[:80], wide[80:160], wide[160:], "bytes", "child", "its errors", "asked", "answered", "unfinished",
		"no such program", "piped", "the end", "Job j1 finished with status=completed",
	}
	_, run, _ := strings.Cut(string(s.Raw()), ".mjs\r\n") // behind the line about the build
	if diff := cmp.Diff(want, screen(run, 80)); diff != "" {
		t.Error(diff)
	}
}

// What does not fit is cut off, also when the terminal becomes narrower.
func TestProgressLineInANarrowTerminal(t *testing.T) {
	t.Parallel()
	s := startAtTerminal(t, `
    console.log("resize me");
    while (process.stderr.columns !== 20) await new Promise((resolve) => setTimeout(resolve, 5));
    console.log("resized");
    tell(1); tell(200);
    listener({ type: "reconnecting", attempt: 1, delayMs: 1000, error: new Error("木木木木木木木木\nof \u001b[31mred") });`)
	s.Expect("resize me")
	s.Resize(20)
	s.Ends(0)
	_, after, _ := strings.Cut(string(s.Raw()), "resized\r\n")
	var drawn []string
	for _, match := range regexp.MustCompile(`\r\x1b\[2K([^\r\n]*)`).FindAllStringSubmatch(after, -1) {
		drawn = append(drawn, match[1])
	}
	want := []string{"step 0/300", "step 1/300 (0 %)  l", "step 200/300 (66 %)", "connection to the b", "Job j1 finished with status=completed"}
	if diff := cmp.Diff(want, drawn); diff != "" {
		t.Error(diff)
	}
}

// Rule 17: the terminal delivers Ctrl-C to the runtime, and we do not again.
func TestCtrlCAtATerminal(t *testing.T) {
	t.Parallel()
	s := startAtTerminal(t, `console.log("running"); await new Promise((resolve) => setTimeout(resolve, 1 << 30));`)
	s.Expect("running")
	s.Press(terminaltest.CtrlC)
	s.Expect("arkor start: interrupted; cancelling job j1 (again to exit at once)")
	s.Expect("cancel()")
	s.Expect("arkor start: job j1 is cancelled")
	s.Ends(130)
}

// Where no line of ours goes with the ^C, what is said begins behind it.
func TestCtrlCBeforeThereIsProgress(t *testing.T) {
	t.Parallel()
	s := runAtTerminal(t, `
const forever = () => { console.log("starting"); return new Promise((resolve) => setTimeout(resolve, 1 << 30)); };
export const trainer = { name: "demo", start: forever, wait: forever, cancel: forever };
`)
	s.Expect("starting\n")
	s.Press(terminaltest.CtrlC)
	s.Expect("^C\narkor start: interrupted; cancelling the job (again to exit at once)\n")
	s.Press(terminaltest.CtrlC)
	s.Ends(130)
}

// While a job is only prepared there is nothing to wait for: none will be.
func TestCtrlCBeforeThereIsAJob(t *testing.T) {
	t.Parallel()
	s := runAtTerminal(t, `
const forever = () => { console.log("preparing"); return new Promise((resolve) => setTimeout(resolve, 1 << 30)); };
const cancel = () => { console.log("cancel()"); };
export const trainer = { name: "demo", start: forever, wait: forever, cancel, [Symbol.for("arkor.trainer.abandon")]: () => true };
`)
	s.Expect("preparing\n")
	s.Press(terminaltest.CtrlC)
	if text := s.Ends(130); !strings.HasSuffix(text, "(again to exit at once)\narkor start: no job was started\n") {
		t.Errorf("%q", text)
	}
}

// screen is what a terminal shows in the end after all that was written to it.
func screen(raw string, columns int) []string {
	rows, column := [][]rune{nil}, 0
	for i := 0; i < len(raw); {
		if match := regexp.MustCompile(`^\x1b\[([0-9;]*)([a-zA-Z])`).FindStringSubmatch(raw[i:]); match != nil {
			if match[2] == "K" {
				rows[len(rows)-1] = nil
			}
			i += len(match[0])
			continue
		}
		character := []rune(raw[i:min(i+4, len(raw))])[0]
		i += len(string(character))
		switch character {
		case '\r':
			column = 0
		case '\n':
			rows = append(rows, nil)
		default:
			if column == columns {
				rows, column = append(rows, nil), 0
			}
			row := &rows[len(rows)-1]
			for len(*row) <= column {
				*row = append(*row, ' ')
			}
			(*row)[column] = character
			column++
		}
	}
	var lines []string
	for _, row := range rows {
		if line := strings.TrimRight(string(row), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
