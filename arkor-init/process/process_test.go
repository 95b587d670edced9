//go:build unix

package process

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// script prepares a shell script that can write its process ids into dir.
func script(dir, text string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", text)
	cmd.Dir = dir
	return cmd
}

// ids waits for the process ids that a script writes, one a file.
func ids(t *testing.T, dir string, names ...string) []int {
	t.Helper()
	var found []int
	for _, name := range names {
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
			data, _ := os.ReadFile(filepath.Join(dir, name))
			if id, err := strconv.Atoi(strings.TrimSpace(string(data))); err == nil && bytes.HasSuffix(data, []byte("\n")) {
				found = append(found, id)
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s was not written", name)
			}
		}
	}
	return found
}

// wantGone fails when one of the processes lives. A dead one whose parent does
// not ask for it counts as gone.
func wantGone(t *testing.T, processIDs ...int) {
	t.Helper()
	table, err := processes()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range processIDs {
		if e, ok := table[id]; ok {
			t.Errorf("%d lives: %+v", id, e)
			_ = syscall.Kill(id, syscall.SIGKILL)
		}
	}
}

var errStop = errors.New("enough")

func TestWhatEndsByItselfIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var out bytes.Buffer
	cmd := script(dir, `echo said; sleep 60 & echo $! >daemon`)
	cmd.Stdout = &out // the daemon keeps it open
	start := time.Now()
	err := Run(t.Context(), cmd, time.Minute)
	if err != nil || out.String() != "said\n" || time.Since(start) > 30*time.Second {
		t.Errorf("%v, %q after %v", err, out.String(), time.Since(start))
	}
	daemon := ids(t, dir, "daemon")[0]
	if err := syscall.Kill(daemon, syscall.SIGKILL); err != nil {
		t.Errorf("the daemon did not live on: %v", err)
	}

	var exit *exec.ExitError
	if err := Run(t.Context(), script(dir, "exit 7"), time.Minute); !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("exit 7: %v", err)
	}
	if err := Run(t.Context(), exec.Command("/nowhere/at/all"), time.Minute); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("nothing to start: %v", err)
	}
}

func TestAContextThatHasEndedStartsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	if err := Run(ctx, script(dir, "touch started"), time.Minute); err != errStop {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "started")); err == nil {
		t.Error("it was started")
	}
}

func TestTheEndOfTheContextEndsAllOfIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		grace      time.Duration // a minute: no need to wait for it
	}{
		{"waits for its child", `sleep 600 & echo $! >child; echo $$ >self; wait`, time.Minute},
		{"is deaf", `trap '' TERM INT; sleep 600 & echo $! >child; echo $$ >self; while :; do sleep 1; done`, 50 * time.Millisecond},
		{"has a deaf child", `sh -c 'trap "" TERM; echo $$ >child; while :; do sleep 1; done' & echo $$ >self; wait`, 50 * time.Millisecond},
		{"says it is fine", `trap 'exit 0' TERM; sleep 600 & echo $! >child; echo $$ >self; wait`, time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			ctx, cancel := context.WithCancelCause(t.Context())
			cmd := script(dir, c.text)
			var out bytes.Buffer
			cmd.Stdout = &out
			result := make(chan error, 1)
			go func() { result <- Run(ctx, cmd, c.grace) }()
			all := ids(t, dir, "self", "child")
			cancel(errStop)
			select {
			case err := <-result:
				if err != errStop {
					t.Errorf("got %v", err)
				}
			case <-time.After(20 * time.Second):
				t.Error("it did not end")
			}
			wantGone(t, all...)
		})
	}
}

// 1 runs make (10), which runs us (20) and another job (30); we run a program
// (21), all of them in group 10.
func TestMembersOfASharedGroup(t *testing.T) {
	t.Parallel()
	tree := &tree{root: 21, shared: true, group: 10, before: map[int]bool{10: true, 20: true, 30: true}}
	table := map[int]entry{
		1: {0, 1}, 10: {1, 10}, 20: {10, 10}, 30: {10, 10},
		21: {20, 10}, 22: {21, 10}, 23: {22, 10}, // the program's descendants
		24: {1, 10},  // left by one of them
		25: {24, 10}, // and its child
		26: {21, 26}, // went its own way
		31: {30, 10}, // of the other job
		40: {10, 10}, // a job that was started since
		41: {40, 10},
		27: {20, 10}, // ours, but not the program
	}
	if got, want := tree.among(table), []int{21, 22, 23, 24, 25}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
