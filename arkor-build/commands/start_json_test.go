package commands

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

// watched is TypeScript in front of a trainer that can be made to report
// events: tell(event).
const watched = `
let tell: (event: unknown) => void;
const observe = { [Symbol.for("arkor.trainer.observe")](listener: typeof tell) { tell = listener; } };
`

const submitted = `{"type":"submitted","jobId":"j1","name":"demo"}` + "\n"

// Programs get objects alone, whoever prints in whatever way.
func TestStartJSON(t *testing.T) {
	t.Parallel()
	got := run(t, entryProject(t, `
import { spawnSync } from "node:child_process";
import { writeSync } from "node:fs";
import { stdout } from "node:process";
`+watched+`
console.log("loading");
export const trainer = { ...`+trainer(`async wait() {
  tell({ jobId: "j1", type: "training.log", step: 1, loss: null });
  console.table([]);
  process.stdout.write("written\n");
  stdout.write("imported\n");
  spawnSync(process.execPath, ["-e", "console.log('child')"], { stdio: "inherit" });
  writeSync(1, "descriptor\n");
  tell({ type: "reconnecting", attempt: 2, delayMs: 1500, error: new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } }) });
  tell({ type: "training.completed", jobId: "j1" });
  return { job: { id: "j1", status: "completed" } };
}`)+`, ...observe };`), nil, "start", "--json")
	expect(t, got, submitted+`{"type":"training.log","jobId":"j1","step":1,"loss":null}
{"type":"reconnecting","attempt":2,"delayMs":1500,"error":"TypeError: fetch failed (ECONNREFUSED)"}
{"type":"training.completed","jobId":"j1"}
{"type":"finished","jobId":"j1","status":"completed"}
`, 0)
	contains(t, "stderr", got.stderr, built+"loading\n", "written\nimported\nchild\ndescriptor\n", "arkor start: connection to the backend lost (ECONNREFUSED), trying again in 2 s\n")
}

