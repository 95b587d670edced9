//go:build unix

package sibling

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/terminaltest"
)

func TestMain(m *testing.M) {
	switch os.Args[0] {
	case "parent":
		os.Exit(cli.Process(parent))
	case "child":
		os.Exit(cli.Process(child))
	}
	os.Exit(m.Run())
}

// child takes a while to end: until it reads a line.
func child(ctx context.Context, env cli.Env) int {
	fmt.Println("ready")
	<-ctx.Done()
	fmt.Println("child:", context.Cause(ctx))
	_, _ = bufio.NewReader(env.Stdin).ReadString('\n')
	fmt.Println("all is saved")
	return cli.StatusOK
}

// parent asks its child to end when it is interrupted, which it lets the child do
// when a person presses Enter.
func parent(ctx context.Context, env cli.Env) int {
	afterlife, err := time.ParseDuration(env.Getenv("AFTERLIFE"))
	if err != nil {
		return cli.StatusFailed
	}
	cmd := command(ctx, afterlife, env.Program)
	cmd.Args, cmd.Stdout, cmd.WaitDelay = []string{"child"}, os.Stdout, time.Hour
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return cli.StatusFailed
	}
	cancel := cmd.Cancel
	cmd.Cancel = func() error {
		go func() {
			_, _ = bufio.NewReader(env.Stdin).ReadString('\n')
			fmt.Fprintln(stdin)
		}()
		return cancel()
	}
	_ = cmd.Run()
	fmt.Println("parent:", cmd.ProcessState)
	return cli.StatusOK
}

// A second signal kills at once, and what a child finishes before it ends would
// be lost: what a terminal has sent to the whole group is not sent again.
func TestAChildIsToldOnce(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		interrupt        func(*terminaltest.Session)
		afterlife, heard string
	}{
		"by the terminal":      {func(s *terminaltest.Session) { s.Press(terminaltest.CtrlC) }, "1h", "interrupt"},
		"SIGTERM, by others":   {func(s *terminaltest.Session) { s.Signal(syscall.SIGTERM) }, "1h", "terminated"},
		"SIGINT, as by Ctrl-C": {func(s *terminaltest.Session) { s.Signal(syscall.SIGINT) }, "1ms", "terminated"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := terminaltest.Start(t, terminaltest.Command{Path: self, Args: []string{"parent"}, Environ: append(os.Environ(), "AFTERLIFE="+c.afterlife)})
			s.Expect("ready")
			c.interrupt(s)
			s.Expect("child: interrupted by " + c.heard)
			s.Press(terminaltest.Enter)
			s.Expect("all is saved")
			s.Expect("parent: exit status 0")
			s.Ends(0)
		})
	}
}
