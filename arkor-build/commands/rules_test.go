package commands

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

// Import, discovery, start, wait, and never cancel (S9); each line is there as
// soon as it is true (S8), between what the user's code prints.
func TestSequence(t *testing.T) {
	t.Parallel()
	got := start(t, `
console.log("import");
export const trainer = `+trainer(
		`async start() { console.log("start()"); return { jobId: "j1" }; }`,
		`async wait() { console.log("wait()"); return { job: { id: "j1", status: "completed" } }; }`,
		`async cancel() { console.log("cancel()"); }`)+`;`)
	expect(t, got, built+"import\nstart()\nStarted job j1\nwait()\nJob j1 finished with status=completed\n", 0)
}

// S4: an old artifact stays when the entry is not there, and nothing is run.
func TestMissingEntryKeepsTheArtifact(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `export const trainer = `+trainer()+`;`)
	expect(t, run(t, dir, nil, "start"), built+ran, 0)
	expect(t, run(t, dir, nil, "start", "nope.ts"), "", 1)
	expect(t, run(t, dir, nil, "start"), ran, 0)
}

// S13: until start() nothing is asked of the network, of a home or of a login.
func TestNothingIsNeededBeforeStart(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `export const trainer = `+trainer()+`;`)
	got := run(t, dir, []string{"HOME=/no-home", "HTTPS_PROXY=http://127.0.0.1:1", "ARKOR_CLOUD_API_URL=http://127.0.0.1:1"}, "start")
	expect(t, got, built+ran, 0)
	if got.stderr != "" {
		t.Errorf("stderr: %s", got.stderr)
	}
}

func TestExitWhileLoading(t *testing.T) {
	t.Parallel()
	got := start(t, `console.log("loading"); process.exit(7);`)
	expect(t, got, built+"loading\n", 7)
	if got.stderr != "" {
		t.Errorf("stderr: %s", got.stderr)
	}
}

// The project's own copy of the package makes the trainer and its errors, which
// are told by their names (rules 13 and 14, S11).
func TestInstalledPackage(t *testing.T) {
	t.Parallel()
	const stub = `
-- node_modules/arkor/package.json --
{"name": "arkor", "version": "9.9.9", "type": "module", "exports": "./index.js"}
-- node_modules/arkor/index.js --
export class ProjectStateMismatchError extends Error { name = "ProjectStateMismatchError"; }
export function createTrainer({ name }) {
  return {
    name,
    async start() { if (name === "stale") throw new ProjectStateMismatchError("the state is stale"); return { jobId: name }; },
    async wait() { return { job: { id: name, status: "completed" } }; },
    async cancel() {},
  };
}
`
	const entry = "-- app/src/arkor/index.ts --\nimport { createTrainer } from \"arkor\";\nexport const trainer = createTrainer({ name: process.env.NAME });\n"
	for _, where := range []string{"app/", ""} { // in the project, and above it
		root := projecttest.New(t, entry+strings.ReplaceAll(stub, "-- node_modules", "-- "+where+"node_modules"))
		dir := filepath.Join(root, "app")
		got := run(t, dir, []string{"NAME=stub"}, "start")
		expect(t, got, built+"Started job stub\nJob stub finished with status=completed\n", 0)
		got = run(t, dir, []string{"NAME=stale"}, "start")
		expect(t, got, "", 1)
		if want := "arkor start: the state is stale\n"; got.stderr != want {
			t.Errorf("stderr: %s", got.stderr)
		}
		// Rule 26: it was there when the artifact was built.
		if err := os.RemoveAll(filepath.Join(root, where, "node_modules")); err != nil {
			t.Fatal(err)
		}
		projecttest.Write(t, dir, "-- package.json --\n{\"devDependencies\": {\"arkor\": \"9.9.9\"}}\n-- yarn.lock --\n")
		got = run(t, dir, nil, "start", "--no-build")
		expect(t, got, "", 1)
		if want := "arkor start: the package arkor is not installed\nhint: run `yarn install` in the project\n"; got.stderr != want {
			t.Errorf("stderr: %s", got.stderr)
		}
	}
}

// Rule 3: the runner looks again, as what was found may choose another node.
func TestOldNodeIsNoticedByTheRunner(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip(err)
	}
	dir := entryProject(t, `console.log("loaded"); export const trainer = `+trainer()+`;`)
	projecttest.Write(t, dir, `-- old.cjs --
Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.19.0" } });
`)
	got := run(t, dir, []string{"NODE_OPTIONS=--require=" + filepath.Join(dir, "old.cjs")}, "start")
	expect(t, got, built, 1)
	if real, err := filepath.EvalSymlinks(node); err == nil {
		node = real
	}
	want := "arkor start: node 18.19.0 at " + node + " is too old\nhint: install node 20 or newer, or name another runtime in ARKOR_JS_RUNTIME\n"
	if got.stderr != want {
		t.Errorf("stderr:\n%swant:\n%s", got.stderr, want)
	}
}

// Rule 7: the runner stands on the runtime alone.
func TestRunnerImportsNothingButTheRuntime(t *testing.T) {
	t.Parallel()
	code, err := os.ReadFile(filepath.Join("..", "runner", "runner.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(code), "\n") {
		if strings.HasPrefix(line, "import ") && !strings.Contains(line, `from "node:`) {
			t.Errorf("it imports something else: %s", line)
		}
	}
}
