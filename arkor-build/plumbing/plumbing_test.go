package plumbing

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-build/buildcmd"
	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
	"github.com/arkorlab/arkor-go/arkor-build/runner"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type result struct {
	stdout, stderr string
	status         int
}

// run runs a command in this process, with node as the only thing on PATH.
// Without node the test is skipped.
func run(t *testing.T, dir string, newCommand func(cli.Env) *ff.Command, args ...string) result {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: modules cannot be evaluated")
	}
	return runWith(t, dir, "ARKOR_JS_RUNTIME="+node, newCommand, args...)
}

func runWith(t *testing.T, dir, environ string, newCommand func(cli.Env) *ff.Command, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	env := cli.Env{
		Args: args, Dir: dir, Program: filepath.Join(dir, "arkor-build"), Environ: []string{environ},
		Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
	}
	status := cli.Run(context.Background(), env, newCommand)
	return result{stdout.String(), stderr.String(), status}
}

func manifest(env cli.Env) *ff.Command { return NewManifest(env, runner.Limit) }

func TestConfig(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, files, stdout string
		stderr              string // what it begins with
	}{
		{"no file", "", `{"backend":null}`, ""},
		{"empty settings", "-- arkor.config.ts --\nexport default {};", `{"backend":null}`, ""},
		{"local", "-- arkor.config.ts --\nexport default { backend: \"local\" } satisfies object;", `{"backend":"local"}`, ""},
		{"address, computed", "-- arkor.config.mts --\nimport { host } from \"./host\";\nexport default { backend: `https://${host}/` };\n-- host.ts --\nexport const host: string = \"gpu.example\";", `{"backend":"https://gpu.example/"}`, ""},
		{"first of several", "-- arkor.config.js --\nexport default { backend: \"local\" };\n-- arkor.config.ts --\nexport default { backend: \"cloud\" };", `{"backend":"cloud"}`, ""},
		{"output of the file itself", "-- arkor.config.mjs --\nconsole.log(\"noise\");\nexport default { backend: \"cloud\" };", `{"backend":"cloud"}`, "noise\n"},
		{"no default export", "-- arkor.config.ts --\nexport const backend = \"local\";", "", "arkor-build config: arkor.config.ts: there is no default export\nhint: write: export default { backend: \"local\" };\n"},
		{"function", "-- arkor.config.ts --\nexport default () => ({});", "", "arkor-build config: arkor.config.ts: the default export must be an object of settings, not of type function\n"},
		{"misspelt", "-- arkor.config.ts --\nexport default { backnd: \"local\" };", "", "arkor-build config: arkor.config.ts: \"backnd\" is not a setting; the only one is backend\n"},
		{"not a backend", "-- arkor.config.ts --\nexport default { backend: \"gpu.example\" };", "", "arkor-build config: arkor.config.ts: backend must be \"local\", \"cloud\" or the address of a backend (https://...), not \"gpu.example\"\n"},
		{"not a string", "-- arkor.config.ts --\nexport default { backend: 5 };", "", "arkor-build config: arkor.config.ts: backend must be \"local\", \"cloud\" or the address of a backend (https://...), not 5\n"},
		{"syntax error", "-- arkor.config.ts --\nexport default {", "", "✘ [ERROR] "},
		{"exception", "-- arkor.config.ts --\nthrow new Error(\"no\");", "", "arkor-build config: Error: no\n    at "},
		{"end of the process", "-- arkor.config.ts --\nprocess.exit(0);", "", "arkor-build config: the module ended the process while it was being loaded\n"},
		{"end of the process with a status", "-- arkor.config.ts --\nprocess.exit(7);", "", "arkor-build config: the module ended the process while it was being loaded: exit status 7\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := projecttest.New(t, test.files+"\n")
			got := run(t, dir, NewConfig, "--json")
			if strings.TrimSpace(got.stdout) != test.stdout || !strings.HasPrefix(got.stderr, test.stderr) {
				t.Errorf("status %d\nstdout: %s\nstderr: %s", got.status, got.stdout, got.stderr)
			}
			if want := 0; test.stdout == "" && got.status != 1 || test.stdout != "" && got.status != want {
				t.Errorf("exit status %d", got.status)
			}
		})
	}
}

func TestConfigForPeople(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, "-- arkor.config.ts --\nexport default { backend: \"local\" };\n")
	if got := run(t, dir, NewConfig); got.stdout != "backend: local\n" {
		t.Errorf("stdout: %q", got.stdout)
	}
}

const noRuntime = "PATH="

