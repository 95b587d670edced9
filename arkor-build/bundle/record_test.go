package bundle

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
	"github.com/arkorlab/arkor-go/shared/cli"
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
		change func(t *testing.T, dir string)
		want   State
	}{
		{"untouched", DefaultEntry, func(*testing.T, string) {},
			State{Exists: true, Entry: DefaultEntry, SDK: SDK{Imported: true}}},
		{"an input changed", DefaultEntry, write("src/arkor/lib.ts", "export const x = 2;"),
			State{Exists: true, Entry: DefaultEntry, SDK: SDK{Imported: true}, Stale: filepath.FromSlash("src/arkor/lib.ts changed")}},
		{"an input is gone", DefaultEntry, remove("src/arkor/lib.ts"),
			State{Exists: true, Entry: DefaultEntry, SDK: SDK{Imported: true}, Stale: filepath.FromSlash("src/arkor/lib.ts is gone")}},
		{"a file that steers the build is new", DefaultEntry, write("tsconfig.json", "{}"),
			State{Exists: true, Entry: DefaultEntry, SDK: SDK{Imported: true}, Stale: "tsconfig.json is new"}},
		{"a file that does not matter changed", DefaultEntry, write("other.ts", "syntax error("),
			State{Exists: true, Entry: DefaultEntry, SDK: SDK{Imported: true}}},
		{"the package was installed", DefaultEntry, write("node_modules/arkor/package.json", "{}"),
			State{Exists: true, Entry: DefaultEntry, SDK: SDK{Imported: true, Path: "installed"}, Stale: "the package arkor was installed"}},
		{"shipped without sources", DefaultEntry, remove("src"),
			State{Exists: true, Entry: DefaultEntry}},
		{"the artifact was placed by hand", DefaultEntry, write(Artifact, "export const mine = 1;"),
			State{Exists: true, Entry: DefaultEntry}},
		{"the record is broken", DefaultEntry, write(Artifact+".inputs.json", "{"),
			State{Exists: true, Entry: DefaultEntry}},
		{"a later version wrote the record", DefaultEntry, write(Artifact+".inputs.json", `{"version":99,"tool":"9.0.0","entry":{}}`),
			State{Exists: true, Entry: DefaultEntry, Newer: "9.0.0", Stale: "it was built by the newer version 9.0.0 of arkor-build"}},
		{"a later release wrote a record of this version", DefaultEntry, asBuiltBy("9.0.0"),
			State{Exists: true, Entry: DefaultEntry, SDK: SDK{Imported: true}, Stale: "it was built by version 9.0.0"}},
		{"the artifact is gone", DefaultEntry, remove(Artifact),
			State{Entry: DefaultEntry}},
		{"another entry was built", "other.ts", func(*testing.T, string) {},
			State{Exists: true, Entry: "other.ts"}},
		{"another entry was built and changed", "other.ts", write("other.ts", "export const x = 3;"),
			State{Exists: true, Entry: "other.ts", Stale: "other.ts changed"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := projecttest.New(t, stalenessProject)
			b, err := Make(Options{Dir: dir, Entry: test.entry})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.Write(); err != nil {
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

// asBuiltBy changes the version in the record of a build.
func asBuiltBy(version string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		path := recordPath(ArtifactPath(dir))
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.Replace(data, []byte(`"tool": "`+cli.Version()+`"`), []byte(`"tool": "`+version+`"`), 1)
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
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
	if _, err := b.Write(); err != nil {
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
	artifact, err := make1(t, dir).Write()
	if err != nil {
		t.Fatal(err)
	}
	write("src/arkor/lib.ts", "export const x: any = 2;")(t, dir)
	// A folder in the way of the source map fails the build behind the record.
	remove(Artifact+".map")(t, dir)
	write(Artifact+".map/in-the-way.txt", "")(t, dir)
	before, _ := os.ReadFile(artifact)
	if _, err := make1(t, dir).Write(); err == nil {
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
	if _, err := make1(t, dir).Write(); err != nil {
		t.Fatal(err)
	}
	if got := Inspect(dir).Stale; got != "" {
		t.Errorf("Stale = %q after a whole build", got)
	}
}

func TestFailedBuildKeepsTheArtifact(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, stalenessProject)
	artifact, err := make1(t, dir).Write()
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
	f.Add([]byte(`{"version":2,"tool":"9.0.0","inputs":7}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, ok := decodeRecord(data)
		if !ok || r.Version > recordVersion && r.Tool != "" {
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