// The last object says how the run ended, whatever ends it.
func TestStartJSONEnds(t *testing.T) {
	t.Parallel()
	wait := func(result string) string { return `async wait() { return { job: ` + result + ` }; }` }
	tests := []struct {
		name, entry string
		args        []string
		stdout      string
		status      int
	}{
		{"failed", `export const trainer = ` + trainer(wait(`{ id: "j1", status: "failed", error: "train.jsonl:3: not JSON" }`)) + `;`, nil,
			submitted + `{"type":"finished","jobId":"j1","status":"failed","error":"train.jsonl:3: not JSON"}`, 1},
		{"no result", `export const trainer = ` + trainer(`async wait() {}`) + `;`, nil,
			submitted + `{"type":"finished","jobId":"j1","status":"unknown"}`, 0},
		{"detached", `export const trainer = ` + trainer() + `;`, []string{"--detach"},
			submitted + `{"type":"detached","jobId":"j1"}`, 0},
		{"exception", `export const trainer = ` + trainer(`async wait() { throw new TypeError("no such label", { cause: 5 }); }`) + `;`, nil,
			submitted + `{"type":"error","message":"TypeError: no such label"}`, 1},
		{"error of the package", `export const trainer = ` + trainer(`async start() { throw Object.assign(new Error("no file"), { name: "DatasetError", hint: "make one", code: "dataset_unreadable" }); }`) + `;`, nil,
			`{"type":"error","message":"no file","hint":"make one","code":"dataset_unreadable"}`, 1},
		{"no trainer", `export default 42;`, nil,
			`{"type":"error","message":"Training entry must export ` + "`arkor` (from createArkor({...})) or `trainer` (from createTrainer({...})), or default-export one of them.\",\"hint\":\"see src/arkor/index.ts of a new project: `arkor init`" + `","code":"no_trainer"}`, 1},
		{"no dry run", `export const trainer = ` + trainer() + `;`, []string{"--dry-run"},
			`{"type":"error","message":"this trainer cannot be made a dry run: it was not made by createTrainer of this version of the package arkor","hint":"write dryRun: true into the trainer, or upgrade the package: ` + "`npm install -g arkor@latest`" + `","code":"no_dry_run"}`, 1},
		{"missing package", `import "zod";`, nil,
			`{"type":"error","message":"the package zod is not installed","hint":"run ` + "`npm install zod`" + ` in the project","code":"package_missing"}`, 1},
		{"exit while loading", `process.exit(7);`, nil,
			`{"type":"error","message":"the process ended with status 7 before the run was over","code":"exited"}`, 7},
		{"exit in the middle", `export const trainer = ` + trainer(`wait() { process.exit(0); }`) + `;`, nil,
			submitted + `{"type":"error","message":"the process ended with status 0 before the run was over","code":"exited"}`, 0},
		{"uncaught", `export const trainer = ` + trainer(`wait() { setTimeout(() => { throw new Error("late"); }); return new Promise(() => {}); }`) + `;`, nil,
			submitted + `{"type":"error","message":"Error: late","code":"exited"}`, 1},
		{"stalled", `await new Promise(() => {});`, nil,
			`{"type":"error","message":"loading the trainer never finished: it awaits a promise that nothing can settle any more","code":"stalled"}`, 13},
		{"broken source", `const x: = 1;`, nil,
			`{"type":"error","message":"the build failed","code":"build_failed"}`, 1},
		{"wrong option", ``, []string{"--on-interrupt", "x"},
			`{"type":"error","message":"--on-interrupt is cancel or detach, not \"x\""}`, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := run(t, entryProject(t, test.entry), nil, append([]string{"start", "--json"}, test.args...)...)
			expect(t, got, test.stdout+"\n", test.status)
		})
	}
	t.Run("no runtime", func(t *testing.T) {
		t.Parallel()
		got := run(t, entryProject(t, ``), []string{"PATH="}, "start", "--json")
		expect(t, got, `{"type":"error","message":"no JavaScript runtime to run the trainer with: no node on PATH, no bun and no deno either",`+
			`"hint":"install node 20 or newer from https://nodejs.org, or name a runtime in ARKOR_JS_RUNTIME"}`+"\n", 1)
	})
	t.Run("no entry", func(t *testing.T) {
		t.Parallel()
		dir := projecttest.New(t, "-- x --\n")
		got := run(t, dir, nil, "start", "--json", "nope.ts")
		expect(t, got, `{"type":"error","message":"Build entry not found: `+filepath.Join(dir, "nope.ts")+`. Create src/arkor/index.ts or pass an explicit entry argument."}`+"\n", 1)
	})
}

// Every object has arrived when the command has ended, however many there are.
func TestStartJSONIsNeverLost(t *testing.T) {
	t.Parallel()
	const count = 5000
	got := run(t, entryProject(t, watched+`export const trainer = { ...`+trainer(`async wait() {
  for (let step = 0; step < 5000; step++) tell({ type: "training.log", step, text: "x".repeat(200) });
  process.exit(3);
}`)+`, ...observe };`), nil, "start", "--json")
	if n := strings.Count(got.stdout, "\n"); n != count+2 || got.status != 3 {
		t.Errorf("%d lines, exit status %d", n, got.status)
	}
}

// A reader that leaves does not end the run, whose callbacks are still to do,
// and gets no stack for it.
func TestReaderThatLeaves(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"start"}, {"start", "--json"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			dir := entryProject(t, `
import { existsSync, writeFileSync } from "node:fs";
`+watched+`
export const trainer = { ...`+trainer(`async wait() {
  while (!existsSync("gone")) await new Promise((resolve) => setTimeout(resolve, 5));
  for (let step = 0; step < 100; step++) {
    tell({ type: "training.log", step });
    process.stdout.write("step " + step + "\n");
    await new Promise((resolve) => setImmediate(resolve));
  }
  writeFileSync("done", "");
  return { job: { id: "j1", status: "completed" } };
}`)+`, ...observe };`)
			cmd := program(t, dir, args...)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for lines := bufio.NewScanner(stdout); lines.Scan() && !strings.Contains(lines.Text(), "j1"); {
			}
			stdout.Close()
			projecttest.Write(t, dir, "-- gone --\n")
			if err := cmd.Wait(); err != nil {
				t.Errorf("%v\n%s", err, stderr.String())
			}
			if _, err := os.Stat(filepath.Join(dir, "done")); err != nil {
				t.Error(err)
			}
			lacks(t, "stderr", stderr.String(), "EPIPE")
		})
	}
}
