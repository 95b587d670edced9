//go:build unix

package packagemanager

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// managers is a folder with one of each, all of which run $SCRIPT. They are
// written before the first process starts, which might hold them open.
var managers string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if managers, err = os.MkdirTemp("", "managers"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(managers)
		for _, m := range All() {
			if err := os.WriteFile(filepath.Join(managers, string(m)), []byte("#!/bin/sh\neval \"$SCRIPT\"\n"), 0o755); err != nil {
				panic(err)
			}
		}
		return m.Run()
	}())
}

// project is an empty project, and a manager that runs a script in it.
func project(t *testing.T, m Manager, script string) Options {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "work", "my app")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	environ := []string{"PATH=" + managers + ":/usr/bin:/bin", "SCRIPT=" + script}
	return Options{Manager: m, Dir: dir, Environ: environ, Stdin: strings.NewReader("")}
}

// signalled tells when something was written.
type signalled struct {
	text  bytes.Buffer
	wrote chan struct{}
}

func (s *signalled) Write(p []byte) (int, error) {
	defer func() { s.wrote <- struct{}{} }()
	return s.text.Write(p)
}

// 8.1: `<pm> install` in the project, with our streams, seen as it happens.
func TestRule8_1(t *testing.T) {
	t.Parallel()
	for _, m := range All() {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			opts := project(t, m, `echo "$# $1 $ADBLOCK $PWD"; read answer; echo "$answer" >&2`)
			stdin, answer, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			stdout, stderr := &signalled{wrote: make(chan struct{}, 1)}, &bytes.Buffer{}
			opts.Stdin, opts.Stdout, opts.Stderr = stdin, stdout, stderr
			result := make(chan error, 1)
			go func() { result <- Install(t.Context(), opts) }()
			select {
			case <-stdout.wrote: // while it waits for an answer
			case err := <-result:
				t.Fatalf("ended with %v", err)
			case <-time.After(time.Minute):
				t.Fatal("nothing was shown")
			}
			if _, err := answer.WriteString("yes\n"); err != nil {
				t.Fatal(err)
			}
			_ = answer.Close()
			if err := <-result; err != nil {
				t.Error(err)
			}
			if stdout.text.String() != "1 install 1 "+opts.Dir+"\n" || stderr.String() != "yes\n" {
				t.Errorf("stdout %q, stderr %q", stdout.text.String(), stderr)
			}
		})
	}
}

// 8.7: what failed is told as a warning.
func TestRule8_7(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		m      Manager
		script string
		code   int
		text   string
	}{
		{NPM, "exit 7", 7, "`npm install` exited with code 7"},
		{Yarn, "kill -KILL $$", -1, "`yarn install` was ended: signal: killed"},
	} {
		err := Install(t.Context(), project(t, c.m, c.script))
		var failure *Error
		if !errors.As(err, &failure) || failure.Code != c.code || failure.Landed || err.Error() != c.text {
			t.Errorf("%s: %#v: %v", c.m, err, err)
		}
	}
	missing := project(t, NPM, "")
	missing.Manager = Bun
	missing.Environ = []string{"PATH=" + t.TempDir()}
	err := Install(t.Context(), missing)
	var failure *Error
	if !errors.As(err, &failure) || failure.Code != -1 || err.Error() != "`bun install` did not start: bun is not on PATH" {
		t.Errorf("missing: %v", err)
	}
	gone := project(t, NPM, "")
	gone.Dir += "/gone"
	if err := Install(t.Context(), gone); !errors.As(err, &failure) || !strings.HasPrefix(err.Error(), "`npm install` did not start: ") {
		t.Errorf("no directory: %v", err)
	}
}

