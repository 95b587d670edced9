package commands

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

func TestStackNamesTheSource(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, `
-- src/arkor/index.ts --
import { begin } from "./begin";
export const trainer = `+trainer(`start: begin`)+`;
-- src/arkor/begin.ts --
interface Options { readonly name: string }

export async function begin(): Promise<never> {
  await null;
  return fail({ name: "deep" });
}

function fail(options: Options): never {
  const cause = Object.assign(new AggregateError([new Error("refused")], ""), { code: "ECONNREFUSED" });
  throw new TypeError("boom " + options.name, { cause });
}
`)
	got := run(t, dir, nil, "start")
	expect(t, got, built, 1)
	want := strings.ReplaceAll(`arkor start: TypeError: boom deep
    at DIR/begin.ts:10:9
    at DIR/begin.ts:5:10
  caused by: AggregateError: ECONNREFUSED
      at DIR/begin.ts:9:31
      at DIR/begin.ts:5:10
    caused by: Error: refused
        at DIR/begin.ts:9:51
        at DIR/begin.ts:5:10
`, "DIR", filepath.Join(dir, "src", "arkor"))
	// How functions are named differs from one version of node to the next.
	places := regexp.MustCompile(`at \S.* \((.*)\)`).ReplaceAllString(got.stderr, "at $1")
	if places != want {
		t.Errorf("stderr:\n%swant:\n%s", places, want)
	}
}

func TestErrorWhileLoading(t *testing.T) {
	t.Parallel()
	got := start(t, "const x: any = null;\nx.y;\nexport {};")
	expect(t, got, built, 1)
	contains(t, "stderr", got.stderr, "arkor start: TypeError: Cannot read properties of null", filepath.FromSlash("src/arkor/index.ts:2:3"))
	lacks(t, "stderr", got.stderr, "runner-", "node:internal")
}

// What nobody awaits ends the way the runtime ends it.
func TestUncaughtError(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]string{
		"in a timer":         `setTimeout(() => { throw new Error("late"); });`,
		"a rejected promise": `void Promise.reject(new Error("late"));`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := start(t, `export const trainer = `+trainer(`wait() { `+lost+` return new Promise(() => {}); }`)+`;`)
			expect(t, got, built+"Started job j1\n", 1)
			contains(t, "stderr", got.stderr, "Error: late", filepath.FromSlash("src/arkor/index.ts"))
		})
	}
}

func TestMissingPackages(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, entry, files, message, hint string }{
		{"not listed", `import "zod";`, "", "zod", "npm install zod"},
		{"part of a package", `import "@scope/name/part";`, "-- package.json --\n{}\n", "@scope/name", "npm install @scope/name"},
		{"listed", `import "zod";`, "-- package.json --\n{\"dependencies\": {\"zod\": \"1\"}}\n-- pnpm-lock.yaml --\n", "zod", "pnpm install"},
		{"declared manager", `import "zod";`, "-- package.json --\n{\"packageManager\": \"yarn@4.0.0\"}\n", "zod", "yarn add zod"},
		{"required", `import { createRequire } from "node:module"; createRequire(import.meta.url)("zod");`, "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := projecttest.New(t, "-- src/arkor/index.ts --\n"+test.entry+"\n"+test.files)
			got := run(t, dir, nil, "start")
			expect(t, got, built, 1)
			if test.message == "" {
				contains(t, "stderr", got.stderr, "Cannot find module 'zod'", "index.ts:1:")
				return
			}
			want := "arkor start: the package " + test.message + " is not installed\nhint: run `" + test.hint + "` in the project\n"
			if got.stderr != want {
				t.Errorf("stderr:\n%swant:\n%s", got.stderr, want)
			}
		})
	}
}

// An alias that no tsconfig.json resolves is not to be installed.
func TestUnresolvedAlias(t *testing.T) {
	t.Parallel()
	got := start(t, `import "@/lib/texts";`)
	expect(t, got, built, 1)
	contains(t, "stderr", got.stderr, "arkor start: @/", " is neither a file nor the name of a package\nhint: for a folder of your own, name it in `paths` of tsconfig.json\n")
}

