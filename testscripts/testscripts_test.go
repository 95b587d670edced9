// Package testscripts holds the end-to-end behaviour of the tool: scripts that
// run the real binaries, with a real backend where one is needed.
package testscripts

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// binaries is the folder of the binaries under test.
var binaries string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		folder, cleanup, err := buildBinaries()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer cleanup()
		binaries = folder
		return m.Run()
	}())
}

// buildBinaries returns the folder named by ARKOR_BIN or, without it, builds
// the binaries as the Makefile does.
func buildBinaries() (folder string, cleanup func(), err error) {
	if folder = os.Getenv("ARKOR_BIN"); folder != "" {
		folder, err = filepath.Abs(folder)
		return folder, func() {}, err
	}
	if folder, err = os.MkdirTemp("", "arkor-bin-"); err != nil {
		return "", nil, err
	}
	cleanup = func() { os.RemoveAll(folder) }
	make := exec.Command("make", "--no-print-directory", "build", "BIN="+folder)
	make.Dir = ".."
	if out, err := make.CombinedOutput(); err != nil {
		cleanup()
		return "", nil, fmt.Errorf("make build: %w\n%s", err, out)
	}
	return folder, cleanup, nil
}

func TestScripts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the scripts' helper programs are shell scripts")
	}
	scripts, err := filepath.Glob("*/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	folders := map[string]bool{}
	for _, script := range scripts {
		folders[filepath.Dir(script)] = true
	}
	for folder := range folders {
		t.Run(folder, func(t *testing.T) {
			testscript.RunT(watched{t}, testscript.Params{
				Dir:                 folder,
				Setup:               setup,
				RequireExplicitExec: true,
				UpdateScripts:       os.Getenv("UPDATE") != "",
				Cmds:                commands,
				Condition:           condition,
			})
		})
	}
}

// condition knows what a script may need of the machine: [mounts] is the right
// to mount file systems for itself.
func condition(name string) (bool, error) {
	if name != "mounts" {
		return false, fmt.Errorf("unknown condition %s", name)
	}
	return exec.Command("unshare", "--map-root-user", "--mount", "true").Run() == nil, nil
}

// setup gives each script a home and a backend data folder of its own, the
// binaries on PATH, and nothing of the developer's environment.
func setup(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		return err
	}
	helpers, err := filepath.Abs("helpers")
	if err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("BIN", binaries)
	env.Setenv("HELPERS", helpers)
	env.Setenv("PATH", strings.Join([]string{binaries, helpers, os.Getenv("PATH")}, string(os.PathListSeparator)))
	env.Setenv("DO_NOT_TRACK", "1")
	env.Setenv("NO_COLOR", "1")
	for _, who := range []string{"AUTHOR", "COMMITTER"} { // for arkor init --git
		env.Setenv("GIT_"+who+"_NAME", "Ada")
		env.Setenv("GIT_"+who+"_EMAIL", "ada@example.test")
	}
	env.Values[providerKey{}] = &holder{}
	vars, folder, t := env.Vars, env.WorkDir, env.T()
	env.Defer(func() { stopBackend(vars) })
	env.Defer(func() { searchFiles(t, folder) })
	return nil
}

// stopBackend ends the daemon that a script may have started. It sees the
// script's environment alone: the developer's own may name another daemon.
func stopBackend(vars []string) {
	cmd := exec.Command(filepath.Join(binaries, "arkor-backend"), "stop")
	cmd.Env = vars
	_ = cmd.Run() // there may be none
}
