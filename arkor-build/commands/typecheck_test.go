package commands

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

// fakeCompiler stands in for tsc: it says how it was called, and finds an error
// in every project that has a file called wrong.
const fakeCompiler = `console.log("tsc", process.argv.slice(2).join(" "), "in", process.cwd());
if (require("node:fs").existsSync("wrong")) { console.log("src/arkor/index.ts(1,1): error TS1: no such"); process.exitCode = 2; }
`

func TestTypecheck(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, files string }{
		{"in node_modules", "-- node_modules/typescript/bin/tsc --\n" + fakeCompiler},
		{"in node_modules of a folder above", "-- ../node_modules/typescript/bin/tsc --\n" + fakeCompiler},
		{"under Yarn without node_modules", `
-- tools/package.json --
{"bin": {"tsc": "./bin/tsc"}}
-- tools/bin/tsc --
` + fakeCompiler + `
-- .pnp.cjs --
const module_ = require("module"), path = require("path"), resolve = module_._resolveFilename;
module_._resolveFilename = (name, ...rest) => name === "typescript/package.json" ? path.join(__dirname, "tools/package.json") : resolve(name, ...rest);
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(projecttest.New(t, ""), "app")
			projecttest.Write(t, dir, test.files+"\n-- tsconfig.json --\n{}\n-- src/arkor/index.ts --\nexport const x: string = 1;\n")
			said := "tsc --noEmit in " + dir + "\n"
			got := run(t, filepath.Join(dir, "src"), nil, "build", "--typecheck")
			expect(t, got, built, 0)
			if want := "arkor build: the project is in ..\n" + said; got.stderr != want {
				t.Errorf("stderr %q, want %q", got.stderr, want)
			}
			artifact := filepath.Join(dir, ".arkor", "build", "index.mjs")
			if err := os.Remove(artifact); err != nil {
				t.Fatal(err)
			}
			projecttest.Write(t, dir, "-- wrong --\n")
			got = run(t, dir, nil, "build", "--typecheck")
			expect(t, got, "", 1)
			if want := said + "src/arkor/index.ts(1,1): error TS1: no such\narkor build: the types do not check\n"; got.stderr != want {
				t.Errorf("stderr %q, want %q", got.stderr, want)
			}
			if _, err := os.Stat(artifact); err == nil {
				t.Error("an artifact was written")
			}
			got = run(t, dir, nil, "build", "--typecheck", "--json")
			expect(t, got, `{"errors":[{"text":"TS1: no such","file":"src/arkor/index.ts","line":1,"column":0}],"warnings":[]}`+"\n", 1)
		})
	}
}

func TestTypecheckRefusals(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, "-- src/arkor/index.ts --\nexport {};\n-- src/broken.ts --\nconst x: = 1;\n")
	refused := func(stderr string, set []string, args ...string) {
		t.Helper()
		got := run(t, dir, set, append([]string{"build", "--typecheck"}, args...)...)
		expect(t, got, "", 1)
		if got.stderr != stderr {
			t.Errorf("stderr %q, want %q", got.stderr, stderr)
		}
	}
	refused("arkor build: --watch does not check types\nhint: run `tsc --noEmit --watch` beside it\n", nil, "--watch")
	refused("arkor build: --typecheck needs a tsconfig.json, and there is none\nhint: `npx tsc --init` writes one\n", nil)
	projecttest.Write(t, dir, "-- tsconfig.json --\n{}\n")
	refused("arkor build: --typecheck needs the package typescript, which is not installed here\n"+
		"hint: install it as a development dependency, as with `npm install -D typescript`\n", nil)
	projecttest.Write(t, dir, "-- node_modules/typescript/bin/tsc --\n"+fakeCompiler)
	projecttest.Write(t, dir, "-- .pnp.cjs --\n")
	if err := os.Rename(filepath.Join(dir, "node_modules"), filepath.Join(dir, "away")); err != nil {
		t.Fatal(err)
	}
	refused("arkor build: --typecheck needs the package typescript, which is not installed here\n"+
		"hint: install it as a development dependency, as with `npm install -D typescript`\n", nil)
	got := run(t, dir, nil, "build", "--typecheck", "src/broken.ts") // the compiler is not asked about it
	expect(t, got, "", 1)
	lacks(t, "stderr", got.stderr, "tsc")
	refused("arkor build: no JavaScript runtime to run the trainer with: no node on PATH, no bun and no deno either\n"+
		"hint: install node 20 or newer from https://nodejs.org, or name a runtime in ARKOR_JS_RUNTIME\n", []string{"PATH="})
}
