package backendcmd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/arkor-backend/process"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/filelock"
)

func TestManyEnsureStartOne(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	if err := m.home.Make(); err != nil {
		t.Fatal(err)
	}
	// What a crash left behind: an address where somebody else answers now.
	stranger, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	stale, _ := json.Marshal(daemon.Info{URL: "http://" + stranger.Addr().String(), PID: os.Getpid(), Version: cli.Version()})
	if err := os.WriteFile(filepath.Join(string(m.home), "backend.json"), stale, 0o600); err != nil {
		t.Fatal(err)
	}
	const callers = 20
	answers := make([]ensured, callers)
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			stdout, stderr, err := m.run("ensure", "--json")
			if err != nil || json.Unmarshal([]byte(stdout), &answers[i]) != nil {
				t.Errorf("ensure: %v %s %s", err, stdout, stderr)
			}
		})
	}
	all.Wait()
	for _, answer := range answers {
		if diff := cmp.Diff(answers[0], answer); diff != "" {
			t.Fatal(diff)
		}
	}
	client := &cloud.Client{BaseURL: answers[0].URL, Token: answers[0].Token, Version: "1.0.0"}
	if _, err := client.Me(t.Context()); err != nil {
		t.Error(err)
	}
	log, err := os.ReadFile(m.home.Log())
	if err != nil || strings.Count(string(log), "listening on") != 1 {
		t.Errorf("log %q, %v", log, err)
	}
	for _, name := range []string{"backend.json", "owner-token", "backend.db", "backend.log"} {
		if info, err := os.Stat(filepath.Join(string(m.home), name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	stdout, _, err := m.run("status")
	if err != nil || !strings.HasPrefix(stdout, "running at "+answers[0].URL) || !strings.HasSuffix(stdout, "0 training, 0 waiting") {
		t.Errorf("status %q, %v", stdout, err)
	}
	if stdout, stderr, err := m.run("stop"); err != nil || stdout != "stopped" {
		t.Errorf("stop %q %q, %v", stdout, stderr, err)
	}
	if stdout, _, err := m.run("status", "--json"); err != nil || stdout != `{"running":false}` {
		t.Errorf("status %q, %v", stdout, err)
	}
}

func TestEnsureReplacesAnotherVersion(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	first, _ := m.ensure()
	m.pretend("0.0.1")
	second, stderr := m.ensure()
	if second.PID == first.PID || second.Version != cli.Version() || stderr != "replacing the running backend, version 0.0.1, by "+cli.Version() {
		t.Errorf("%+v, %q", second, stderr)
	}

	// One that works is left alone.
	control := fakeworker.NewControl(t)
	client := &cloud.Client{BaseURL: second.URL, Token: second.Token, Version: "1.0.0"}
	m.train(client, control, 4)
	worker := control.Next()
	worker.AtStep()
	m.pretend("0.0.1")
	third, stderr := m.ensure()
	if third.PID != second.PID || !strings.Contains(stderr, "has work to do") {
		t.Errorf("%+v, %q", third, stderr)
	}
	worker.Do("free")
}

// A backend that is leaving or starting has the folder until its work is saved,
// or before it answers; who comes then waits for it.
func TestWaitForABackendThatLeaves(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]string{"ensure": "running at http://", "stop": "not running\n"} {
		m := newMachine(t)
		if err := m.home.Make(); err != nil {
			t.Fatal(err)
		}
		lock, err := os.Create(filepath.Join(string(m.home), "backend.lock"))
		if err != nil {
			t.Fatal(err)
		}
		defer lock.Close()
		if locked, err := process.TryLock(lock); err != nil || !locked {
			t.Fatal(locked, err)
		}
		cmd := m.command(command)
		stderr, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		var stdout bytes.Buffer
		cmd.Stdout = &stdout
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(stderr).ReadString('\n'); !strings.Contains(line, "waiting for it") {
			t.Errorf("%s: %q, %v", command, line, err)
		}
		lock.Close()
		if err := cmd.Wait(); err != nil || !strings.HasPrefix(stdout.String(), want) {
			t.Errorf("%s: %q, %v", command, stdout.String(), err)
		}
	}
}

// Nor does one who waits for another command that starts a backend have to wait.
func TestSettleIsInterrupted(t *testing.T) {
	t.Parallel()
	home := daemon.Home(t.TempDir())
	unlock, err := filelock.Lock(t.Context(), home.EnsureLock())
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, interrupt := context.WithCancelCause(t.Context())
	cause := &cli.Interrupt{Signal: os.Interrupt}
	interrupt(cause)
	if _, err := settle(ctx, cli.Env{Stderr: t.Output()}, home); !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
}

// An interrupted command leaves no backend behind that nobody knows of.
func TestInterruptedEnsure(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the backend's stand-in is a shell script")
	}
	t.Parallel()
	m := newMachine(t)
	if err := m.home.Make(); err != nil {
		t.Fatal(err)
	}
	program, number := filepath.Join(t.TempDir(), "arkor-backend"), filepath.Join(t.TempDir(), "pid")
	script := "#!/bin/sh\necho $$ >" + number + ".new\nmv " + number + ".new " + number + "\nexec sleep 600\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	go func() {
		defer interrupt()
		_ = until(t.Context(), func() (bool, error) {
			_, err := os.Stat(number)
			return err == nil, nil
		})
	}()
	c := &ensure{env: cli.Env{Program: program, Environ: os.Environ(), Stderr: t.Output()}}
	if _, err := c.start(ctx, m.home); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	text, err := os.ReadFile(number)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if started, err := os.FindProcess(pid); err == nil && started.Signal(syscall.Signal(0)) == nil {
		_ = started.Kill()
		t.Error("the backend goes on")
	}
}

func TestEnsureSaysWhyTheBackendDoesNotStart(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	if err := m.home.Make(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(string(m.home), "backend.db"), []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, stderr, err := m.run("ensure", "--json")
	if err == nil || !strings.Contains(stderr, "the backend ended at once: database ") || !strings.Contains(stderr, "file is not a database") {
		t.Errorf("%v, %s", err, stderr)
	}
}