// 8.8, 8.9: whether a failed install has left what it should, compared with
// what was there right before.
func TestRule8_8(t *testing.T) {
	t.Parallel()
	const all = "touch pnpm-lock.yaml; mkdir -p node_modules; touch node_modules/x; exit 1"
	for name, c := range map[string]struct {
		m      Manager
		before []string // an hour old, relative to the project
		script string
		want   bool
	}{
		"both new, pnpm":                  {PNPM, nil, all, true},
		"both new, bun":                   {Bun, nil, "touch bun.lock; mkdir node_modules; exit 1", true},
		"npm does what it says":           {NPM, nil, "touch package-lock.json; mkdir node_modules; exit 1", false},
		"so does yarn":                    {Yarn, nil, "touch yarn.lock; mkdir node_modules; exit 1", false},
		"no lockfile":                     {PNPM, nil, "mkdir node_modules; exit 1", false},
		"no packages":                     {PNPM, nil, "touch pnpm-lock.yaml; exit 1", false},
		"both were there":                 {PNPM, []string{"pnpm-lock.yaml", "node_modules/x"}, "exit 1", false},
		"both were there and are newer":   {PNPM, []string{"pnpm-lock.yaml", "node_modules/x"}, "touch pnpm-lock.yaml node_modules; exit 1", true},
		"only the lockfile is newer":      {PNPM, []string{"pnpm-lock.yaml", "node_modules/x"}, "touch pnpm-lock.yaml; exit 1", false},
		"both above, untouched":           {PNPM, []string{"../pnpm-lock.yaml", "../node_modules/x"}, "exit 1", false},
		"both above, both newer":          {PNPM, []string{"../pnpm-lock.yaml", "../node_modules/x"}, "touch ../pnpm-lock.yaml ../node_modules; exit 1", true},
		"a lockfile nearer than before":   {PNPM, []string{"../pnpm-lock.yaml"}, all, true},
		"the nearer lockfile was removed": {PNPM, []string{"../pnpm-lock.yaml", "pnpm-lock.yaml"}, "rm pnpm-lock.yaml; touch ../pnpm-lock.yaml; mkdir node_modules; exit 1", false},
		"beside the lockfile of another":  {PNPM, []string{"package-lock.json"}, all, true},
		"node_modules is a file":          {PNPM, nil, "touch pnpm-lock.yaml node_modules; exit 1", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := project(t, c.m, c.script)
			old := time.Now().Add(-time.Hour)
			for _, path := range c.before {
				path = filepath.Join(opts.Dir, path)
				write(t, path)
				for _, p := range []string{path, filepath.Dir(path)} {
					if err := os.Chtimes(p, old, old); err != nil {
						t.Fatal(err)
					}
				}
			}
			var failure *Error
			if err := Install(t.Context(), opts); !errors.As(err, &failure) || failure.Landed != c.want {
				t.Errorf("got %#v: %v", failure, err)
			}
		})
	}
}

// 8.10: an install that hangs ends with us, and so does what it started.
func TestRule8_10(t *testing.T) {
	t.Parallel()
	opts := project(t, NPM, `sh -c 'sleep 600 & echo $! >grandchild; wait' & echo $$ >self; wait`)
	ctx, cancel := context.WithCancelCause(t.Context())
	result := make(chan error, 1)
	go func() { result <- Install(ctx, opts) }()
	self, grandchild := id(t, opts.Dir, "self"), id(t, opts.Dir, "grandchild")
	interrupt := &cli.Interrupt{Signal: os.Interrupt}
	cancel(interrupt)
	select {
	case err := <-result:
		if err != error(interrupt) {
			t.Errorf("got %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("it hangs")
	}
	for _, id := range []int{self, grandchild} {
		if alive(id) {
			t.Errorf("%d lives", id)
			_ = syscall.Kill(id, syscall.SIGKILL)
		}
	}
}

// 8.10: an install that fails because we are interrupted is no failed install.
func TestRule8_10Cause(t *testing.T) {
	t.Parallel()
	opts := project(t, NPM, `trap 'exit 3' TERM; echo $$ >self; while :; do sleep 0.05; done`)
	ctx, cancel := context.WithCancelCause(t.Context())
	result := make(chan error, 1)
	go func() { result <- Install(ctx, opts) }()
	id(t, opts.Dir, "self")
	cancel(nil)
	if err := <-result; err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

// id waits for a process id that a script writes into a file.
func id(t *testing.T, dir, name string) int {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		data, _ := os.ReadFile(filepath.Join(dir, name))
		if id, err := strconv.Atoi(strings.TrimSpace(string(data))); err == nil && bytes.HasSuffix(data, []byte("\n")) {
			return id
		}
	}
	t.Fatalf("%s was not written", name)
	return 0
}

// alive is false for a dead process that nobody has asked for yet.
func alive(id int) bool {
	if syscall.Kill(id, 0) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(id) + "/stat")
	return err != nil || !bytes.Contains(stat, []byte(") Z "))
}
