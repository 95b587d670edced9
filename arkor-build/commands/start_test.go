package commands

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

const ran = "Started job j1\nJob j1 finished with status=completed\n"

const noTrainer = "arkor start: Training entry must export `arkor` (from createArkor({...})) or `trainer` (from createTrainer({...})), or default-export one of them.\n"

func TestTrainerDiscovery(t *testing.T) {
	t.Parallel()
	other := trainer(`async start() { return { jobId: "other" }; }`)
	tests := []struct {
		name, entry string
		found       bool
	}{
		{"manifest as arkor", `export const arkor = Object.freeze({ _kind: "arkor", trainer: ` + trainer() + ` });`, true},
		{"bare trainer as arkor", `export const arkor = ` + trainer() + `;`, true},
		{"trainer", `export const trainer = ` + trainer() + `;`, true},
		{"trainer by inheritance", `class T { start = async () => ({ jobId: "j1" }); async wait() { return { job: { id: "j1", status: "completed" } }; } async cancel() {} } export const trainer = new T();`, true},
		{"default trainer", `export default ` + trainer() + `;`, true},
		{"default manifest", `export default { _kind: "arkor", trainer: ` + trainer() + ` };`, true},
		{"default object with a trainer", `export default { trainer: ` + trainer() + ` };`, true},
		{"arkor before trainer", `export const arkor = { _kind: "arkor", trainer: ` + trainer() + ` }; export const trainer = ` + other + `;`, true},
		{"trainer before default", `export const trainer = ` + trainer() + `; export default ` + other + `;`, true},
		{"manifest without trainer, then trainer", `export const arkor = { _kind: "arkor" }; export const trainer = ` + trainer() + `;`, true},
		{"unrelated exports", `export const x = 1;`, false},
		{"number", `export default 42;`, false},
		{"string", `export default "foo";`, false},
		{"null", `export default null;`, false},
		{"object that is none", `export default { notATrainer: true };`, false},
		{"trainer without cancel", `export const trainer = { ...` + trainer() + `, cancel: undefined };`, false},
		{"function", `export const trainer = () => (` + trainer() + `);`, false},
		{"promise", `export const trainer = Promise.resolve(` + trainer() + `);`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := start(t, test.entry)
			if test.found {
				expect(t, got, built+ran, 0)
				return
			}
			expect(t, got, built, 1)
			if !strings.HasPrefix(got.stderr, noTrainer) {
				t.Errorf("stderr: %s", got.stderr)
			}
		})
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	wait := func(job string) string { return `async wait() { return { job: ` + job + ` }; }` }
	tests := []struct {
		name, entry, stdout string
		status              int
		stderr              string
	}{
		{"failed", `export const trainer = ` + trainer(wait(`{ id: "j1", status: "failed", error: "train.jsonl:3: not JSON" }`)) + `;`,
			"Started job j1\nJob j1 finished with status=failed\n", 1, "arkor start: train.jsonl:3: not JSON\n"},
		{"failed without a reason", `export const trainer = ` + trainer(wait(`{ id: "j1", status: "failed", error: null }`)) + `;`,
			"Started job j1\nJob j1 finished with status=failed\n", 1, "arkor start: job j1 failed, and the backend gave no reason\n"},
		{"cancelled", `export const trainer = ` + trainer(wait(`{ id: "j1", status: "cancelled" }`)) + `;`,
			"Started job j1\nJob j1 finished with status=cancelled\n", 1, "arkor start: job j1 was cancelled\n"},
		{"no result", `export const trainer = ` + trainer(`async wait() {}`) + `;`,
			"Started job j1\nJob j1 finished with status=unknown\n", 0, "arkor start: wait() ended without a final status (unknown): whether the training succeeded is not known\n"},
		{"methods that are not async", `export const trainer = ` + trainer(`start() { return { jobId: "j1" }; }`, `wait() { return { job: { id: "j1", status: "completed" } }; }`) + `;`,
			ran, 0, ""},
		{"exit of the user's", `export const trainer = ` + trainer(`wait() { process.exit(7); }`) + `;`,
			"Started job j1\n", 7, ""},
		{"exit code of the user's", `process.exitCode = 3; export const trainer = ` + trainer() + `;`,
			ran, 3, ""},
		{"exit code of the user's beside a failure", `process.exitCode = 3; export const trainer = ` + trainer(wait(`{ id: "j1", status: "failed", error: "x" }`)) + `;`,
			"Started job j1\nJob j1 finished with status=failed\n", 3, "arkor start: x\n"},
		{"await at the top level that nothing settles", `await new Promise(() => {}); export const trainer = ` + trainer() + `;`,
			"", 13, "arkor start: loading the trainer never finished: it awaits a promise that nothing can settle any more\n"},
		{"wait that nothing settles", `export const trainer = ` + trainer(`wait() { return new Promise(() => {}); }`) + `;`,
			"Started job j1\n", 13, "arkor start: wait() never finished: it awaits a promise that nothing can settle any more\n"},
		{"stale project state", `export const trainer = ` + trainer(`async start() { throw Object.assign(new Error("the state is stale"), { name: "ProjectStateMismatchError" }); }`) + `;`,
			"", 1, "arkor start: the state is stale\n"},
		{"error of the package with a hint", `export const trainer = ` + trainer(`async start() { throw Object.assign(new Error("no file"), { name: "DatasetError", hint: "make one" }); }`) + `;`,
			"", 1, "arkor start: no file\nhint: make one\n"},
		{"error of another package with such a name", `export const trainer = ` + trainer(`async start() { throw Object.assign(new Error("no session"), { name: "AuthError", details: { reason: "expired" } }); }`) + `;`,
			"", 1, "arkor start: no session\n"},
		{"thrown string", `export const trainer = ` + trainer(`async start() { throw "just text"; }`) + `;`,
			"", 1, "arkor start: just text\n"},
		{"thrown object", `export const trainer = ` + trainer(`async start() { throw { code: 5 }; }`) + `;`,
			"", 1, "arkor start: { code: 5 }\n"},
		{"thrown nothing", `export const trainer = ` + trainer(`async start() { throw undefined; }`) + `;`,
			"", 1, "arkor start: undefined\n"},
		{"deprecation notice", `globalThis[Symbol.for("arkor.deprecation")] = { version: "1.0.0", message: "Old", sunset: "2030-01-01" }; export const trainer = ` + trainer() + `;`,
			ran, 0, "arkor start: Old (current: 1.0.0). Cutoff: 2030-01-01. Run `npm install -g arkor@latest`.\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := start(t, test.entry)
			expect(t, got, built+test.stdout, test.status)
			if got.stderr != test.stderr {
				t.Errorf("stderr:\n%swant:\n%s", got.stderr, test.stderr)
			}
		})
	}
}

