package bundle

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

const stalenessProject = `
-- src/arkor/index.ts --
import { createArkor } from "arkor";
import { x } from "./lib";
export const arkor = createArkor({ trainer: x });
-- src/arkor/lib.ts --
export const x: any = 1;
-- other.ts --
export const x = 2;
`

func TestInspect(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		entry  string
		once   bool
		change func(t *testing.T, dir string)
		want   State
	}{
		{"untouched", DefaultEntry, false, func(*testing.T, string) {},
			State{Exists: true, Entry: DefaultEntry, SDK: SDK{Imported: true}}},
		{"an input changed", DefaultEntry, false, write("src/arkor/lib.ts", "export const x = 2;"),
			State{Exists: true, Entry: DefaultEntry, SDK: SDK{Imported: true}, Stale: filepath.FromSlash("src/arkor/lib.ts changed")}},
		{"an input is gone", DefaultEntry, false, remove("src/arkor/lib.ts"),
			State{Exists: true, Entry: DefaultEntry, SDK: SDK{Imported: true}, Stale: filepath.FromSlash("src/arkor/lib.ts is gone")}},
		{"a file that steers the build is new", DefaultEntry, false, write("tsconfig.json", "{}"),
			State{Exists: true, Entry: DefaultEntry, SDK: SDK{Imported: true}, Stale: "tsconfig.json is new"}},
		{"a file that does not matter changed", DefaultEntry, false, write("other.ts", "syntax error("),
			State{Exists: true, Entry: DefaultEntry, SDK: SDK{Imported: true}}},
		{"the package was installed", DefaultEntry, false, write("node_modules/arkor/package.json", "{}"),
			State{Exists: true, Entry: DefaultEntry, SDK: SDK{Imported: true, Path: "installed"}, Stale: "the package arkor was installed"}},
		{"shipped without sources", DefaultEntry, false, remove("src"),
			State{Exists: true, Entry: DefaultEntry}},
		{"the artifact was placed by hand", DefaultEntry, false, write(Artifact, "export const mine = 1;"),
			State{Exists: true, Entry: DefaultEntry}},
		{"the record is broken", DefaultEntry, false, write(Artifact+".inputs.json", "{"),
			State{Exists: true, Entry: DefaultEntry}},
		{"the artifact is gone", DefaultEntry, false, remove(Artifact),
			State{Entry: DefaultEntry}},
		{"another entry was built", "other.ts", false, func(*testing.T, string) {},
			State{Exists: true, Entry: "other.ts"}},
		{"another entry was built and changed", "other.ts", false, write("other.ts", "export const x = 3;"),
			State{Exists: true, Entry: "other.ts", Stale: "other.ts changed"}},
		{"another entry was run once", "other.ts", true, func(*testing.T, string) {},
			State{Exists: true, Entry: DefaultEntry, Stale: "the last run was of other.ts"}},
		{"another entry was run once and is the only one", "other.ts", true, remove("src"),
			State{Exists: true, Entry: "other.ts"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := projecttest.New(t, stalenessProject)
			b, err := Make(Options{Dir: dir, Entry: test.entry})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.Write(test.once); err != nil {
				t.Fatal(err)
			}
			test.change(t, dir)
			got := Inspect(dir)
			if got.SDK.Path != "" {
				got.SDK.Path = "installed"
			}
			if got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func write(name, content string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		projecttest.Write(t, dir, "-- "+name+" --\n"+content+"\n")
	}
}

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
}

// A file that changes while the bundler reads may have been read before or
// after: the next start has to look again.
func TestInputChangedDuringTheBuild(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, stalenessProject)
	b := make1(t, dir)
	lib := filepath.Join(dir, "src", "arkor", "lib.ts")
	if err := os.Chtimes(lib, b.started.Add(1e9), b.started.Add(1e9)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Write(false); err != nil {
		t.Fatal(err)
	}
	if got := Inspect(dir).Stale; got != filepath.FromSlash("src/arkor/lib.ts changed") {
		t.Errorf("Stale = %q", got)
	}
}

// A build that could not write its artifact must not make the old one pass for
// a file that was placed by hand, which is never built again.
func TestUnfinishedBuildIsRepeated(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, stalenessProject)
	artifact, err := make1(t, dir).Write(false)
	if err != nil {
		t.Fatal(err)
	}
	write("src/arkor/lib.ts", "export const x: any = 2;")(t, dir)
	// A folder in the way of the source map fails the build behind the record.
	remove(Artifact+".map")(t, dir)
	write(Artifact+".map/in-the-way.txt", "")(t, dir)
	before, _ := os.ReadFile(artifact)
	if _, err := make1(t, dir).Write(false); err == nil {
		t.Fatal("no error")
	}
	if after, _ := os.ReadFile(artifact); string(after) != string(before) {
		t.Error("the artifact changed")
	}
	want := State{Exists: true, Entry: DefaultEntry, SDK: SDK{Imported: true}, Stale: "the last build was cut off"}
	if got := Inspect(dir); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	remove(Artifact+".map")(t, dir)
	if _, err := make1(t, dir).Write(false); err != nil {
		t.Fatal(err)
	}
	if got := Inspect(dir).Stale; got != "" {
		t.Errorf("Stale = %q after a whole build", got)
	}
}

func TestFailedBuildKeepsTheArtifact(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, stalenessProject)
	artifact, err := make1(t, dir).Write(false)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(artifact)
	write(DefaultEntry, "const x: = 1;")(t, dir)
	if _, err := Make(Options{Dir: dir, Entry: DefaultEntry}); err == nil {
		t.Fatal("no error")
	}
	if after, _ := os.ReadFile(artifact); string(after) != string(before) {
		t.Error("the artifact changed")
	}
	left, _ := filepath.Glob(filepath.Join(dir, Folder, ".tmp-*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func FuzzDecodeRecord(f *testing.F) {
	f.Add([]byte(`{"version":1,"entry":"a.ts","artifact":"x","inputs":[{"path":"a.ts","sha256":""}]}`))
	f.Add([]byte(`{"version":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, ok := decodeRecord(data)
		if !ok {
			return
		}
		encoded, err := r.encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := decodeRecord(encoded); !ok {
			t.Errorf("not decodable again: %s", encoded)
		}
	})
}
