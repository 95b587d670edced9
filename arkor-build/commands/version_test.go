package commands

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

// released returns a program as version 1.5.0 of it.
func released(t *testing.T) func(dir string, args ...string) result {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "arkor-build")
	build := exec.Command("go", "build", "-ldflags", "-X github.com/arkorlab/arkor-go/shared/cli.version=1.5.0", "-o", binary, "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return func(dir string, args ...string) result {
		cmd := program(t, dir, args...)
		cmd.Path = binary
		return finish(t, cmd)
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	exec := released(t)
	project := func(files string) string {
		return projecttest.New(t, `
-- src/arkor/index.ts --
import { version } from "arkor";
console.log(version);
export const trainer = `+trainer()+`;
-- node_modules/arkor/index.js --
exports.version = "installed";
`+files)
	}

	t.Run("another release is installed", func(t *testing.T) {
		t.Parallel()
		dir := project("-- node_modules/arkor/package.json --\n{\"version\": \"1.4.0\"}\n-- package.json --\n{\"devDependencies\": {\"arkor\": \"*\"}}\n-- pnpm-lock.yaml --\n")
		const warning = ": warning: the installed package arkor is version 1.4.0, arkor-build is 1.5.0; install one release of both: `pnpm add -D arkor@1.5.0`\n"
		for _, step := range []struct{ stdout, command string }{{built, "build"}, {"installed\n" + ran, "start"}} {
			got := exec(dir, step.command)
			expect(t, got, step.stdout, 0)
			if want := "arkor " + step.command + warning; got.stderr != want {
				t.Errorf("stderr %q, want %q", got.stderr, want)
			}
		}
	})
	t.Run("nothing to say", func(t *testing.T) {
		t.Parallel()
		for _, version := range []string{"1.5.0", "0.0.0-dev"} {
			got := exec(project("-- node_modules/arkor/package.json --\n{\"version\": \""+version+"\"}\n"), "build")
			expect(t, got, built, 0)
			if got.stderr != "" {
				t.Errorf("%s: stderr %q", version, got.stderr)
			}
		}
	})
	t.Run("the artifact of another release", func(t *testing.T) {
		t.Parallel()
		dir := project("-- node_modules/arkor/package.json --\n{\"version\": \"0.0.0-dev\"}\n")
		record := filepath.Join(dir, ".arkor", "build", "index.mjs.inputs.json")
		expect(t, exec(dir, "build"), built, 0)

		// Its record can be read: only --no-build takes it as it is.
		data, err := os.ReadFile(record)
		if err == nil {
			err = os.WriteFile(record, []byte(strings.Replace(string(data), "1.5.0", "1.6.0", 1)), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
		expect(t, exec(dir, "start", "--no-build"), "installed\n"+ran, 0)
		got := exec(dir, "start")
		expect(t, got, built+"installed\n"+ran, 0)
		if want := "arkor start: building again: it was built by version 1.6.0\n"; got.stderr != want {
			t.Errorf("stderr %q, want %q", got.stderr, want)
		}

		// It cannot be read.
		newer := func() {
			if err := os.WriteFile(record, []byte(`{"version": 9, "tool": "2.0.0"}`), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		newer()
		refusal := "arkor start: " + filepath.Join(dir, ".arkor", "build", "index.mjs") + " was built by version 2.0.0 of arkor-build, too new for this version 1.5.0\n" +
			"hint: upgrade arkor-build, or build the artifact again from its sources\n"
		got = exec(dir, "start", "--no-build")
		expect(t, got, "", 1)
		if got.stderr != refusal {
			t.Errorf("stderr %q, want %q", got.stderr, refusal)
		}
		got = exec(dir, "start")
		expect(t, got, built+"installed\n"+ran, 0)
		if want := "arkor start: building again: it was built by the newer version 2.0.0 of arkor-build\n"; got.stderr != want {
			t.Errorf("stderr %q, want %q", got.stderr, want)
		}
		newer()
		if err := os.RemoveAll(filepath.Join(dir, "src")); err != nil {
			t.Fatal(err)
		}
		got = exec(dir, "start")
		expect(t, got, "", 1)
		if got.stderr != refusal {
			t.Errorf("stderr %q, want %q", got.stderr, refusal)
		}
	})
}
