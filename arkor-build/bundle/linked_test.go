package bundle

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

const workspace = `
-- packages/lib/package.json --
{"name": "@me/lib", "exports": {".": "./src/index.ts", "./deep": "./src/deep.ts", "./plain": "./plain.js",
  "./either": {"require": "./plain.js", "import": "./src/deep.ts"}}}
-- packages/lib/tsconfig.json --
{"compilerOptions": {"experimentalDecorators": true}}
-- packages/lib/plain.js --
export const plain = "PLAIN";
-- packages/lib/src/index.ts --
import { z } from "zod";
import { deep } from "@me/lib/deep";
function decorate(target: object, key: string) { console.log("DECORATED", key); }
class A { @decorate name?: string }
export const lib: unknown = [z, deep, new A()];
-- packages/lib/src/deep.ts --
export const deep: string = "DEEP";
-- packages/compiled/package.json --
{"name": "compiled", "main": "dist.js", "types": "dist.ts"}
-- packages/compiled/dist.js --
exports.compiled = "COMPILED";
-- node_modules/zod/package.json --
{"name": "zod", "main": "index.ts"}
-- node_modules/zod/index.ts --
export const z: string = "ZOD";
-- node_modules/.pnpm/stored@1/node_modules/stored/package.json --
{"name": "stored", "main": "index.ts"}
-- node_modules/.pnpm/stored@1/node_modules/stored/index.ts --
export const stored: string = "STORED";
`

// links makes the links that npm, pnpm and yarn make for workspaces.
func links(t *testing.T, top string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(top, "node_modules", "@me"), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"@me/lib": "../../packages/lib", "compiled": "../packages/compiled", "stored": ".pnpm/stored@1/node_modules/stored",
	} {
		if err := os.Symlink(filepath.FromSlash(target), filepath.Join(top, "node_modules", filepath.FromSlash(name))); err != nil {
			t.Skip(err)
		}
	}
}

// B14 and better: the user's own TypeScript packages are compiled, all others
// stay imports.
func TestWorkspacePackages(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, code, contains, lacks string }{
		{"TypeScript", `import { lib } from "@me/lib"; console.log(lib);`, "DEEP", "@me/lib\""},
		{"with the settings of its own tsconfig.json", `import { lib } from "@me/lib"; console.log(lib);`, "__decorateClass", "@decorate"},
		{"what it imports itself", `import { lib } from "@me/lib"; console.log(lib);`, `from "zod"`, "ZOD"},
		{"part of one", `import { deep } from "@me/lib/deep"; console.log(deep);`, "DEEP", "import "},
		{"imported later", `console.log(await import("@me/lib/deep"));`, "DEEP", `import("`},
		{"JavaScript part of one", `import { lib } from "@me/lib"; import { plain } from "@me/lib/plain"; console.log(plain, lib);`, `from "@me/lib/plain"`, "PLAIN"},
		{"TypeScript for imports alone", `import { deep } from "@me/lib/either"; console.log(deep);`, "DEEP", "import "},
		{"JavaScript for require", `console.log(require("@me/lib/either"));`, `require("@me/lib/either")`, "DEEP"},
		{"compiled", `import { compiled } from "compiled"; console.log(compiled);`, `from "compiled"`, "COMPILED"},
		{"installed TypeScript", `import { z } from "zod"; console.log(z);`, `from "zod"`, "ZOD"},
		{"in a package manager's store", `import { stored } from "stored"; console.log(stored);`, `from "stored"`, "STORED"},
		{"missing", `import { x } from "nowhere"; console.log(x);`, `from "nowhere"`, "arkor-import"},
	}
	top := projecttest.New(t, workspace)
	links(t, top)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			app := filepath.Join(top, filepath.Base(t.TempDir())+strings.ReplaceAll(test.name, " ", "-"))
			projecttest.Write(t, app, "-- src/arkor/index.ts --\n"+test.code+"\n")
			code := string(make1(t, app).Code)
			if !strings.Contains(code, test.contains) || strings.Contains(code, test.lacks) {
				t.Errorf("want %q and not %q:\n%s", test.contains, test.lacks, code)
			}
		})
	}
}

// A change in a package of the workspace makes the artifact stale.
func TestWorkspacePackageIsAnInput(t *testing.T) {
	t.Parallel()
	top := projecttest.New(t, workspace+"-- app/src/arkor/index.ts --\nimport { deep } from \"@me/lib/deep\";\nconsole.log(deep);\n")
	links(t, top)
	app := filepath.Join(top, "app")
	for _, file := range []string{"packages/lib/src/deep.ts", "packages/lib/package.json", "packages/lib/tsconfig.json"} {
		if _, err := make1(t, app).Write(); err != nil {
			t.Fatal(err)
		}
		if got := Inspect(app).Stale; got != "" {
			t.Fatalf("Stale = %q", got)
		}
		path := filepath.Join(top, filepath.FromSlash(file))
		data, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, append(data, '\n'), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, want := Inspect(app).Stale, filepath.FromSlash("../"+file)+" changed"; got != want {
			t.Errorf("Stale = %q, want %q", got, want)
		}
	}
}

// Yarn without node_modules has a table in the place of links.
func TestWorkspacePackageOfYarnsTable(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, strings.NewReplacer(
		`["arkor", "npm:1.5.0"]`, `["@me/lib", "workspace:packages/lib"],\`+"\n"+`["stored", "npm:1.0.0"]`,
		`["arkor", [\`, `["@me/lib", [["workspace:packages/lib", {"packageLocation": "./packages/lib/", "packageDependencies": []}]]],\
["stored", [["npm:1.0.0", {"packageLocation": "./.yarn/unplugged/stored/node_modules/stored/", "packageDependencies": []}]]],\
["arkor", [\`).Replace(plugAndPlay)+workspace+`
-- .yarn/unplugged/stored/node_modules/stored/index.ts --
export const stored: string = "STORED";
-- src/arkor/index.ts --
import { readFileSync } from "node:fs";
import { deep } from "@me/lib/deep";
import { stored } from "stored";
console.log(deep, stored, readFileSync);
`)
	code := string(make1(t, dir).Code)
	for text, want := range map[string]bool{"DEEP": true, "@me/lib": false, `from "stored"`: true, "STORED": false, `from "node:fs"`: true} {
		if strings.Contains(code, text) != want {
			t.Errorf("%q is there: %v\n%s", text, !want, code)
		}
	}
}