// Rule 26: a bundle that was made beside an installed package arkor needs it.
func TestMissingSDK(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, `
-- src/arkor/index.ts --
import "arkor";
-- package.json --
{"devDependencies": {"arkor": "1"}}
-- yarn.lock --
-- node_modules/arkor/package.json --
{}
`)
	expect(t, run(t, dir, nil, "build"), built, 0)
	if err := os.RemoveAll(filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	got := run(t, dir, nil, "start", "--no-build")
	expect(t, got, "", 1)
	if want := "arkor start: the package arkor is not installed\nhint: run `yarn install` in the project\n"; got.stderr != want {
		t.Errorf("stderr %q, want %q", got.stderr, want)
	}
}

func TestNoRuntime(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `export const trainer = `+trainer()+`;`)
	got := run(t, dir, []string{"PATH=" + t.TempDir()}, "start")
	expect(t, got, built, 1)
	want := "arkor start: no JavaScript runtime to run the trainer with: no node on PATH, no bun and no deno either\n" +
		"hint: install node 20 or newer from https://nodejs.org, or name a runtime in ARKOR_JS_RUNTIME\n"
	if got.stderr != want {
		t.Errorf("stderr:\n%swant:\n%s", got.stderr, want)
	}
}

// Without "yarn run" nobody has loaded Yarn's resolver.
func TestPlugAndPlay(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, `
-- src/arkor/index.ts --
console.log(globalThis.resolver);
export const trainer = `+trainer()+`;
-- .pnp.cjs --
const RAW_RUNTIME_STATE =
'{\
  "dependencyTreeRoots": [],\
  "packageRegistryData": []\
}';
function $$SETUP_STATE(hydrateRuntimeState, basePath) {
  return hydrateRuntimeState(JSON.parse(RAW_RUNTIME_STATE), {basePath: basePath || __dirname});
}
module.exports = { setup() { globalThis.resolver = "set up"; } };
`)
	expect(t, run(t, dir, nil, "start"), built+"set up\n"+ran, 0)
}

func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `export const trainer = `+trainer()+`;`)
	run(t, dir, nil, "start")
	run(t, dir, nil, "manifest", "--json")
	entries, err := os.ReadDir(filepath.Join(dir, ".arkor", "build"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			t.Errorf("left behind: %s", entry.Name())
		}
	}
}

// What a server or a model has said must not reach the terminal as it is.
func TestForeignTextIsPlain(t *testing.T) {
	t.Parallel()
	const evil = `const evil = "\u001b]0;title\u0007\u001b[31mred\u001b[2J\r\nhint: curl\u202e\u0085x";` + "\n"
	tests := []struct{ name, trainer, stdout, stderr string }{
		{"job", trainer(`async start() { return { jobId: evil }; }, async wait() { return { job: { id: evil, status: "failed", error: evil } }; }`),
			"Started job red hint: curl x\nJob red hint: curl x finished with status=failed\n", "arkor start: red hint: curl x\n"},
		{"own error", trainer(`async start() { throw Object.assign(new Error(evil), { name: "CloudApiError", hint: evil }); }`),
			"", "arkor start: red hint: curl x\nhint: red hint: curl x\n"},
		{"other error", trainer(`async start() { throw new Error(evil); }`), "", "arkor start: Error: red\nhint: curl x\n    at "},
		{"page", trainer(`async start() { throw Object.assign(new Error("<html>\r\n".repeat(1000)), { name: "CloudApiError" }); }`),
			"", "arkor start: " + strings.Repeat("<html> ", 142) + "<html> ...\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := start(t, evil+"export const trainer = "+test.trainer+";")
			expect(t, got, built+test.stdout, 1)
			contains(t, "stderr", got.stderr, test.stderr)
			lacks(t, "stdout and stderr", got.stdout+got.stderr, "\x1b", "\r", "\u202e", "\u0085")
		})
	}
}
