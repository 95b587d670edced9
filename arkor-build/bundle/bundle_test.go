package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

func make1(t *testing.T, dir string) *Bundle {
	t.Helper()
	b, err := Make(Options{Dir: dir, Entry: DefaultEntry})
	if err != nil {
		var broken *Error
		if errors.As(err, &broken) {
			broken.Print(t.Output(), false)
		}
		t.Fatal(err)
	}
	return b
}

// What becomes part of the artifact and what stays an import.
func TestInlining(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, code, contains, lacks string }{
		{"relative without extension", `import { x } from "./lib"; console.log(x)`, "LIB", "import "},
		{"in a folder above", `import { x } from "../above"; console.log(x)`, "ABOVE", "import "},
		{"module TypeScript", `import { x } from "./m.mjs"; console.log(x)`, "MTS", "import "},
		{"JSX without extension", `import { x } from "./view"; console.log(x)`, "TSX", "import "},
		{"JavaScript", `import { x } from "./plain.js"; console.log(x)`, "PLAIN", "import "},
		{"syntax newer than node 20", `await using x = { async [Symbol.asyncDispose]() {} }; console.log(x)`, "asyncDispose", "await using"},
		{"await at the top level", `console.log(await Promise.resolve("KEPT"))`, `await Promise.resolve("KEPT")`, "import "},
		{"names", `const longName = { _kind: "arkor" }; console.log(longName)`, `longName = { _kind: "arkor" }`, "import "},
		{"json", `import x from "./data.json"; console.log(x)`, `"JSON"`, "import "},
		{"text", `import x from "./note.txt"; console.log(x)`, "TEXT", "import "},
		{"dynamic import of a file", `console.log(await import("./lib"))`, "LIB", `import("./lib")`},
		{"require of a file", `console.log(require("./lib"))`, "LIB", `require("./lib")`},
		{"alias of tsconfig.json", `import { x } from "@/arkor/lib"; console.log(x)`, "LIB", "import "},
		{"imports of package.json", `import { x } from "#lib"; console.log(x)`, "LIB", "import "},
		{"package", `import { z } from "zod"; console.log(z)`, `from "zod"`, "ZOD"},
		{"TypeScript package of the workspace", `import { z } from "workspace"; console.log(z)`, "WORKSPACE", "import "},
		{"built-in module", `import fs from "fs"; console.log(fs)`, `from "fs"`, "createRequire"},
		{"built-in module by its full name", `import fs from "node:fs"; console.log(fs)`, `from "node:fs"`, "createRequire"},
		{"require of a package", `console.log(require("zod"))`, requireBanner, "ZOD"},
		{"a require of the user's own", `import { createRequire } from "node:module"; const require = createRequire(import.meta.url); console.log(require("zod"))`, `require2("zod")`, requireBanner},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := projecttest.New(t, `
-- tsconfig.json --
{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}
-- package.json --
{"imports": {"#lib": "./src/arkor/lib.ts"}}
-- src/arkor/lib.ts --
export const x: string = "LIB";
-- src/above.ts --
export const x: string = "ABOVE";
-- src/arkor/m.mts --
export const x: string = "MTS";
-- src/arkor/view.tsx --
const h = (tag: string) => tag; export const x = /* @jsx h */ <TSX />; function TSX() {}
-- src/arkor/plain.js --
export const x = "PLAIN";
-- src/arkor/data.json --
"JSON"
-- src/arkor/note.txt --
TEXT
-- node_modules/zod/package.json --
{"main": "index.js"}
-- node_modules/zod/index.js --
exports.z = "ZOD";
-- packages/workspace/package.json --
{"name": "workspace", "main": "index.ts"}
-- packages/workspace/index.ts --
export const z = "WORKSPACE";
-- src/arkor/index.ts --
`+test.code+"\n")
			if err := os.Symlink("../packages/workspace", filepath.Join(dir, "node_modules/workspace")); err != nil {
				t.Skip(err)
			}
			code := string(make1(t, dir).Code)
			if !strings.Contains(code, test.contains) {
				t.Errorf("the artifact lacks %q:\n%s", test.contains, code)
			}
			if strings.Contains(code, test.lacks) {
				t.Errorf("the artifact holds %q:\n%s", test.lacks, code)
			}
		})
	}
}

func TestSameInputGivesSameBytes(t *testing.T) {
	t.Parallel()
	const archive = `
-- src/arkor/index.ts --
import { x } from "./lib";
import { createTrainer } from "arkor";
export const trainer = createTrainer(x);
-- src/arkor/lib.ts --
export const x: any = { name: "run-name" };
`
	var results [2][3]string
	for i := range results {
		dir := projecttest.New(t, archive)
		artifact, err := make1(t, dir).Write()
		if err != nil {
			t.Fatal(err)
		}
		for j, suffix := range []string{"", ".map", ".inputs.json"} {
			data, err := os.ReadFile(artifact + suffix)
			if err != nil {
				t.Fatal(err)
			}
			results[i][j] = string(data)
		}
	}
	if diff := cmp.Diff(results[0], results[1]); diff != "" {
		t.Error(diff)
	}
}

