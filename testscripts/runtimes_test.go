//go:build unix

package testscripts

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// Every JavaScript runtime runs the same project, against a real backend.
func TestRuntimes(t *testing.T) {
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip(err)
	}
	for _, r := range []struct{ name, npm, binary string }{
		{"node", "", "node"},
		{"bun", "bun@1.4.5", "@oven/bun-*/bin/bun"},
		{"deno", "deno@2.9.6", "@deno/*/deno"},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			f := newFolder(t)
			binary, err := exec.LookPath(r.binary)
			if r.npm != "" {
				binary, err = f.fetchBinary(r.npm, r.binary), nil
			}
			if err != nil {
				t.Skip(err)
			}
			p := &runtimeProject{folder: f, dir: filepath.Join(f.root, "demo")}
			f.environ = append(f.environ, "ARKOR_JS_RUNTIME="+binary, "NO_COLOR=1")
			t.Cleanup(func() { stopBackend(f.environ) })
			f.run(f.root, filepath.Join(binaries, "arkor"), "init", "demo", "--template", "blank", "-y", "--skip-git")
			p.runs(t)
		})
	}
}

// fetchBinary returns the program that a package of npm holds for this machine.
func (f *folder) fetchBinary(npm, pattern string) string {
	f.t.Helper()
	prefix := filepath.Join(f.root, "runtime")
	if out, err := f.try(f.root, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", prefix, npm); err != nil {
		f.t.Skipf("%s cannot be fetched: %v\n%s", npm, err, out)
	}
	found, _ := filepath.Glob(filepath.Join(prefix, "node_modules", pattern))
	for _, binary := range found {
		if exec.Command(binary, "--version").Run() == nil {
			return binary
		}
	}
	f.t.Skipf("%s brings nothing that runs on %s/%s: %q", npm, runtime.GOOS, runtime.GOARCH, found)
	return ""
}

type runtimeProject struct {
	*folder
	dir string
}

// start runs an entry in the project.
func (p *runtimeProject) start(entry string, args ...string) (stdout, stderr string, status int) {
	p.t.Helper()
	cmd, out, errs := p.command(entry, args...)
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	stderr = regexp.MustCompile(`(?m)^arkor start: \d+ samples, .*\n`).ReplaceAllString(errs.String(), "") // how long it may take
	return out.String(), stderr, cmd.ProcessState.ExitCode()
}

func (p *runtimeProject) command(entry string, args ...string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, "src", "arkor", "index.ts"), []byte(entry), 0o644); err != nil {
		p.t.Fatal(err)
	}
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	cmd = exec.CommandContext(p.t.Context(), filepath.Join(binaries, "arkor"), append([]string{"start"}, args...)...)
	cmd.Dir, cmd.Env = p.dir, slices.Concat(p.environ, []string{"PATH=" + p.path})
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // away from the terminal of whoever runs the tests
	return cmd, stdout, stderr
}

// training is a trainer with callbacks; more is added to what it needs.
func training(more string) string {
	return `
import { createTrainer } from "arkor";
interface Place { readonly step: number }
const say = ({ step }: Place, what: string): void => console.log(step + " " + what);
export const trainer = createTrainer({
  name: "demo", model: "arkor/tiny", maxSteps: 4, saveSteps: 2, evalSteps: 2, batchSize: 2,
  dataset: { type: "file", path: "data/train.jsonl", evalPath: "data/heldout.jsonl" },
` + more + `
});
`
}