// A notice comes from a server: it stays on one line, and names the command
// that updates the copy in this project.
func TestDeprecationNoticeInAProject(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `
globalThis[Symbol.for("arkor.deprecation")] = { version: "1.0.0", message: "Old\r\n\u001b[31m\u009b1mred\u202e", sunset: "to\u2028morrow" };
export const trainer = `+trainer()+`;`)
	projecttest.Write(t, dir, "-- package.json --\n{\"devDependencies\":{\"arkor\":\"1\"}}\n-- pnpm-lock.yaml --\n")
	got := run(t, dir, nil, "start")
	expect(t, got, built+ran, 0)
	if want := "arkor start: Old 1mred (current: 1.0.0). Cutoff: to morrow. Run `pnpm add -D arkor@latest`.\n"; got.stderr != want {
		t.Errorf("stderr %q, want %q", got.stderr, want)
	}
}

// The package in the trainer's process names the same command as everybody else.
func TestUpgradeRequired(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUpgradeRequired)
	}))
	t.Cleanup(server.Close)
	dir := entryProject(t, `
import { createTrainer } from "arkor";
export const trainer = createTrainer({ name: "demo", model: "arkor/tiny", dataset: { type: "huggingface", name: "a/b" } });`)
	projecttest.Write(t, dir, "-- package.json --\n{\"dependencies\":{\"arkor\":\"1\"}}\n-- yarn.lock --\n"+
		"-- .arkor/state.json --\n{\"orgSlug\":\"o\",\"projectSlug\":\"p\",\"projectId\":\"i\"}\n")
	got := run(t, dir, []string{"ARKOR_TOKEN=t", "ARKOR_CLOUD_API_URL=" + server.URL}, "start")
	expect(t, got, built, 1)
	if want := "arkor start: Arkor SDK is no longer supported by the cloud API. Run `yarn add -D arkor@latest`.\n"; got.stderr != want {
		t.Errorf("stderr %q, want %q", got.stderr, want)
	}
}