// Answers are kept, so that asking again needs no runtime at all.
func TestConfigIsKept(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, "-- arkor.config.ts --\nexport default { backend: \"local\" };\n")
	run(t, dir, NewConfig, "--json")
	if got := runWith(t, dir, noRuntime, NewConfig, "--json"); got.stdout != "{\"backend\":\"local\"}\n" {
		t.Errorf("stdout: %q stderr: %q", got.stdout, got.stderr)
	}
	projecttest.Write(t, dir, "-- arkor.config.ts --\nexport default { backend: \"cloud\" };\n")
	if got := runWith(t, dir, noRuntime, NewConfig, "--json"); got.status != 1 {
		t.Errorf("a changed file was not evaluated: %q", got.stdout)
	}
}

// A file that reads its surroundings may answer differently next time.
func TestConfigThatLooksOutsideIsNotKept(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file string }{
		{"environment", "export default { backend: process.env.WHERE ?? \"local\" };"},
		{"import", "import { readFileSync } from \"node:fs\";\nexport default { backend: readFileSync(\"where\", \"utf8\").trim() };"},
		{"clock", "export default { backend: Date.now() > 0 ? \"local\" : \"cloud\" };"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := projecttest.New(t, "-- where --\nlocal\n-- arkor.config.ts --\n"+test.file+"\n")
			if got := run(t, dir, NewConfig, "--json"); got.stdout != "{\"backend\":\"local\"}\n" {
				t.Fatalf("stdout: %q stderr: %q", got.stdout, got.stderr)
			}
			if got := runWith(t, dir, noRuntime, NewConfig, "--json"); got.status != 1 {
				t.Errorf("answered without looking: %q", got.stdout)
			}
		})
	}
}

func TestManifest(t *testing.T) {
	t.Parallel()
	const trainer = `{ name: "triage", start() { throw 1; }, wait() {}, cancel() {} }`
	const inSources = `{"entry":"src/arkor/index.ts","entries":["src/arkor/index.ts"],"builtAt":"NOW","artifactHash":"HASH","inputs":["src/arkor/index.ts"],"trainer":`
	tests := []struct{ name, files, stdout, stderr string }{
		{"trainer", "-- src/arkor/index.ts --\nconsole.log(\"noise\"); export const trainer = " + trainer + ";", inSources + `{"name":"triage"}}`, "noise\n"},
		{"something that keeps the process alive", "-- src/arkor/index.ts --\nsetInterval(() => {}, 1000); export const arkor = { _kind: \"arkor\", trainer: " + trainer + " };", inSources + `{"name":"triage"}}`, ""},
		{"none", "-- src/arkor/index.ts --\nexport const arkor = { _kind: \"arkor\" };", inSources + `null}`, ""},
		{"shipped without sources", "-- .arkor/build/index.mjs --\nexport const trainer = " + trainer + ";", `{"entry":"","entries":[],"builtAt":"NOW","artifactHash":"HASH","inputs":[],"trainer":{"name":"triage"}}`, ""},
		{"no entry", "", "", "arkor-build manifest: Build entry not found: "},
		{"exception", "-- src/arkor/index.ts --\nfunction f(): never { throw new Error(\"no\"); }\nf();", "", "arkor-build manifest: Error: no\n    at f (DIR/src/arkor/index.ts:1:29)\n"},
		{"await that nothing settles", "-- src/arkor/index.ts --\nawait new Promise(() => {});", "", "arkor-build manifest: loading the module never finished: it awaits a promise that nothing can settle any more\n"},
		{"end of the process", "-- src/arkor/index.ts --\nconsole.log(\"loading\");\nprocess.exit(7);", "", "loading\narkor-build manifest: the module ended the process while it was being loaded: exit status 7\n"},
		{"death of the process", "-- src/arkor/index.ts --\nprocess.kill(process.pid, \"SIGKILL\");\nawait new Promise(() => { setInterval(() => {}, 1 << 30); });", "", "arkor-build manifest: the module ended the process while it was being loaded: signal: killed\n"},
		{"missing package", "-- src/arkor/index.ts --\nimport \"zod\";", "", "arkor-build manifest: the package zod is not installed\nhint: run `npm install zod` in the project\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := projecttest.New(t, test.files+"\n")
			got := run(t, dir, manifest, "--json")
			stdout := regexp.MustCompile(`[0-9a-f]{64}`).ReplaceAllString(timeless(strings.TrimSpace(got.stdout)), "HASH")
			if strings.Contains(stdout, "diagnostics") {
				stdout = "" // TestDiagnostics looks at them
			}
			if stdout != test.stdout || !strings.HasPrefix(got.stderr, strings.ReplaceAll(test.stderr, "DIR", dir)) {
				t.Errorf("status %d\nstdout: %s\nstderr: %s", got.status, got.stdout, got.stderr)
			}
		})
	}
}

