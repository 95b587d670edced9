package commands

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

func TestBuild(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, `
-- src/arkor/index.ts --
export const trainer: number = "a type error does not matter";
-- arkor.config.ts --
this is not even read
-- other.ts --
export {};
-- broken.ts --
const x: = 1;
-- warning.ts --
export const x = { a: 1,
  a: 2 };
`)
	t.Run("default entry", func(t *testing.T) {
		got := run(t, dir, nil, "build")
		expect(t, got, built, 0)
		if got.stderr != "" {
			t.Errorf("stderr: %s", got.stderr)
		}
	})
	t.Run("with no runtime on PATH", func(t *testing.T) {
		expect(t, run(t, dir, []string{"PATH="}, "build"), built, 0)
	})
	t.Run("named entry", func(t *testing.T) {
		expect(t, run(t, dir, nil, "build", filepath.Join(dir, "other.ts")), "Built other.ts → "+filepath.FromSlash(".arkor/build/index.mjs")+"\n", 0)
	})
	t.Run("syntax error", func(t *testing.T) {
		got := run(t, dir, nil, "build", "broken.ts")
		expect(t, got, "", 1)
		want := "✘ [ERROR] Unexpected \"=\"\n\n    broken.ts:1:9:\n      1 │ const x: = 1;\n        ╵          ^\n\nBuild failed with 1 error\n"
		if got.stderr != want {
			t.Errorf("stderr:\n%swant:\n%s", got.stderr, want)
		}
	})
	t.Run("warning", func(t *testing.T) {
		got := run(t, dir, nil, "build", "warning.ts")
		expect(t, got, "Built warning.ts → "+filepath.FromSlash(".arkor/build/index.mjs")+"\n", 0)
		contains(t, "stderr", got.stderr, "[WARNING]", "warning.ts:2:2:")
	})
}

func TestBuildRefusals(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, "-- x --\n")
	tests := []struct {
		name   string
		args   []string
		stderr string
	}{
		{"missing entry", []string{"build"}, "arkor build: Build entry not found: " + filepath.Join(dir, "src", "arkor", "index.ts") + ". Create src/arkor/index.ts or pass an explicit entry argument.\nhint: `arkor init` writes a project that is ready to train\n"},
		{"empty entry", []string{"build", ""}, "arkor build: the entry is an empty string\n"},
		{"two entries", []string{"build", "a", "b"}, "arkor build: too many arguments for 'build'. Expected 1 argument but got 2.\n"},
		{"unknown option", []string{"build", "--nope"}, "arkor build: unknown option '--nope'\n"},
		{"start with a missing entry", []string{"start", "nope.ts"}, "arkor start: Build entry not found: " + filepath.Join(dir, "nope.ts") + ". Create src/arkor/index.ts or pass an explicit entry argument.\n"},
		{"start with an empty entry", []string{"start", ""}, "arkor start: the entry is an empty string\n"},
		{"start with nothing built", []string{"start", "--no-build"}, "arkor start: nothing is built at " + filepath.Join(dir, ".arkor", "build", "index.mjs") + "\nhint: run `arkor build`, or leave --no-build out\n"},
		{"start with an entry that is not to be built", []string{"start", "--no-build", "x"}, "arkor start: --no-build runs what is built already, so it cannot be given an entry\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := run(t, dir, nil, test.args...)
			expect(t, got, "", 1)
			if got.stderr != test.stderr {
				t.Errorf("stderr:\n%swant:\n%s", got.stderr, test.stderr)
			}
		})
	}
	t.Cleanup(func() {
		if _, err := os.Stat(filepath.Join(dir, ".arkor")); err == nil {
			t.Error(".arkor was created")
		}
	})
}

func TestVerbose(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, "-- src/arkor/index.ts --\nimport { createArkor } from \"arkor\";\nexport const arkor = createArkor({});\n")
	contains(t, "stderr", run(t, dir, nil, "build", "--verbose").stderr, "arkor is not installed here; using the copy in arkor-build")
	contains(t, "stderr", run(t, dir, nil, "start", "--verbose").stderr, "is up to date", "using the copy in arkor-build")
	projecttest.Write(t, dir, "-- node_modules/arkor/package.json --\n{\"main\": \"index.js\"}\n-- node_modules/arkor/index.js --\nexports.createArkor = () => console.log(\"installed\") || {};\n")
	got := run(t, dir, nil, "start", "--verbose")
	contains(t, "stderr", got.stderr, "building again: the package arkor was installed", "using the installed package arkor at "+filepath.FromSlash("node_modules/arkor"))
	expect(t, got, built+"installed\n", 1)
}