// The user's code must not notice that it does not run alone.
func TestSurroundings(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `
import { readFileSync } from "node:fs";
console.log(JSON.stringify({
  argv: process.argv.slice(1), cwd: process.cwd(), stdin: readFileSync(0, "utf8"),
  arkor: Object.keys(process.env).filter((name) => name.startsWith("ARKOR")), execArgv: process.execArgv,
}));
export const trainer = `+trainer()+`;`)
	cmd := program(t, dir, "start")
	cmd.Stdin = strings.NewReader("typed")
	cmd.Env = append(cmd.Env, "ARKOR_TOKEN=t")
	artifact := filepath.Join(dir, ".arkor", "build", "index.mjs")
	expect(t, finish(t, cmd), built+`{"argv":["`+artifact+`"],"cwd":"`+dir+`","stdin":"typed","arkor":["ARKOR_TOKEN"],"execArgv":[]}`+"\n"+ran, 0)
}

func TestAuthBinary(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `console.log(process.env.ARKOR_AUTH_BIN); export const trainer = `+trainer()+`;`)
	cmd := program(t, dir, "start")
	auth := filepath.Join(filepath.Dir(cmd.Path), "arkor-auth")
	if err := os.WriteFile(auth, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	expect(t, finish(t, cmd), built+auth+"\n"+ran, 0)
	expect(t, run(t, dir, []string{"ARKOR_AUTH_BIN=/mine"}, "start"), "/mine\n"+ran, 0)
}

func TestOutputIsNeverLost(t *testing.T) {
	t.Parallel()
	got := start(t, `export const trainer = `+trainer(`async wait() { console.log("x".repeat(1 << 20)); return { job: { id: "j1", status: "completed" } }; }`)+`;`)
	expect(t, got, built+"Started job j1\n"+strings.Repeat("x", 1<<20)+"\nJob j1 finished with status=completed\n", 0)
}

func TestOddPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"with space", "a#b", "50%25", "ünïcödé 木"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), name)
			projecttest.Write(t, dir, "-- "+name+".ts --\nexport const trainer = "+trainer()+";\n")
			got := run(t, dir, nil, "start", name+".ts")
			expect(t, got, "Built "+name+".ts → "+onlyRun(t, dir)+"\n"+ran, 0)
		})
	}
}

