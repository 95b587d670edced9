//go:build unix

package commands

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Rules 9 and 19: descriptors are handed on, not copied through us, and so are
// priority, limits and file mode mask.
func TestWhatAProcessInherits(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `
import { spawnSync } from "node:child_process";
import { fstatSync } from "node:fs";
import { getPriority } from "node:os";
const limit = spawnSync("/bin/sh", ["-c", "ulimit -H -n"], { encoding: "utf8" }).stdout.trim();
console.log(getPriority(), limit, process.umask().toString(8), [0, 1, 2].map((n) => fstatSync(n).isFile()).join());
export const trainer = `+trainer()+`;`)
	cmd := program(t, dir, "start")
	shell := exec.Command("/bin/sh", "-c", `ulimit -n 700 && umask 027 && exec nice -n 3 "$0" start <in >out 2>err`, cmd.Path)
	shell.Dir, shell.Env = dir, append(cmd.Env, "PATH="+filepath.Dir(cmd.Path)+":/usr/bin:/bin")
	if err := os.WriteFile(filepath.Join(dir, "in"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := finish(t, shell); got.status != 0 {
		t.Fatalf("%+v", got)
	}
	got, err := os.ReadFile(filepath.Join(dir, "out"))
	if want := built + "3 700 27 true,true,true\n" + ran; err != nil || string(got) != want {
		t.Errorf("%v, stdout:\n%swant:\n%s", err, got, want)
	}
}

// Rules 3 and 20: the runtime is started once, and once more in a project for
// its version.
func TestOneStartOfTheRuntime(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `export const trainer = `+trainer()+`;`)
	cmd := program(t, dir, "start")
	node, err := os.Readlink(filepath.Join(filepath.Dir(cmd.Path), "node"))
	if err != nil {
		t.Fatal(err)
	}
	wrapper := filepath.Join(dir, "node")
	if err := os.WriteFile(wrapper, []byte("#!/bin/sh\necho \"$1\" >>starts\nexec '"+node+"' \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{built + ran, ran} {
		expect(t, run(t, dir, []string{"PATH=" + dir}, "start"), want, 0)
	}
	data, err := os.ReadFile(filepath.Join(dir, "starts"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(lines) != 3 || lines[0] != "--version" || lines[1] != lines[2] {
		t.Errorf("starts: %q", lines)
	}
}
