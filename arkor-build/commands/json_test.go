package commands

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/arkorlab/arkor-go/arkor-build/buildcmd"
	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

func decode(t *testing.T, text string, out any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(out); err != nil || decoder.More() {
		t.Fatalf("not one object of the kind: %v\n%s", err, text)
	}
}

// B11: what a caller gets of a build.
func TestBuildJSON(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, `
-- src/arkor/index.ts --
import { x } from "./lib/x";
export const y = { a: x, a: 2 };
-- src/arkor/lib/x.ts --
export const x = 1;
`)
	got := run(t, dir, nil, "build", "--json")
	if got.status != 0 || got.stderr != "" {
		t.Fatalf("%+v", got)
	}
	var outcome buildcmd.Outcome
	decode(t, got.stdout, &outcome)
	artifact := filepath.Join(dir, ".arkor", "build", "index.mjs")
	code, err := os.ReadFile(artifact)
	if err != nil {
		t.Fatal(err)
	}
	want := buildcmd.Outcome{
		Project: dir, Entry: filepath.Join(dir, "src", "arkor", "index.ts"),
		Artifact: artifact, Map: artifact + ".map", Bytes: len(code),
		Inputs: []string{"src/arkor/index.ts", "src/arkor/lib/x.ts"},
		Warnings: []buildcmd.Message{{
			Text:  `Duplicate key "a" in object literal`,
			Place: &buildcmd.Place{File: "src/arkor/index.ts", Line: 2, Column: 25, LineText: "export const y = { a: x, a: 2 };"},
		}},
	}
	if diff := cmp.Diff(want, outcome, cmpopts.IgnoreFields(buildcmd.Outcome{}, "DurationMs")); diff != "" {
		t.Error(diff)
	}
}

func TestBuildJSONOfFailures(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, `
-- broken.ts --
import { x } from "./missing";
import { z } from "./also-missing";
console.log(x, z);
-- folder/index.ts --
export {};
`)
	missing := func(column int, path, line string) buildcmd.Message {
		return buildcmd.Message{
			Text:  `Could not resolve "` + path + `"`,
			Place: &buildcmd.Place{File: "broken.ts", Line: column, Column: 18, LineText: line},
		}
	}
	tests := []struct {
		name string
		args []string
		want []buildcmd.Message
	}{
		{"mistakes in the code", []string{"broken.ts"}, []buildcmd.Message{
			missing(1, "./missing", `import { x } from "./missing";`), missing(2, "./also-missing", `import { z } from "./also-missing";`)}},
		{"no entry", nil, []buildcmd.Message{{
			Text: "Build entry not found: " + filepath.Join(dir, "src", "arkor", "index.ts") + ". Create src/arkor/index.ts or pass an explicit entry argument.",
			Hint: "`arkor init` writes a project that is ready to train"}}},
		{"no entry to watch", []string{"--watch", "nope.ts"}, []buildcmd.Message{{
			Text: "Build entry not found: " + filepath.Join(dir, "nope.ts") + ". Create src/arkor/index.ts or pass an explicit entry argument."}}},
		{"a folder", []string{"folder"}, []buildcmd.Message{{
			Text: "the entry folder is a folder", Hint: "name the file: " + filepath.FromSlash("folder/index.ts")}}},
		{"types that cannot be checked", []string{"--typecheck", "folder/index.ts"}, []buildcmd.Message{{
			Text: "--typecheck needs a tsconfig.json, and there is none", Hint: "`npx tsc --init` writes one"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := run(t, dir, nil, append([]string{"build", "--json"}, test.args...)...)
			if got.status != 1 || got.stderr != "" {
				t.Errorf("%+v", got)
			}
			var failure buildcmd.Failure
			decode(t, got.stdout, &failure)
			if diff := cmp.Diff(buildcmd.Failure{Errors: test.want, Warnings: []buildcmd.Message{}}, failure); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Cleanup(func() {
		if _, err := os.Stat(filepath.Join(dir, ".arkor")); err == nil {
			t.Error(".arkor was created")
		}
	})
}