func TestWhenStartBuilds(t *testing.T) {
	t.Parallel()
	const entry = "-- src/arkor/index.ts --\nexport const trainer = "
	dir := projecttest.New(t, entry+trainer()+";\n-- other.ts --\nexport const trainer = "+trainer()+";\n")
	steps := []struct {
		name   string
		change string
		args   []string
		stdout string
		status int
		stderr string
	}{
		{"first time", "", nil, built + ran, 0, ""},
		{"nothing changed", "", nil, ran, 0, ""},
		{"source changed", entry + trainer(`name: "new"`) + ";\n", nil, built + ran, 0, "arkor start: building again: " + filepath.FromSlash("src/arkor/index.ts") + " changed\n"},
		{"entry given", "", []string{"src/arkor/index.ts"}, built + ran, 0, ""},
		{"entry given by its whole path", "", []string{filepath.Join(dir, "src", "arkor", "index.ts")}, built + ran, 0, ""},
		{"back to the default entry", "", nil, ran, 0, ""},
		{"broken source that is not to be built", entry + "(\n", []string{"--no-build"}, ran, 0, ""},
		{"artifact placed by hand", "-- .arkor/build/index.mjs --\nexport const trainer = " + trainer() + ";\n", nil, ran, 0, ""},
	}
	for _, step := range steps {
		projecttest.Write(t, dir, step.change)
		got := run(t, dir, nil, append([]string{"start"}, step.args...)...)
		expect(t, got, step.stdout, step.status)
		if got.stderr != step.stderr {
			t.Errorf("%s: stderr:\n%swant:\n%s", step.name, got.stderr, step.stderr)
		}
	}
}

// Another entry is built for its run alone: the artifact stays the project's.
func TestStartOfAnotherEntry(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, `
-- src/arkor/index.ts --
console.log("usual");
export const trainer = `+trainer()+`;
-- other.ts --
console.log("other");
export const trainer = `+trainer(`async start() { throw new Error("boom"); }`)+`;
`)
	expect(t, run(t, dir, nil, "start"), built+"usual\n"+ran, 0)
	got := run(t, dir, nil, "start", "other.ts")
	expect(t, got, "Built other.ts → "+onlyRun(t, dir)+"\nother\n", 1)
	contains(t, "stderr", got.stderr, "Error: boom", "other.ts:")
	got = run(t, dir, nil, "start")
	expect(t, got, "usual\n"+ran, 0)
	if got.stderr != "" {
		t.Errorf("stderr %q", got.stderr)
	}

	// What is built without a run is the project's from then on.
	artifact := filepath.FromSlash(bundle.Artifact)
	expect(t, run(t, dir, nil, "build", "other.ts"), "Built other.ts → "+artifact+"\n", 0)
	expect(t, run(t, dir, nil, "start"), "other\n", 1)
}

// onlyRun returns the one bundle of a project that was made for a run.
func onlyRun(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, ".arkor", "build"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "run-") {
			names = append(names, entry.Name())
		}
	}
	if len(names) != 1 {
		t.Fatalf("bundles of runs: %v", names)
	}
	return filepath.Join(filepath.FromSlash(bundle.Folder), names[0])
}

func TestBrokenBuildRunsNothing(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `export const trainer = `+trainer()+`;`)
	expect(t, run(t, dir, nil, "start"), built+ran, 0)
	projecttest.Write(t, dir, "-- src/arkor/index.ts --\nexport const x: = 1;\n")
	got := run(t, dir, nil, "start")
	expect(t, got, "", 1)
	contains(t, "stderr", got.stderr, "index.ts:1:16:", "Build failed with 1 error\n")
}

// Where the build folder cannot take the runner, it is passed inline.
func TestRunnerInline(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `console.log(process.argv.length); export const trainer = `+trainer(`async start() { throw new Error("boom"); }`)+`;`)
	expect(t, run(t, dir, nil, "start"), built+"2\n", 1)
	runners, _ := filepath.Glob(filepath.Join(dir, ".arkor", "build", "runner-*.mjs"))
	if len(runners) != 1 {
		t.Fatalf("runners: %v", runners)
	}
	if err := os.Remove(runners[0]); err != nil {
		t.Fatal(err)
	}
	projecttest.Write(t, runners[0], "-- in the way --\n")
	got := run(t, dir, nil, "start")
	expect(t, got, "2\n", 1)
	contains(t, "stderr", got.stderr, "Error: boom", "index.ts:")
	lacks(t, "stderr", got.stderr, "eval")
}
