//go:build unix

package scaffold

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// A limit for the size of files ends a write in its middle, like a full disk. It
// holds for a process, so there is one of its own.
func TestFullDiskTakesEverythingBack(t *testing.T) {
	if dir := os.Getenv("SCAFFOLD_TEST_DIR"); dir != "" {
		signal.Ignore(syscall.SIGXFSZ)
		limit := syscall.Rlimit{Cur: 50_000, Max: 50_000}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Skip(err)
		}
		p, err := plan(t, dir, withAgents)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Write(t.Context())
		fmt.Printf("write said: %v\n", err)
		return
	}
	t.Parallel()
	root := t.TempDir()
	put(t, filepath.Join(root, "notes.txt"), "mine")
	before := tree(t, root)
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), "SCAFFOLD_TEST_DIR="+filepath.Join(root, "a", "demo"))
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "--- SKIP") {
		t.Skip(string(out))
	}
	want := "write said: write " + filepath.Join(root, "a", "demo", "data", "train.jsonl") + ": file too large\n"
	if err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%v: %s", err, out)
	}
	if got := tree(t, root); !slices.Equal(got, before) {
		t.Errorf("left %v", got)
	}
}
