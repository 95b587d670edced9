package commands

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

const completed = `{"type":"training.completed","jobId":"j1","timestamp":"2026-01-01T00:00:01Z","artifacts":[]}`

func TestDryRun(t *testing.T) {
	t.Parallel()
	c := startCloud(t, completed)
	dir := cloudProject(t, `maxSteps: 5, dryRun: false,
  callbacks: { onCompleted() { console.log(process.argv.length, Object.keys(process.env).filter((name) => /^ARKOR|DRY/.test(name)).sort().join()); } },`)
	got := run(t, dir, c.environ(), "start", "--dry-run")
	expect(t, got, built+"Started job j1\n2 ARKOR_CLOUD_API_URL,ARKOR_TOKEN\nJob j1 finished with status=completed\n", 0)
	if want := "arkor start: dry run: a few steps on a small sample\n"; got.stderr != want {
		t.Errorf("stderr: %s", got.stderr)
	}
	if c.config["dryRun"] != true || c.config["maxSteps"] != 5.0 {
		t.Errorf("the job is %v", c.config)
	}
	run(t, dir, c.environ(), "start")
	if c.config["dryRun"] != false {
		t.Errorf("the next job is %v", c.config)
	}
}

// A trainer that cannot be told to make a dry run must not make a real one.
func TestDryRunRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, entry, stderr string }{
		{"trainer of another package", `export const trainer = ` + trainer(`start() { console.log("started"); return {}; }`) + `;`,
			"arkor start: this trainer cannot be made a dry run: it was not made by createTrainer of this version of the package arkor\n" +
				"hint: write dryRun: true into the trainer, or upgrade the package: `npm install -g arkor@latest`\n"},
		{"started already", `export const trainer = { ...` + trainer(`start() { console.log("started"); return {}; }`) + `, [Symbol.for("arkor.trainer.override")]: () => false };`,
			"arkor start: the trainer was started while it was being loaded, too early to make a dry run of it\n" +
				"hint: leave the call of start() to `arkor start`\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := run(t, entryProject(t, test.entry), nil, "start", "--dry-run")
			expect(t, got, built, 1)
			if got.stderr != test.stderr {
				t.Errorf("stderr:\n%swant:\n%s", got.stderr, test.stderr)
			}
		})
	}
}

// Nothing that the module has begun keeps the command, and nothing is asked.
func TestDetach(t *testing.T) {
	t.Parallel()
	c := startCloud(t)
	dir := cloudProject(t, `callbacks: { onStarted() { console.log("callback"); } },`)
	projecttest.Write(t, dir, "-- src/arkor/forever.ts --\nsetInterval(() => {}, 1000);\nconsole.log(\"x\".repeat(1 << 20));\n")
	entry := filepath.Join(dir, "src", "arkor", "index.ts")
	text, err := os.ReadFile(entry)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(entry, append([]byte("import \"./forever\";\n"), text...), 0o666); err != nil {
		t.Fatal(err)
	}
	got := run(t, dir, c.environ(), "start", "--detach")
	expect(t, got, built+strings.Repeat("x", 1<<20)+"\nStarted job j1\n", 0)
	if want := "arkor start: job j1 goes on and is not followed; no callback runs\n"; got.stderr != want {
		t.Errorf("stderr: %s", got.stderr)
	}
	if got, want := c.requests(), "GET /v1/models, POST /v1/jobs"; got != want {
		t.Errorf("requests: %s", got)
	}
}

// The command that follows the job asks the backend that the job is at.
func TestDetachSaysHowToFollow(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `export const trainer = `+trainer()+`;`)
	for options, want := range map[string]string{
		"":                            "arkor jobs show j1 --watch",
		"--backend https://team.test": "arkor jobs show j1 --watch --backend https://team.test",
	} {
		cmd := program(t, dir, append([]string{"start", "--detach"}, strings.Fields(options)...)...)
		if err := os.WriteFile(filepath.Join(filepath.Dir(cmd.Path), "arkor-backend"), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		got := finish(t, cmd)
		if want := "arkor start: job j1 goes on and is not followed; no callback runs\nhint: `" + want + "` follows it\n"; got.stderr != want || got.status != 0 {
			t.Errorf("status %d, stderr: %s", got.status, got.stderr)
		}
	}
}

