package plumbing

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/buildcmd"
	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

func diagnostics(t *testing.T, stdout string) []Diagnostic {
	t.Helper()
	var answer struct{ Diagnostics []Diagnostic }
	if err := json.Unmarshal([]byte(stdout), &answer); err != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	return answer.Diagnostics
}

// M10: a mistake has its place, whether the bundler finds it or the code throws.
func TestDiagnostics(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, files string
		want        Diagnostic
	}{
		{"syntax", "-- src/arkor/index.ts --\n// first\nexport const trainer = {;\n// third\n",
			Diagnostic{"src/arkor/index.ts", 2, 24, `Expected identifier but found ";"`, "  1 │ // first\n> 2 │ export const trainer = {;\n    ╵                         ^\n  3 │ // third"}},
		{"missing module", "-- src/arkor/index.ts --\nimport \"./nope\";\n",
			Diagnostic{"src/arkor/index.ts", 1, 7, `Could not resolve "./nope"`, "> 1 │ import \"./nope\";\n    ╵        ^"}},
		{"thrown in another file", "-- src/arkor/index.ts --\nimport \"./deep\";\nexport const trainer = null;\n-- src/arkor/deep.ts --\n\tthrow new Error(\"boom\");\n",
			Diagnostic{"src/arkor/deep.ts", 1, 7, "Error: boom", "> 1 │     throw new Error(\"boom\");\n    ╵           ^"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := projecttest.New(t, test.files)
			got := run(t, dir, manifest, "--json")
			if found := diagnostics(t, got.stdout); got.status != 1 || len(found) != 1 || found[0] != test.want {
				t.Errorf("%d %+v\n%s", got.status, found, got.stderr)
			}
			if !strings.Contains(got.stderr, strings.TrimPrefix(test.want.Text, "Error: ")) { // as without --json
				t.Errorf("stderr: %s", got.stderr)
			}
			if got := run(t, dir, manifest); got.stdout != "" || got.status != 1 {
				t.Errorf("%d %s", got.status, got.stdout)
			}
		})
	}
	// What has no place is said on stderr alone.
	dir := projecttest.New(t, "-- src/arkor/index.ts --\nprocess.exit(3);\n")
	if got := run(t, dir, manifest, "--json"); got.stdout != "" || got.status != 1 || !strings.Contains(got.stderr, "ended the process") {
		t.Errorf("%+v", got)
	}
}

func FuzzThrown(f *testing.F) {
	f.Add("arkor-build manifest: Error: boom\n    at <anonymous> (/p/src/a.ts:12:7)\n")
	f.Add("arkor-build manifest: x\n    at file:///p/a.ts:99999999999999999999:0\n\xff")
	f.Fuzz(func(t *testing.T, said string) {
		if found, ok := thrown("/p", said); ok && (found.File == "" || strings.HasPrefix(found.File, "..") || found.Column < 0) {
			t.Errorf("%q: %+v", said, found)
		}
	})
}

// B15: what a trainer can be started from, and which one a plain start takes.
func TestEntries(t *testing.T) {
	t.Parallel()
	const trainer = `export const trainer = { _kind: "x", name: "%", start() {}, wait() {}, cancel() {} }; // createTrainer(`
	named := func(name string) string { return strings.ReplaceAll(trainer, "%", name) }
	dir := projecttest.New(t, "-- src/arkor/index.ts --\nimport \"./part\";\n"+named("usual")+
		"\n-- src/arkor/part.ts --\n"+named("part")+"\n-- src/arkor/other.ts --\n"+named("other")+
		"\n-- src/arkor/other.test.ts --\n"+named("test")+"\n-- src/arkor/helper.ts --\nexport const x = 1;\n")
	type answer struct {
		Entry, BuiltAt string
		Entries        []string
		Trainer        struct{ Name string }
	}
	read := func(args ...string) (a answer) {
		t.Helper()
		got := run(t, dir, manifest, append(args, "--json")...)
		if err := json.Unmarshal([]byte(got.stdout), &a); err != nil {
			t.Fatalf("%v: %+v", err, got)
		}
		return a
	}
	const usual, other = "src/arkor/index.ts", "src/arkor/other.ts"
	if a := read(); a.Entry != usual || a.Trainer.Name != "usual" || !slices.Equal(a.Entries, []string{usual, other}) || !strings.HasSuffix(a.BuiltAt, "Z") {
		t.Errorf("%+v", a)
	}
	if a := read("--entry", other); a.Entry != other || a.Trainer.Name != "other" || !slices.Equal(a.Entries, []string{other, usual, "src/arkor/part.ts"}) {
		t.Errorf("%+v", a)
	}
	// A start without an entry runs what was built last.
	if got := run(t, dir, buildcmd.New, other); got.status != 0 {
		t.Fatalf("%+v", got)
	}
	if a := read(); a.Entry != other || a.Trainer.Name != "other" {
		t.Errorf("%+v", a)
	}
	if got := run(t, dir, manifest, "--entry", "src/arkor/nope.ts", "--json"); got.status != 1 || !strings.HasPrefix(got.stderr, "arkor-build manifest: Build entry not found: ") {
		t.Errorf("%+v", got)
	}
}
