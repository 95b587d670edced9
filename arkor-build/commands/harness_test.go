package commands

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// TestMain lets the test binary be arkor-build when it is called by that name.
func TestMain(m *testing.M) {
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == "arkor-build" {
		os.Exit(cli.Main(New))
	}
	os.Exit(m.Run())
}

// program returns an arkor-build command in a process of its own that sees a
// PATH with node alone, and skips the test where there is no node.
func program(t testing.TB, dir string, args ...string) *exec.Cmd {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: bundles cannot be run")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	for name, target := range map[string]string{"arkor-build": self, "node": node} {
		if err := os.Symlink(target, filepath.Join(bin, name)); err != nil {
			t.Skip(err)
		}
	}
	cmd := exec.Command(filepath.Join(bin, "arkor-build"), args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + bin, "HOME=" + t.TempDir()}
	return cmd
}

type result struct {
	stdout, stderr string
	status         int // -1 for death by a signal
}

// run runs arkor-build to its end. Each set is "KEY=value".
func run(t testing.TB, dir string, set []string, args ...string) result {
	t.Helper()
	cmd := program(t, dir, args...)
	cmd.Env = append(cmd.Env, set...)
	return finish(t, cmd)
}

func finish(t testing.TB, cmd *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// start builds and runs a project that consists of one entry.
func start(t testing.TB, entry string, set ...string) result {
	t.Helper()
	return run(t, entryProject(t, entry), set, "start")
}

func entryProject(t testing.TB, entry string) string {
	t.Helper()
	return projecttest.New(t, "-- src/arkor/index.ts --\n"+entry+"\n")
}

// built is what an automatic build of the default entry says on stdout.
var built = "Built " + filepath.FromSlash("src/arkor/index.ts") + " → " + filepath.FromSlash(".arkor/build/index.mjs") + "\n"

// trainer is TypeScript for a trainer that needs no packages. Each argument
// replaces one of its methods.
func trainer(methods ...string) string {
	return `{ ...{
  name: "demo",
  async start() { return { jobId: "j1" }; },
  async wait() { return { job: { id: "j1", status: "completed" } }; },
  async cancel() {},
}, ...{ ` + strings.Join(methods, ", ") + ` } }`
}

func expect(t testing.TB, got result, stdout string, status int) {
	t.Helper()
	if got.stdout != stdout || got.status != status {
		t.Errorf("exit status %d, want %d\nstdout:\n%swant:\n%sstderr:\n%s", got.status, status, got.stdout, stdout, got.stderr)
	}
}

func contains(t testing.TB, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s lacks %q:\n%s", what, part, text)
		}
	}
}

func lacks(t testing.TB, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%s holds %q:\n%s", what, part, text)
		}
	}
}