func TestDetachThatFails(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `export const trainer = `+trainer(`async start() { throw "no seats left"; }`)+`;`)
	got := run(t, dir, nil, "start", "--detach")
	expect(t, got, built, 1)
	if want := "arkor start: no seats left\n"; got.stderr != want {
		t.Errorf("stderr: %s", got.stderr)
	}
}

func TestEnvFile(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `console.log(process.env.MODEL, process.env.HOST, process.env.MINE); export const trainer = `+trainer()+`;`)
	projecttest.Write(t, dir, `
-- .env --
export MODEL="arkor/tiny" # the miniature
HOST=file
MINE=one
-- .env.local --
MINE=two
-- runtime.env --
ARKOR_JS_RUNTIME=/no/such/runtime
-- broken.env --
A=1
hunter2
`)
	got := run(t, dir, []string{"HOST=environment"}, "start", "--env-file", ".env", "--env-file=.env.local")
	expect(t, got, built+"arkor/tiny environment two\n"+ran, 0)

	got = run(t, dir, nil, "start", "--env-file", "runtime.env")
	expect(t, got, "", 1)
	contains(t, "stderr", got.stderr, `arkor start: ARKOR_JS_RUNTIME names "/no/such/runtime", which is not there`)

	for file, want := range map[string]string{
		"broken.env": "arkor start: broken.env:2: no = behind the name of a variable\n",
		"none.env":   "arkor start: read the env file none.env: no such file or directory\n",
	} {
		got = run(t, dir, nil, "start", "--env-file", file)
		expect(t, got, "", 1)
		if got.stderr != want {
			t.Errorf("stderr:\n%swant:\n%s", got.stderr, want)
		}
	}
}

func TestOnInterruptIsChecked(t *testing.T) {
	t.Parallel()
	got := run(t, projecttest.New(t, "-- x --\n"), nil, "start", "--on-interrupt", "ignore")
	expect(t, got, "", 1)
	if want := "arkor start: --on-interrupt is cancel or detach, not \"ignore\"\n"; got.stderr != want {
		t.Errorf("stderr: %s", got.stderr)
	}
}

// The run is reported where the user's line is: nothing of the runner, of the
// package arkor or of the runtime stands between its lines.
func TestCallbackThatThrows(t *testing.T) {
	t.Parallel()
	c := startCloud(t, `{"type":"training.started","jobId":"j1","timestamp":"t"}`, `{"type":"training.log","jobId":"j1","step":1,"loss":2.5}`, completed)
	dir := cloudProject(t, `callbacks: {
    onStarted({ job }) { console.log("started", job.id); },
    onLog({ step, loss }) {
      check(step, loss);
    },
  },`)
	projecttest.Write(t, dir, `
-- src/arkor/check.ts --
interface Limits { readonly loss: number }
const limits: Limits = { loss: 1 };

export function check(step: number, loss: number | null): void {
  try {
    if ((loss ?? 0) > limits.loss) throw new RangeError("the loss is " + loss);
  } catch (cause) {
    throw new Error("step " + step, { cause });
  }
}
`)
	entry := filepath.Join(dir, "src", "arkor", "index.ts")
	text, err := os.ReadFile(entry)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(entry, append([]byte("import { check } from \"./check\";\n"), text...), 0o666); err != nil {
		t.Fatal(err)
	}
	got := run(t, dir, c.environ(), "start")
	expect(t, got, built+"Started job j1\nstarted j1\n", 1)
	want := strings.ReplaceAll(`arkor start: Error: step 1
    at DIR/check.ts:8:11
    at DIR/index.ts:8:7
  caused by: RangeError: the loss is 2.5
      at DIR/check.ts:6:42
      at DIR/index.ts:8:7
`, "DIR", filepath.Join(dir, "src", "arkor"))
	places := regexp.MustCompile(`at \S.* \((.*)\)`).ReplaceAllString(got.stderr, "at $1")
	if places != want {
		t.Errorf("stderr:\n%swant:\n%s", got.stderr, want)
	}
}
