// Command quickstart walks the whole way once: it scaffolds a project from a
// template into a temporary folder, trains it on this machine, and shows what
// the base model and the tuned one answer to texts that neither was trained on.
package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
)

func main() {
	bin := flag.String("bin", "bin", "folder of the binaries")
	id := flag.String("template", "triage", "template to measure")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *bin, *id); err != nil {
		fmt.Fprintf(os.Stderr, "quickstart: %v\n", err)
		if hint := cli.HintOf(err); hint != "" {
			fmt.Fprintf(os.Stderr, "hint: %s\n", hint)
		}
		os.Exit(1)
	}
}

func run(ctx context.Context, bin, id string) error {
	t, ok := tasks()[id]
	if !ok {
		return fmt.Errorf("no held-out scores are defined for template %q", id)
	}
	bin, err := filepath.Abs(bin)
	if err != nil {
		return err
	}
	workspace, err := os.MkdirTemp("", "arkor-quickstart-")
	if err != nil {
		return err
	}
	home := filepath.Join(workspace, "backend")
	project := tool{bin: bin, dir: workspace, env: append(os.Environ(), "DO_NOT_TRACK=1", "ARKOR_BACKEND=local", "ARKOR_BACKEND_HOME="+home)}
	// A daemon of the quickstart's own, which ends with it.
	defer project.quiet(context.WithoutCancel(ctx), "arkor", "backend", "stop")

	say("1. A project that " + t.does)
	if err := project.shown(ctx, "arkor", "init", id, "--template", id, "--yes", "--skip-git"); err != nil {
		return err
	}
	project.dir = filepath.Join(workspace, id)

	say("2. Train it on this machine")
	started := time.Now()
	jobID, err := project.train(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("\nTrained in %.0f s, on this machine, with no account and no network.\n", time.Since(started).Seconds())

	say("3. Before and after, on " + t.noun + "s that were never shown in training")
	if err := compare(ctx, project, jobID, t); err != nil {
		return err
	}
	fmt.Printf("\nThe project stays at %s. Next:\n\n  %s init my-project --template %s --yes && cd my-project && %s start\n\n",
		project.dir, shorten(filepath.Join(bin, "arkor")), id, shorten(filepath.Join(bin, "arkor")))
	return nil
}

// tool runs our binaries in one folder.
type tool struct {
	bin, dir string
	env      []string
}

func (t tool) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(t.bin, name), args...)
	cmd.Dir, cmd.Env = t.dir, t.env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// shown prints a command line as a person would type it, and runs it.
func (t tool) shown(ctx context.Context, name string, args ...string) error {
	fmt.Printf("$ %s %s\n", name, strings.Join(args, " "))
	if err := t.command(ctx, name, args...).Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}

func (t tool) quiet(ctx context.Context, name string, args ...string) {
	cmd := t.command(ctx, name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, nil, nil
	_ = cmd.Run() // nothing to stop is fine
}

// train runs "arkor start" with its streams in sight and returns the job's id.
func (t tool) train(ctx context.Context) (jobID string, err error) {
	fmt.Println("$ arkor start")
	var printed bytes.Buffer
	cmd := t.command(ctx, "arkor", "start")
	cmd.Stdout = io.MultiWriter(os.Stdout, &printed)
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("arkor start: %w", err)
	}
	lines := bufio.NewScanner(&printed)
	for lines.Scan() {
		if id, ok := strings.CutPrefix(lines.Text(), "Started job "); ok {
			return id, nil
		}
	}
	return "", fmt.Errorf("arkor start named no job")
}

func say(title string) { fmt.Printf("\n%s\n%s\n", title, strings.Repeat("-", len(title))) }

// shorten makes a path relative to where the person is, when that is shorter.
func shorten(path string) string {
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(dir, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}
