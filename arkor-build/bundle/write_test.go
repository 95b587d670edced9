package bundle

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

// An entry for one run leaves the artifact and its record alone.
func TestWriteRun(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, stalenessProject)
	if _, err := make1(t, dir).Write(); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	b, err := Make(Options{Dir: dir, Entry: "other.ts", Inline: true})
	if err != nil {
		t.Fatal(err)
	}
	path, err := b.WriteRun()
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, ".arkor", "build", "run-"+b.Hash()[:12]+".mjs"); path != want {
		t.Errorf("path %s, want %s", path, want)
	}
	after := contents(t, dir)
	delete(after, filepath.Base(path))
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
}

// B13: whoever has begun to read an artifact reads it to its end.
func TestWriteReplacesTheArtifactWhole(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be replaced")
	}
	dir := projecttest.New(t, stalenessProject)
	b := make1(t, dir)
	artifact, err := b.Write()
	if err != nil {
		t.Fatal(err)
	}
	reader, err := os.Open(artifact)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	write("src/arkor/lib.ts", "export const x: any = 2;")(t, dir)
	if _, err := make1(t, dir).Write(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, b.Code) {
		t.Errorf("%d bytes of %d, or others: %v", len(got), len(b.Code), err)
	}
	if now, err := os.ReadFile(artifact); err != nil || bytes.Equal(now, b.Code) {
		t.Errorf("it was not replaced: %v", err)
	}
}

// A build waits for one that is being written, so that the files of two are
// never mixed.
func TestBuildsWriteOneByOne(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, stalenessProject)
	first, second := make1(t, dir), make1(t, dir)
	unlock, err := first.open()
	if err != nil {
		t.Fatal(err)
	}
	begun, written := make(chan struct{}), make(chan error, 1)
	go func() {
		close(begun)
		_, err := second.Write()
		written <- err
	}()
	<-begun
	for range 20 {
		make1(t, dir) // takes as long as a build
		if exists(ArtifactPath(dir)) {
			t.Fatal("it was written")
		}
	}
	unlock()
	if err := <-written; err != nil || !exists(ArtifactPath(dir)) {
		t.Errorf("then it was not: %v", err)
	}
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(filepath.Join(dir, ".arkor", "build"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(dir, ".arkor", "build", entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(data)
	}
	return files
}

func TestSweep(t *testing.T) {
	t.Parallel()
	kept := []string{".arkor/state.json", ".arkor/build/other-run-x.mjs", ".arkor/build/manifest.json", ".arkor/build/run-new.mjs"}
	swept := []string{".arkor/build/run-old.mjs", ".arkor/build/.evaluate-old.mjs", ".arkor/build/.evaluate-old.mjs.json", ".arkor/build/.tmp-old"}
	dir := projecttest.New(t, stalenessProject+"-- "+strings.Join(append(swept, kept...), " --\n-- ")+" --\n")
	old := time.Now().Add(-25 * time.Hour)
	for _, name := range append(swept, kept[:3]...) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := make1(t, dir).Write(); err != nil {
		t.Fatal(err)
	}
	for i, name := range append(swept, kept...) {
		if got, want := exists(filepath.Join(dir, filepath.FromSlash(name))), i >= len(swept); got != want {
			t.Errorf("%s is there: %v", name, got)
		}
	}
}

// A folder that is given may hold files of the user's.
func TestOutDirKeepsWhatNoBuildWrote(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, stalenessProject+"-- dist/index.mjs --\nexport const mine = 1;\n")
	b, err := Make(Options{Dir: dir, Entry: DefaultEntry, OutDir: filepath.Join(dir, "dist")})
	if err != nil {
		t.Fatal(err)
	}
	artifact := filepath.Join(dir, "dist", "index.mjs")
	if _, err := b.Write(); err == nil || err.Error() != artifact+" is there already, and no build wrote it" {
		t.Errorf("error = %v", err)
	}
	if err := os.Remove(artifact); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, err := b.Write(); err != nil || got != artifact {
			t.Errorf("%s, %v", got, err)
		}
	}
	if exists(filepath.Join(dir, ".arkor")) {
		t.Error(".arkor was created")
	}
}

// Outside the project a runtime would not find the project's packages.
func TestOutDirDecidesAboutTheSDK(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, stalenessProject+"-- node_modules/arkor/package.json --\n{\"version\": \"1.2.3\"}\n")
	for outDir, want := range map[string]SDK{
		"":                          {Imported: true, Path: filepath.Join(dir, "node_modules", "arkor")},
		filepath.Join(dir, "a/b"):   {Imported: true, Path: filepath.Join(dir, "node_modules", "arkor")},
		projecttest.New(t, "") + "": {Imported: true},
	} {
		b, err := Make(Options{Dir: dir, Entry: DefaultEntry, OutDir: outDir})
		if err != nil {
			t.Fatal(err)
		}
		if b.SDK != want {
			t.Errorf("%q: %+v, want %+v", outDir, b.SDK, want)
		}
	}
}

func TestVersionOfTheSDK(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, plugAndPlay+`
-- a/package.json --
{"version": "1.2.3"}
-- b/package.json --
{"version": 7}
`)
	for path, want := range map[string]string{"a": "1.2.3", "b": "", "c": "", ".pnp.cjs": "1.5.0"} {
		if got := (SDK{Imported: true, Path: filepath.Join(dir, path)}).Version(); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if got := (SDK{Imported: true}).Version(); got != "" {
		t.Errorf("the embedded copy: %q", got)
	}
}