// The map holds the sources, so that a stack can be read where they are not.
func TestSourceMapIsLinkedAndWhole(t *testing.T) {
	t.Parallel()
	const source = "export const x: number = 1;\n"
	b := make1(t, projecttest.New(t, "-- src/arkor/index.ts --\n"+source))
	if link := "\n//# sourceMappingURL=index.mjs.map\n"; !strings.HasSuffix(string(b.Code), link) {
		t.Errorf("the artifact does not end with %q:\n%s", link, b.Code)
	}
	type sourceMap struct{ Sources, SourcesContent []string }
	var got sourceMap
	if err := json.Unmarshal(b.Map, &got); err != nil {
		t.Fatal(err)
	}
	want := sourceMap{[]string{"../../src/arkor/index.ts"}, []string{source}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEmbeddedSDK(t *testing.T) {
	t.Parallel()
	const archive = `
-- src/arkor/index.ts --
import { createArkor } from "arkor";
export const arkor = createArkor({});
`
	t.Run("without an installed package", func(t *testing.T) {
		t.Parallel()
		b := make1(t, projecttest.New(t, archive))
		if want := (SDK{Imported: true}); b.SDK != want || strings.Contains(string(b.Code), `from "arkor"`) {
			t.Errorf("SDK = %+v, artifact:\n%s", b.SDK, b.Code)
		}
	})
	t.Run("with one in a folder above", func(t *testing.T) {
		t.Parallel()
		top := projecttest.New(t, "-- node_modules/arkor/package.json --\n{}\n")
		projecttest.Write(t, filepath.Join(top, "app"), archive)
		b := make1(t, filepath.Join(top, "app"))
		want := SDK{Imported: true, Path: filepath.Join(top, "node_modules", "arkor")}
		if b.SDK != want || !strings.Contains(string(b.Code), `from "arkor"`) {
			t.Errorf("SDK = %+v, artifact:\n%s", b.SDK, b.Code)
		}
	})
	t.Run("with one in Yarn's table", func(t *testing.T) {
		t.Parallel()
		dir := projecttest.New(t, archive+plugAndPlay)
		if b := make1(t, dir); b.SDK.Path != filepath.Join(dir, ".pnp.cjs") {
			t.Errorf("SDK = %+v", b.SDK)
		}
	})
	t.Run("not imported", func(t *testing.T) {
		t.Parallel()
		b := make1(t, projecttest.New(t, "-- src/arkor/index.ts --\nexport const x = 1;\n"))
		if b.SDK != (SDK{}) {
			t.Errorf("SDK = %+v", b.SDK)
		}
	})
}

// plugAndPlay has the layout of what Yarn 4 writes.
const plugAndPlay = `
-- .pnp.cjs --
const RAW_RUNTIME_STATE =
'{\
  "dependencyTreeRoots": [],\
  "packageRegistryData": [\
    [null, [\
      [null, {\
        "packageLocation": "./",\
        "packageDependencies": [\
          ["arkor", "npm:1.5.0"]\
        ]\
      }]\
    ]],\
    ["arkor", [\
      ["npm:1.5.0", {\
        "packageLocation": "./arkor/",\
        "packageDependencies": []\
      }]\
    ]]\
  ]\
}';

function $$SETUP_STATE(hydrateRuntimeState, basePath) {
  return hydrateRuntimeState(JSON.parse(RAW_RUNTIME_STATE), {basePath: basePath || __dirname});
}
`

func TestEntries(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, `
-- src/arkor/index.ts --
export {};
-- st*r.ts --
export {};
-- sub/with space #1 50% ünï/a.ts --
export const x: number = 1;
`)
	outside := projecttest.New(t, "-- other.ts --\nexport {};\n")
	odd := "sub/with space #1 50% ünï/a.ts"
	tests := []struct{ name, entry, want, wantError string }{
		{"relative", odd, filepath.Join(dir, odd), ""},
		{"absolute", filepath.Join(dir, odd), filepath.Join(dir, odd), ""},
		{"outside of the project", filepath.Join(outside, "other.ts"), filepath.Join(outside, "other.ts"), ""},
		{"missing", "nope.ts", "", "Build entry not found: " + filepath.Join(dir, "nope.ts") + ". Create src/arkor/index.ts or pass an explicit entry argument."},
		{"folder of the project, which has no shorter name", ".", "", "the entry " + dir + " is a folder"},
		{"folder", "src/arkor", "", "the entry " + filepath.FromSlash("src/arkor") + " is a folder"},
		{"empty", "", "", "the entry is an empty string"},
		{"with a star", "st*r.ts", "", filepath.Join(dir, "st*r.ts") + " has a * in its path, which the bundler takes for a pattern"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b, err := Make(Options{Dir: dir, Entry: test.entry})
			if test.wantError != "" {
				if err == nil || err.Error() != test.wantError {
					t.Fatalf("error = %v, want %q", err, test.wantError)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if b.Entry != test.want {
				t.Errorf("Entry = %q, want %q", b.Entry, test.want)
			}
		})
	}
}

func TestErrorsAreFramed(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, `
-- src/arkor/index.ts --
import { x } from "./missing";
const y: = x;
-- src/arkor/index2.ts --
import { x } from "./missing";
import { z } from "./also-missing";
console.log(x, z);
`)
	var broken *Error
	_, err := Make(Options{Dir: dir, Entry: DefaultEntry})
	if !errors.As(err, &broken) {
		t.Fatalf("error = %v", err)
	}
	var out bytes.Buffer
	broken.Print(&out, false)
	want := `✘ [ERROR] Unexpected "="

    src/arkor/index.ts:2:9:
      2 │ const y: = x;
        ╵          ^

Build failed with 1 error
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}

	_, err = Make(Options{Dir: dir, Entry: "src/arkor/index2.ts"})
	if err == nil || err.Error() != "Build failed with 2 errors" {
		t.Errorf("error = %v", err)
	}
}

func TestProjectBehindALink(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, "-- src/arkor/index.ts --\nexport const x: number = 1;\n")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Skip(err)
	}
	if got, want := string(make1(t, link).Code), string(make1(t, dir).Code); got != want {
		t.Errorf("the artifact depends on the way to the project:\n%s\n%s", got, want)
	}
}
