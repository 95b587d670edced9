package commands

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/bundle"
)

type source struct {
	Commit       string
	Changed      bool
	ArtifactHash string
}

// B17: `arkor start` writes down what each job was started from.
func TestSourceOfAJob(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `export const trainer = `+trainer()+`;`)
	bin := t.TempDir()
	for _, name := range []string{"node", "git"} {
		program, err := exec.LookPath(name)
		if err == nil {
			err = os.Symlink(program, filepath.Join(bin, name))
		}
		if err != nil {
			t.Skip(err)
		}
	}
	path := []string{"PATH=" + bin}
	read := func() (s source) {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, ".arkor", "source", "j1.json"))
		if err == nil {
			err = json.Unmarshal(text, &s)
		}
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	start := func(args ...string) source {
		t.Helper()
		if got := run(t, dir, path, append([]string{"start"}, args...)...); got.status != 0 {
			t.Fatalf("%+v", got)
		}
		return read()
	}
	artifact := func() string {
		data, err := os.ReadFile(bundle.ArtifactPath(dir))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:])
	}
	if got := start(); got != (source{ArtifactHash: artifact()}) {
		t.Errorf("outside of a repository: %+v", got)
	}

	ask := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=A", "-c", "user.email=a@b.test", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	ask("init", "-q")
	if got := start(); got != (source{ArtifactHash: artifact()}) {
		t.Errorf("before the first commit: %+v", got)
	}
	ask("add", "src")
	ask("commit", "-q", "-m", "first")
	commit := ask("rev-parse", "HEAD")
	if got := start("--detach"); got != (source{Commit: commit, ArtifactHash: artifact()}) { // files of .arkor are unknown to git
		t.Errorf("as committed: %+v", got)
	}
	entry := filepath.Join(dir, "src", "arkor", "index.ts")
	if err := os.WriteFile(entry, []byte(`export const trainer = `+trainer()+`; console.log(1);`), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := start(); got != (source{commit, true, artifact()}) {
		t.Errorf("with a change: %+v", got)
	}
}

// An id that a backend made up does not choose where a file is written.
func TestSourceStaysInItsFolder(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `export const trainer = `+trainer(`async start() { return { jobId: "../../../outside" }; }`)+`;`)
	if got := run(t, dir, nil, "start"); got.status != 0 {
		t.Fatalf("%+v", got)
	}
	if _, err := os.Stat(filepath.Join(dir, ".arkor", "source")); !os.IsNotExist(err) {
		t.Errorf("something was written: %v", err)
	}
}
