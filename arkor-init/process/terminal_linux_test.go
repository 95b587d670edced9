package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// asChild names the script that this test binary runs in the place of a command.
const asChild = "ARKOR_TEST_SCRIPT"

func TestMain(m *testing.M) {
	if text := os.Getenv(asChild); text != "" {
		os.Exit(cli.Process(func(ctx context.Context, env cli.Env) int {
			cmd := script(env.Dir, text)
			cmd.Stdin, cmd.Stdout, cmd.Stderr = env.Stdin, env.Stdout, env.Stderr
			return cli.Report(ctx, env.Stderr, "test", Run(ctx, cmd, time.Second))
		}))
	}
	os.Exit(m.Run())
}

// terminal opens a terminal: what is typed goes into the first end.
func terminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	t.Cleanup(func() { _ = master.Close() })
	var unlock, number int32
	for _, call := range []struct {
		request uintptr
		value   *int32
	}{{syscall.TIOCSPTLCK, &unlock}, {syscall.TIOCGPTN, &number}} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), call.request, uintptr(unsafe.Pointer(call.value))); errno != 0 {
			t.Skipf("no terminals here: %v", errno)
		}
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	return master, slave
}

// 8.10: at a terminal Ctrl-C ends the program, what it started, and then us.
func TestRule8_10AtATerminal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		wantFile   string // written by a program that puts things in order
	}{
		{"dies with a background job left", `sleep 600 & echo $! >child; echo $$ >self; wait`, ""},
		{"is deaf", `trap '' TERM INT; sleep 600 & echo $! >child; echo $$ >self; while :; do sleep 1; done`, ""},
		{"tidies up first", `trap 'sleep 0.3; touch tidy; exit 1' INT; sleep 600 & echo $! >child; echo $$ >self; while :; do sleep 0.1; done`, "tidy"},
		{"reads from the terminal", `read answer; sleep 600 & echo $! >child; echo $$ >self; wait`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			master, slave := terminal(t)
			cmd := exec.Command(os.Args[0])
			cmd.Dir, cmd.Env = dir, append(os.Environ(), asChild+"="+c.text)
			cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			_ = slave.Close()
			go func() { _, _ = io.Copy(io.Discard, master) }() // ends with the terminal
			if strings.HasPrefix(c.text, "read") {
				if _, err := master.WriteString("yes\n"); err != nil {
					t.Fatal(err)
				}
			}
			all := ids(t, dir, "self", "child")
			if _, err := master.WriteString("\x03"); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			select {
			case err := <-ended:
				var exit *exec.ExitError
				if !errors.As(err, &exit) || exit.ExitCode() != cli.StatusInterrupted {
					t.Errorf("ended with %v", err)
				}
			case <-time.After(20 * time.Second):
				_ = cmd.Process.Kill()
				t.Error("it did not end")
			}
			wantGone(t, all...)
			if c.wantFile != "" {
				if _, err := os.Stat(filepath.Join(dir, c.wantFile)); err != nil {
					t.Errorf("it was not given the time: %v", err)
				}
			}
		})
	}
}