// timeless leaves out when something was built.
func timeless(text string) string {
	return regexp.MustCompile(`[0-9-]{10}T[0-9:.]{12}Z`).ReplaceAllString(text, "NOW")
}

func TestManifestIsKept(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, "-- src/arkor/index.ts --\nexport const trainer = { name: \"n\", start() {}, wait() {}, cancel() {} };\n")
	run(t, dir, manifest, "--json")
	if got := runWith(t, dir, noRuntime, manifest); got.stdout != "trainer: n\n" {
		t.Errorf("stdout: %q stderr: %q", got.stdout, got.stderr)
	}
}

// M10: the trainer says what its run would be, and the hash is that of the
// artifact that a build writes.
func TestManifestDescribes(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, `
-- src/arkor/index.ts --
// Callbacks run in this process.
import { createArkor, createTrainer, defineDataset, defineEval } from "arkor";
const dataset = defineDataset({ type: "file", path: "data/train.jsonl", evalPath: "data/held.jsonl" });
const trainer = createTrainer({
  name: "triage", model: "m", dataset, lora: { r: 8, alpha: 16 }, maxSteps: 5,
  callbacks: { onLog() {}, onCheckpoint: undefined },
});
export const arkor = createArkor({ trainer, eval: defineEval({ name: "right", dataset, score: () => 1 }) });
`)
	got := run(t, dir, manifest, "--json")
	if build := run(t, dir, buildcmd.New); build.status != 0 {
		t.Fatal(build.stderr)
	}
	artifact, err := os.ReadFile(bundle.ArtifactPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"entry":"src/arkor/index.ts","entries":["src/arkor/index.ts"],"builtAt":"NOW","artifactHash":"` + bundle.Hash(artifact) + `","inputs":["src/arkor/index.ts"],"trainer":{"name":"triage","model":"m",` +
		`"dataset":"data/train.jsonl","evalDataset":"data/held.jsonl","files":["data/train.jsonl","data/held.jsonl"],` +
		`"config":{"model":"m","loraR":8,"loraAlpha":16,"maxSteps":5},"maxSteps":5,"numTrainEpochs":null,"dryRun":false,` +
		`"callbacks":["onLog"],"evals":["right"]}}` + "\n"
	if timeless(got.stdout) != want {
		t.Errorf("stdout: %s\nwant: %s\nstderr: %s", got.stdout, want, got.stderr)
	}
	// The package's own look at its surroundings is no reason to ask again.
	if again := runWith(t, dir, noRuntime, manifest, "--json"); timeless(again.stdout) != want {
		t.Errorf("it was not kept: %+v", again)
	}
}

// A trainer that follows its surroundings is looked at each time.
func TestManifestThatMayChangeIsNotKept(t *testing.T) {
	t.Parallel()
	const methods = "start() {}, wait() {}, cancel() {}"
	for name, file := range map[string]string{
		"environment": "export const trainer = { name: process.env.NAME ?? \"n\", " + methods + " };",
		"import":      "import { hostname } from \"node:os\"; export const trainer = { name: hostname(), " + methods + " };",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := projecttest.New(t, "-- src/arkor/index.ts --\n"+file+"\n")
			if got := run(t, dir, manifest); got.status != 0 {
				t.Fatal(got.stderr)
			}
			if got := runWith(t, dir, noRuntime, manifest); got.status != 1 {
				t.Errorf("answered without looking: %q", got.stdout)
			}
		})
	}
}

// What failed once may succeed next time without a change of the sources.
func TestManifestFailureIsNotKept(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, "-- src/arkor/index.ts --\nimport { existsSync } from \"node:fs\";\nif (!existsSync(\"flag\")) throw new Error(\"no flag\");\n")
	if got := run(t, dir, manifest); got.status != 1 {
		t.Fatalf("stdout: %q", got.stdout)
	}
	projecttest.Write(t, dir, "-- flag --\n")
	if got := run(t, dir, manifest); got.stdout != "trainer: none\n" {
		t.Errorf("stdout: %q stderr: %q", got.stdout, got.stderr)
	}
}

func TestHangingImportIsEnded(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, "-- src/arkor/index.ts --\nfor (;;);\n")
	got := run(t, dir, func(env cli.Env) *ff.Command { return NewManifest(env, 300*time.Millisecond) }, "--json")
	want := "arkor-build manifest: loading the project took longer than 300ms\nhint: is there work at the top level of a module? it belongs into a callback\n"
	if got.stdout != "" || got.stderr != want || got.status != 1 {
		t.Errorf("%+v", got)
	}
}
