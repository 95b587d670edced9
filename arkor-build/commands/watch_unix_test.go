//go:build unix

package commands

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

// watching is a build that goes on until the test ends.
type watching struct {
	cmd            *exec.Cmd
	stdout, stderr *bufio.Reader
}

func watch(t *testing.T, dir string, args ...string) *watching {
	t.Helper()
	cmd := program(t, dir, append([]string{"build", "--watch"}, args...)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return &watching{cmd, bufio.NewReader(stdout), bufio.NewReader(stderr)}
}

// waitFor reads lines up to one that matches.
func waitFor(t *testing.T, from *bufio.Reader, pattern string) string {
	t.Helper()
	var seen bytes.Buffer
	for {
		line, err := from.ReadString('\n')
		seen.WriteString(line)
		if regexp.MustCompile(pattern).MatchString(strings.TrimSuffix(line, "\n")) {
			return line
		}
		if err != nil {
			t.Fatalf("no line matches %s: %v\n%s", pattern, err, seen.String())
		}
	}
}

const rebuilt = `^\d\d:\d\d:\d\d Built src/arkor/index.ts → .arkor/build/index.mjs in \d+ ms$`

func TestWatch(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, "-- src/arkor/index.ts --\nimport { x } from \"./lib\";\nconsole.log(x);\n-- src/arkor/lib.ts --\nexport const x = \"ONE\";\n")
	artifact := func(want string) {
		t.Helper()
		code, err := os.ReadFile(filepath.Join(dir, ".arkor", "build", "index.mjs"))
		if err != nil || !strings.Contains(string(code), want) {
			t.Errorf("no %q, %v:\n%s", want, err, code)
		}
	}
	w := watch(t, dir)
	waitFor(t, w.stdout, rebuilt)
	artifact("ONE")
	waitFor(t, w.stderr, "^arkor build: watching for changes; Ctrl-C ends it$")

	projecttest.Write(t, dir, "-- src/arkor/lib.ts --\nexport const x = \"TWO\";\n")
	waitFor(t, w.stdout, rebuilt)
	artifact("TWO")

	// An error leaves the artifact, and what puts it right is noticed.
	projecttest.Write(t, dir, "-- src/arkor/lib.ts --\nexport const x: = 1;\n")
	waitFor(t, w.stderr, `src/arkor/lib.ts:1:16:`)
	waitFor(t, w.stderr, `^Build failed with 1 error$`)
	artifact("TWO")
	projecttest.Write(t, dir, "-- src/arkor/lib.ts --\nexport const x = \"THREE\";\n")
	waitFor(t, w.stdout, rebuilt)
	artifact("THREE")

	// So is a file that was missing, and an entry that went away and came back.
	entry := filepath.Join(dir, "src", "arkor", "index.ts")
	projecttest.Write(t, dir, "-- src/arkor/index.ts --\nimport \"./later\";\n")
	waitFor(t, w.stderr, `Could not resolve "./later"`)
	projecttest.Write(t, dir, "-- src/arkor/later.ts --\nconsole.log(\"LATER\");\n")
	waitFor(t, w.stdout, rebuilt)
	artifact("LATER")
	if err := os.Remove(entry); err != nil {
		t.Fatal(err)
	}
	waitFor(t, w.stderr, `^arkor build: Build entry not found: `)
	waitFor(t, w.stderr, `^hint: `)
	projecttest.Write(t, dir, "-- src/arkor/index.ts --\nimport { x } from \"#x\";\nconsole.log(x);\n-- package.json --\n{\"imports\": {\"#x\": \"./src/arkor/lib.ts\"}}\n")
	waitFor(t, w.stdout, rebuilt)
	artifact("THREE")

	// And the files that steer the bundler.
	projecttest.Write(t, dir, "-- package.json --\n{\"imports\": {\"#x\": \"./src/arkor/other.ts\"}}\n-- src/arkor/other.ts --\nexport const x = \"OTHER\";\n")
	waitFor(t, w.stdout, rebuilt)
	artifact("OTHER")

	interrupt(t, w)
	left, _ := filepath.Glob(filepath.Join(dir, ".arkor", "build", ".*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	expect(t, run(t, dir, nil, "start", "--verbose"), "OTHER\n", 1) // it is up to date: nothing says "Built"
}

// interrupt ends a watch as Ctrl-C does, and expects nothing but the status.
func interrupt(t *testing.T, w *watching) {
	t.Helper()
	if err := w.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(w.stdout)
	said, _ := io.ReadAll(w.stderr)
	_ = w.cmd.Wait()
	if status := w.cmd.ProcessState.ExitCode(); status != 130 || len(rest) > 0 || len(said) > 0 {
		t.Errorf("status %d, stdout %q, stderr %q", status, rest, said)
	}
}

func TestWatchJSON(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, "-- src/arkor/index.ts --\nconsole.log(1);\n")
	w := watch(t, dir, "--json")
	line := waitFor(t, w.stdout, ".")
	waitFor(t, w.stderr, "watching")
	for _, step := range []struct{ code, field string }{
		{"console.log(2);", "artifact"}, {"const x: = 2;", "errors"}, {"console.log(3);", "artifact"},
	} {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		projecttest.Write(t, dir, "-- src/arkor/index.ts --\n"+step.code+"\n")
		line = waitFor(t, w.stdout, ".")
		if !strings.Contains(line, `"`+step.field+`":`) {
			t.Errorf("no %s: %s", step.field, line)
		}
	}
	interrupt(t, w)
}

// A package of the workspace is watched as soon as it is imported.
func TestWatchOfTheWorkspace(t *testing.T) {
	t.Parallel()
	top := projecttest.New(t, `
-- packages/lib/package.json --
{"name": "lib", "main": "index.ts"}
-- packages/lib/index.ts --
export const lib: string = "ONE";
-- app/src/arkor/index.ts --
console.log("not yet");
-- app/node_modules/keep --
`)
	app := filepath.Join(top, "app")
	if err := os.Symlink(filepath.FromSlash("../../packages/lib"), filepath.Join(app, "node_modules", "lib")); err != nil {
		t.Skip(err)
	}
	w := watch(t, app)
	waitFor(t, w.stdout, rebuilt)
	waitFor(t, w.stderr, "watching")
	projecttest.Write(t, app, "-- src/arkor/index.ts --\nimport { lib } from \"lib\";\nconsole.log(lib);\n")
	waitFor(t, w.stdout, rebuilt)
	projecttest.Write(t, top, "-- packages/lib/index.ts --\nexport const lib: string = \"TWO\";\n")
	waitFor(t, w.stdout, rebuilt)
	code, err := os.ReadFile(filepath.Join(app, ".arkor", "build", "index.mjs"))
	if err != nil || !strings.Contains(string(code), "TWO") {
		t.Errorf("%v\n%s", err, code)
	}
	interrupt(t, w)
}
