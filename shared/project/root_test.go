package project

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// tree writes empty files into a folder and returns its real path.
func tree(t *testing.T, names ...string) string {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		path := filepath.Join(top, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return top
}

func TestRoot(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, marker string
		found        bool
	}{
		{"entry", "src/arkor/index.ts", true},
		{"settings", "arkor.config.ts", true},
		{"settings of a module", "arkor.config.mts", true},
		{"settings in JavaScript", "arkor.config.js", true},
		{"settings in a JavaScript module", "arkor.config.mjs", true},
		{"artifact", ".arkor/build/index.mjs", true},
		{"project of a cloud", ".arkor/state.json", true},
		{"project of the local backend", ".arkor/local.json", true},
		{"a home", ".arkor/credentials.json", false},
		{"the local backend's home", ".arkor/backend/backend.json", false},
		{"somebody else's package", "package.json", false},
		{"a folder of that name", "arkor.config.ts/x", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			top := tree(t, test.marker, "data/raw/x.jsonl")
			for _, dir := range []string{top, filepath.Join(top, "data"), filepath.Join(top, "data", "raw")} {
				want := dir
				if test.found {
					want = top
				}
				if got := Root(dir); got != want {
					t.Errorf("from %s: %s, want %s", dir, got, want)
				}
			}
		})
	}
}

func TestNearestRootWins(t *testing.T) {
	t.Parallel()
	top := tree(t, "arkor.config.ts", "inner/.arkor/state.json", "inner/src/x")
	inner := filepath.Join(top, "inner")
	if got := Root(filepath.Join(inner, "src")); got != inner {
		t.Errorf("got %s", got)
	}
	if gone := filepath.Join(top, "gone"); Root(gone) != gone {
		t.Errorf("a folder that does not exist is in %s", Root(gone))
	}
}

// Whoever may write to a folder above must not have code of theirs run.
func TestRootOfSomebodyElse(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" || os.Geteuid() != 0 {
		t.Skip("files cannot be given to another user")
	}
	top := tree(t, "arkor.config.ts", "mine/x")
	mine := filepath.Join(top, "mine")
	if err := os.Chown(filepath.Join(top, "arkor.config.ts"), 12345, 12345); err != nil {
		t.Skip(err)
	}
	if got := Root(mine); got != mine {
		t.Errorf("got %s", got)
	}
	if err := os.Chown(mine, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	if got := Root(mine); got != top {
		t.Errorf("all of it is one user's: got %s", got)
	}
}

func TestEnter(t *testing.T) {
	t.Parallel()
	top := tree(t, "arkor.config.ts", "a/b/x")
	for dir, want := range map[string]string{"": "", "a": "arkor ask: the project is in ..\n", "a/b": "arkor ask: the project is in " + filepath.FromSlash("../..") + "\n"} {
		var stderr bytes.Buffer
		env := Enter(cli.Env{Dir: filepath.Join(top, dir), Stderr: &stderr}, "arkor ask")
		if env.Dir != top || stderr.String() != want {
			t.Errorf("from %q: %s, %q", dir, env.Dir, stderr.String())
		}
	}
}
