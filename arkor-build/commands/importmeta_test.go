package commands

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

// import.meta describes the source: data beside it is found wherever the bundle
// lies, and after the project was moved.
func TestImportMetaOfTheSource(t *testing.T) {
	t.Parallel()
	const archive = `
-- src/arkor/index.ts --
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { part } from "./a#b 50%25/ü";
const { url, dirname } = import.meta;
console.log(fileURLToPath(url) + "|" + dirname + "|" + import.meta.filename);
console.log(readFileSync(new URL("./data.txt", import.meta.url), "utf8").trim(), createRequire(import.meta.url)("./data.json"));
console.log(fileURLToPath(import.meta.resolve("./data.txt")) + "|" + import.meta.resolve("node:fs") + "|" + import.meta.nothing);
console.log(part());
export const trainer = `
	const rest = `;
-- src/arkor/data.txt --
DATA
-- src/arkor/data.json --
["JSON"]
-- src/arkor/a#b 50%25/ü.ts --
export const part = () => fileURLToPath(import.meta.url); import { fileURLToPath } from "node:url";
`
	says := func(dir string) string {
		source := filepath.Join(dir, "src", "arkor")
		return strings.Join([]string{
			filepath.Join(source, "index.ts") + "|" + source + "|" + filepath.Join(source, "index.ts"),
			"DATA [ 'JSON' ]",
			filepath.Join(source, "data.txt") + "|node:fs|undefined",
			filepath.Join(source, "a#b 50%25", "ü.ts"),
		}, "\n") + "\n"
	}
	dir := projecttest.New(t, archive+trainer()+rest)
	expect(t, run(t, dir, nil, "start"), built+says(dir)+ran, 0)

	got := run(t, dir, nil, "start", filepath.Join("src", "arkor", "a#b 50%25", "..", "index.ts"))
	expect(t, got, built+says(dir)+ran, 0)

	// A bundle that is evaluated lies in another file, and prints to stderr.
	got = run(t, dir, nil, "manifest", "--json")
	if got.status != 0 || !strings.HasSuffix(got.stdout, `"trainer":{"name":"demo"}}`+"\n") || got.stderr != says(dir) {
		t.Errorf("%+v", got)
	}

	moved := filepath.Join(filepath.Dir(dir), "moved #1")
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	expect(t, run(t, moved, nil, "start", "--no-build"), says(moved)+ran, 0)
	if got := run(t, moved, nil, "start"); got.stdout != says(moved)+ran {
		t.Errorf("built again: %+v", got)
	}
}

// The lines and columns of a module that says import.meta are its own.
func TestStackOfAModuleWithImportMeta(t *testing.T) {
	t.Parallel()
	got := start(t, `const url: string = import.meta.url; throw new Error(url.slice(0, 4));
export {};`)
	expect(t, got, built, 1)
	contains(t, "stderr", got.stderr, "Error: file\n", filepath.FromSlash("src/arkor/index.ts:1:44"))
}

// The packages of a workspace are bundled, and find their own data.
func TestWorkspacePackageRuns(t *testing.T) {
	t.Parallel()
	top := projecttest.New(t, `
-- packages/lib/package.json --
{"name": "@me/lib", "type": "module", "exports": "./src/index.ts"}
-- packages/lib/src/index.ts --
import { readFileSync } from "node:fs";
export const lib: string = readFileSync(new URL("../data.txt", import.meta.url), "utf8").trim();
-- packages/lib/data.txt --
DATA
-- app/src/arkor/index.ts --
import { lib } from "@me/lib";
console.log(lib);
export const trainer = `+trainer()+`;
-- app/node_modules/@me/keep --
`)
	if err := os.Symlink(filepath.FromSlash("../../../packages/lib"), filepath.Join(top, "app", "node_modules", "@me", "lib")); err != nil {
		t.Skip(err)
	}
	expect(t, run(t, filepath.Join(top, "app"), nil, "start"), built+"DATA\n"+ran, 0)
}
