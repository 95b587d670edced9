// Package sibling finds and runs the other binaries of the tool. Parts of the
// tool are composed by running each other with JSON on stdout.
package sibling

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// NotFoundError says which binary is missing; packagers may ship only some.
type NotFoundError struct{ Name string }

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("%s is not installed", e.Name)
}

// Find returns the path of a sibling: beside this executable first, then on
// PATH. Its error is a *NotFoundError with a hint.
func Find(env cli.Env, name string) (string, error) {
	if path := Beside(env.Program, name); path != "" {
		return path, nil
	}
	if path := OnPath(env, name); path != "" {
		return path, nil
	}
	return "", cli.Hint(&NotFoundError{name}, "install %s beside %s, or put it on PATH", name, filepath.Base(env.Program))
}

// Beside returns the executable called name in the folder of program, links
// followed, or "".
func Beside(program, name string) string {
	folders := []string{filepath.Dir(program)}
	if real, err := filepath.EvalSymlinks(program); err == nil && filepath.Dir(real) != folders[0] {
		folders = append(folders, filepath.Dir(real))
	}
	for _, folder := range folders {
		if path := filepath.Join(folder, name+executableSuffix()); isExecutable(path) {
			return path
		}
	}
	return ""
}

// OnPath returns the executable called name in the PATH of env, or "".
// Relative PATH entries are passed over, as os/exec does.
func OnPath(env cli.Env, name string) string {
	for _, folder := range filepath.SplitList(env.Getenv("PATH")) {
		if !filepath.IsAbs(folder) {
			continue
		}
		if path := filepath.Join(folder, name+executableSuffix()); isExecutable(path) {
			return path
		}
	}
	return ""
}

func executableSuffix() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}

// afterlife is how long a sibling may take to end when it was asked to.
const afterlife = 2 * time.Second

// Command is exec.CommandContext for a sibling: at the end of ctx it is asked to
// end, since it may have children and files to look after, and killed when it
// takes longer than two seconds. Where the terminal seems to have asked it, which
// nobody can know, it gets two seconds before: a second signal kills at once.
func Command(ctx context.Context, path string, args ...string) *exec.Cmd {
	return command(ctx, afterlife, path, args...)
}

func command(ctx context.Context, afterlife time.Duration, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Cancel = func() error {
		var interrupt *cli.Interrupt
		if errors.As(context.Cause(ctx), &interrupt) && deliveredByTerminal(interrupt.Signal) && endsWithin(afterlife, cmd.Process) {
			return nil
		}
		err := cmd.Process.Signal(syscall.SIGTERM)
		if err != nil && !errors.Is(err, os.ErrProcessDone) { // Windows has no such signal
			err = cmd.Process.Kill()
		}
		return err
	}
	cmd.WaitDelay = afterlife
	return cmd
}

// endsWithin reports whether a process, which somebody else waits for, ends by
// itself so soon.
func endsWithin(long time.Duration, p *os.Process) bool {
	for late := time.Now().Add(long); time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		if errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone) {
			return true
		}
	}
	return false
}

// JSON runs a sibling, passes its stderr through and decodes its stdout into
// out. When the sibling fails it has said why on stderr, so the error that
// comes back is silent (*cli.ExitError); what it printed all the same is decoded
// as far as it fits.
func JSON(ctx context.Context, env cli.Env, out any, name string, args ...string) error {
	path, err := Find(env, name)
	if err != nil {
		return err
	}
	var stdout bytes.Buffer
	cmd := Command(ctx, path, args...)
	cmd.Dir, cmd.Env = env.Dir, env.Environ
	cmd.Stdout, cmd.Stderr = &stdout, env.Stderr
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.As(err, &exit):
			_ = json.Unmarshal(stdout.Bytes(), out)
			return &cli.ExitError{Status: cli.StatusFailed}
		}
		return fmt.Errorf("run %s: %w", name, err)
	}
	if err := json.Unmarshal(stdout.Bytes(), out); err != nil {
		return fmt.Errorf("read the answer of %s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}
