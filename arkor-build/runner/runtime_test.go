//go:build unix

package runner

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// programs writes shell scripts into a folder and returns it.
func programs(t *testing.T, scripts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	// A process started meanwhile would hold the open files, and a program that
	// is open for writing cannot be run.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFindRuntime(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		scripts  map[string]string
		override string // BIN stands for the folder of the scripts
		want     string // kind and file name
		wantErr  string // what the error begins with
	}{
		{"node", map[string]string{"node": "echo v20.1.0", "bun": ""}, "", "node node", ""},
		{"node of the future", map[string]string{"node": "echo v31.0.0-nightly"}, "", "node node", ""},
		{"old node, then bun", map[string]string{"node": "echo v18.19.0", "bun": "", "deno": ""}, "", "bun bun", ""},
		{"deno alone", map[string]string{"deno": ""}, "", "deno deno", ""},
		{"old node alone", map[string]string{"node": "echo v18.19.0"}, "", "", "no JavaScript runtime to run the trainer with: node at BIN/node is version v18.19.0, older than 20, no bun"},
		{"node that does not run", map[string]string{"node": "exit 3"}, "", "", "no JavaScript runtime to run the trainer with: node at BIN/node does not run (exit status 3)"},
		{"node that is none", map[string]string{"node": "echo hello"}, "", "", "no JavaScript runtime to run the trainer with: node at BIN/node calls itself version \"hello\""},
		{"nothing", nil, "", "", "no JavaScript runtime to run the trainer with: no node on PATH, no bun and no deno either"},
		{"named", map[string]string{"node": "echo v20.1.0", "bun": ""}, "bun", "bun bun", ""},
		{"named by path", map[string]string{"my-node": ""}, "BIN/my-node", "node my-node", ""},
		{"named and missing", map[string]string{"node": "echo v20.1.0"}, "bun", "", `ARKOR_JS_RUNTIME names "bun", which is not there`},
		{"a folder is named", nil, "BIN", "", `ARKOR_JS_RUNTIME names "BIN", which is not there`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bin := programs(t, test.scripts)
			fill := func(s string) string { return strings.ReplaceAll(s, "BIN", bin) }
			env := cli.Env{Dir: t.TempDir(), Environ: []string{"PATH=" + bin, override + "=" + fill(test.override)}}
			got, err := FindRuntime(t.Context(), env)
			if test.wantErr != "" {
				if err == nil || !strings.HasPrefix(err.Error(), fill(test.wantErr)) {
					t.Errorf("error = %v, want %s", err, fill(test.wantErr))
				}
				if cli.HintOf(err) == "" {
					t.Error("the error has no hint")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s := got.Name + " " + filepath.Base(got.Path); s != test.want {
				t.Errorf("got %s, want %s", s, test.want)
			}
		})
	}
}

// Asking node for its version costs as much as a start, so it is asked once.
func TestNodeVersionIsKept(t *testing.T) {
	t.Parallel()
	bin := programs(t, map[string]string{"node": `echo asked >> "$0.log"; echo v22.0.0`})
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".arkor", "build"), 0o777); err != nil {
		t.Fatal(err)
	}
	env := cli.Env{Dir: dir, Environ: []string{"PATH=" + bin}}
	for range 2 {
		if _, err := FindRuntime(t.Context(), env); err != nil {
			t.Fatal(err)
		}
	}
	if log, _ := os.ReadFile(filepath.Join(bin, "node.log")); string(log) != "asked\n" {
		t.Errorf("asked %d times", strings.Count(string(log), "asked"))
	}
}

// Version managers choose by the folder that they are called in.
func TestNodeIsAskedInTheProject(t *testing.T) {
	t.Parallel()
	bin := programs(t, map[string]string{"node": `read version <.node-version && echo "$version"`})
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".node-version"), []byte("v18.0.0\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := FindRuntime(t.Context(), cli.Env{Dir: dir, Environ: []string{"PATH=" + bin}})
	if err == nil || !strings.Contains(err.Error(), "is version v18.0.0, older than 20") {
		t.Errorf("error = %v", err)
	}
}

func FuzzMajorVersion(f *testing.F) {
	for _, version := range []string{"v20.11.1", "20", "v", "", "v-1.0", "v99999999999999999999.0"} {
		f.Add(version)
	}
	f.Fuzz(func(t *testing.T, version string) {
		if n, ok := majorVersion(version); ok && n < 0 {
			t.Errorf("majorVersion(%q) = %d", version, n)
		}
	})
}