func (p *runtimeProject) runs(t *testing.T) {
	const built = "Built src/arkor/index.ts → .arkor/build/index.mjs\n"
	id := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]+`)
	expect := func(t *testing.T, what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s:\n%swant:\n%s", what, got, want)
		}
	}
	callbacks := training(`  callbacks: {
    onStarted: () => { process.stdout.write("started\n"); },
    onLog: (log) => say(log, "log"),
    onCheckpoint: async (checkpoint) => {
      const answer = await checkpoint.infer({ messages: [{ role: "user", content: "Hello" }], maxTokens: 4, stream: false });
      say(checkpoint, "answer " + answer.status);
    },
    onCompleted: ({ artifacts }) => { console.error("completed", artifacts.length > 0); },
  },`)
	const said = "started\n1 log\n2 log\n2 answer 200\n3 log\n4 log\n4 answer 200\n"

	t.Run("training with callbacks", func(t *testing.T) {
		stdout, stderr, status := p.start(callbacks)
		expect(t, "stdout", id.ReplaceAllString(stdout, "ID"), built+"Started job ID\n"+said+"Job ID finished with status=completed\n")
		expect(t, "stderr", stderr, "completed true\n")
		if status != 0 {
			t.Errorf("exit status %d", status)
		}
	})
	t.Run("json", func(t *testing.T) {
		stdout, stderr, status := p.start(callbacks, "--json")
		var types []string
		for _, line := range strings.Split(strings.TrimSuffix(stdout, "\n"), "\n") {
			name, _, _ := strings.Cut(strings.TrimPrefix(line, `{"type":"`), `"`)
			types = append(types, name)
		}
		expect(t, "types", strings.Join(types, " "), "preview submitted training.started training.log training.log checkpoint.saved training.log training.log checkpoint.saved training.completed finished")
		expect(t, "stderr", stderr, said+"completed true\n") // the build is that of before
		if status != 0 {
			t.Errorf("exit status %d", status)
		}
	})
	t.Run("dry run, detached", func(t *testing.T) {
		stdout, stderr, status := p.start(callbacks, "--dry-run", "--detach")
		expect(t, "stdout", id.ReplaceAllString(stdout, "ID"), "Started job ID\n")
		expect(t, "stderr", id.ReplaceAllString(stderr, "ID"), "arkor start: dry run: a few steps on a small sample\narkor start: job ID goes on and is not followed; no callback runs\n"+
			"hint: `arkor jobs show ID --watch` follows it\n")
		if status != 0 {
			t.Errorf("exit status %d", status)
		}
	})
	t.Run("exit of the user's", func(t *testing.T) {
		stdout, _, status := p.start(training(`callbacks: { onStarted() { console.log("leaving"); process.exit(7); } },`))
		if !strings.HasSuffix(stdout, "leaving\n") || status != 7 {
			t.Errorf("exit status %d\n%s", status, stdout)
		}
	})
	t.Run("callback that throws", func(t *testing.T) {
		_, stderr, status := p.start(training("callbacks: {\n    onLog() {\n      throw new Error(\"step\", { cause: new Error(\"deeper\") });\n    },\n  },"))
		place := regexp.QuoteMeta(filepath.Join(p.dir, "src/arkor/index.ts"))
		want := `(?s)(^|\n)arkor start: Error: step\n    at [^\n]*` + place + `:10:\d+\)?\n  caused by: Error: deeper\n      at [^\n]*` + place + `:10:\d+\)?\n$`
		if !regexp.MustCompile(want).MatchString(stderr) || status != 1 {
			t.Errorf("exit status %d\n%s", status, stderr)
		}
	})
	t.Run("single run of another entry that throws", func(t *testing.T) {
		if err := os.WriteFile(filepath.Join(p.dir, "other.ts"), []byte("interface X { y: 1 }\ninterface Z { y: 1 }\nthrow new Error(\"other\");\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		_, stderr, status := p.start("", "other.ts")
		want := `^arkor start: Error: other\n    at [^\n]*` + regexp.QuoteMeta(filepath.Join(p.dir, "other.ts")) + `:3:\d+\)?\n$`
		if !regexp.MustCompile(want).MatchString(stderr) || status != 1 {
			t.Errorf("exit status %d\n%s", status, stderr)
		}
	})
	t.Run("missing package", func(t *testing.T) {
		_, stderr, status := p.start(`import "zod";`)
		if !strings.HasSuffix(stderr, "arkor start: the package zod is not installed\nhint: run `npm install zod` in the project\n") || status != 1 {
			t.Errorf("exit status %d\n%s", status, stderr)
		}
	})
	t.Run("Ctrl-C", func(t *testing.T) {
		cmd, stdout, stderr := p.command(strings.Replace(training(`callbacks: { onLog: (log) => say(log, "log") },`), "maxSteps: 4", "maxSteps: 100000", 1))
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		cmd.Stdout = writer
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		writer.Close()
		chunk := make([]byte, 4096)
		for !strings.Contains(stdout.String(), "2 log\n") {
			n, err := reader.Read(chunk)
			stdout.Write(chunk[:n])
			if err != nil {
				break
			}
		}
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		_, _ = stdout.ReadFrom(reader)
		_ = cmd.Wait()
		said := id.ReplaceAllString(stderr.String(), "ID")
		want := "arkor start: interrupted; cancelling job ID (again to exit at once)\narkor start: job ID is cancelled\n"
		if !strings.HasSuffix(said, want) || cmd.ProcessState.ExitCode() != 130 || strings.Contains(stdout.String(), "finished") {
			t.Errorf("%v\n%s%s", cmd.ProcessState, said, stdout)
		}
	})
}
