package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/peterbourgon/ff/v4"
)

// Observe hears of a command that is about to run, by its name and once its
// options are understood: never of help, of the version or of a wrong option.
// What it returns is called with the command's error (a *UsageError for a
// mistake that the command finds itself) and the exit status, when all there is
// to say has been said.
type Observe func(ctx context.Context, env Env, command string) (ended func(err error, status int))

// Main runs a binary's command in the real process and returns its exit status.
func Main(newCommand func(Env) *ff.Command, observers ...Observe) int {
	return Process(func(ctx context.Context, env Env) int { return Run(ctx, env, newCommand, observers...) })
}

// Process hands the real process to run as an Env, with a context that the
// first SIGINT or SIGTERM cancels. The result is the exit status.
func Process(run func(context.Context, Env) int) int {
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintf(os.Stderr, "arkor: %v\n", err)
		return StatusFailed
	}
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	env := Env{
		Args: os.Args[1:], Dir: dir, Program: program, Environ: os.Environ(),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	}
	ctx, stop := interruptible(context.Background())
	defer stop()
	return run(ctx, env)
}

// Interrupt is the cause of a context that a signal ended.
type Interrupt struct{ Signal os.Signal }

func (i *Interrupt) Error() string { return "interrupted by " + i.Signal.String() }

// repeat is for how long the signal that came first may come once more by another
// way: from a parent that hands it on, and from timeout(1) or a service manager,
// which send it to the whole group.
const repeat = 500 * time.Millisecond

// interruptible returns a context that the first SIGINT or SIGTERM cancels. The
// second one meets the default action and kills the process at once, unless it is
// the first that came by two ways.
func interruptible(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	interrupts, terminations := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	signal.Notify(terminations, syscall.SIGTERM)
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		defer signal.Stop(interrupts)
		defer signal.Stop(terminations)
		select {
		case s := <-interrupts:
			signal.Stop(terminations)
			cancel(&Interrupt{s})
		case s := <-terminations:
			signal.Stop(interrupts)
			cancel(&Interrupt{s})
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(repeat):
		case <-over:
		}
	}()
	return ctx, func() {
		close(over)
		cancel(nil)
		<-done
	}
}

// Run parses env.Args, runs the command that they name, prints its error and
// then what servers said about this release. It returns the exit status.
func Run(ctx context.Context, env Env, newCommand func(Env) *ff.Command, observers ...Observe) int {
	env.Notice = new(Notice)
	warnOfMismatch(env)
	cmd, args := newCommand(env), env.Args
	for len(args) > 0 {
		if args[0] == "help" && len(cmd.Subcommands) > 0 {
			args = append(slices.Clone(args[1:]), "--help")
			continue
		}
		next := subcommand(cmd, args[0])
		if next == nil {
			break
		}
		cmd, args = next, args[1:]
	}
	if cmd.Flags == nil {
		cmd.Flags = ff.NewFlagSet(cmd.Name)
	}
	switch asksFor(args) {
	case "help":
		fmt.Fprintln(env.Stdout, help(cmd))
		return StatusOK
	case "version":
		fmt.Fprintln(env.Stdout, Version())
		return StatusOK
	}
	options, rest, err := splitArgs(cmd.Flags, args)
	if err == nil {
		err = parse(cmd, options)
	}
	var ended []func(error, int)
	if err == nil {
		if cmd.Exec != nil {
			for _, observe := range observers {
				ended = append(ended, observe(ctx, env, cmd.Name))
			}
		}
		err = exec(ctx, cmd, rest)
	}
	name := displayName(cmd)
	if asked := env.Getenv(SpeaksAs); asked != "" {
		name = asked
	}
	status := Report(ctx, env.Stderr, name, err)
	env.Notice.Show(env)
	for _, end := range ended {
		end(err, status)
	}
	return status
}

func subcommand(cmd *ff.Command, name string) *ff.Command {
	for _, sub := range cmd.Subcommands {
		if sub.Name == name {
			return sub
		}
	}
	return nil
}

// asksFor looks for help and version flags before a "--".
func asksFor(args []string) string {
	for _, arg := range args {
		switch arg {
		case "--":
			return ""
		case "-h", "--help":
			return "help"
		case "-V", "--version":
			return "version"
		}
	}
	return ""
}

func parse(cmd *ff.Command, options []string) error {
	err := cmd.Flags.Parse(options)
	if err == nil {
		return nil
	}
	problem := strings.TrimPrefix(err.Error(), "parse args: ")
	// What follows a value that cannot be one is about Go, not about the value.
	if option, value, ok := strings.Cut(problem, ": set "); ok {
		if value, err := strconv.QuotedPrefix(value); err == nil {
			return Usagef("%s does not take %s", option, value)
		}
	}
	return Usagef("%s", problem)
}

func exec(ctx context.Context, cmd *ff.Command, rest []string) error {
	if cmd.Exec != nil {
		return cmd.Exec(ctx, rest)
	}
	var names []string
	for _, sub := range cmd.Subcommands {
		names = append(names, sub.Name)
	}
	if len(rest) == 0 {
		return Hint(Usagef("name a command: %s", strings.Join(names, ", ")), "run `%s --help`", displayName(cmd))
	}
	err := Usagef("unknown command '%s'", rest[0])
	if near := Nearest(rest[0], names); near != "" {
		return Hint(err, "did you mean %s?", near)
	}
	return Hint(err, "the commands are %s", strings.Join(names, ", "))
}

// SpeaksAs is the variable in which one command tells another, which does a part
// of its work, what to call itself: the user has typed the name of the first.
const SpeaksAs = "ARKOR_SPEAKS_AS"

// displayName is what an error begins with: "arkor build" for the build
// command of arkor-build, because that is what the user typed, "arkor-auth
// token" for a command that the dispatcher does not offer, and "create-arkor"
// for one that another program stands in front of.
func displayName(cmd *ff.Command) string {
	name, _, _ := strings.Cut(cmd.Usage, " [")
	if name != "" && !strings.Contains(name, " ") {
		return name
	}
	if fields := strings.Fields(name); len(fields) > 1 && strings.HasPrefix(fields[0], "arkor") && !strings.HasPrefix(fields[1], "<") {
		return strings.Join(fields[:2], " ")
	}
	return cmd.Name
}

// Report prints err, if there is something to print, as name's failure with its
// hint, and returns the exit status that it means.
func Report(ctx context.Context, stderr io.Writer, name string, err error) int {
	var interrupt *Interrupt
	if err != nil && errors.As(context.Cause(ctx), &interrupt) &&
		(errors.Is(err, context.Canceled) || errors.As(err, &interrupt)) {
		if interrupt.Signal == syscall.SIGTERM {
			return StatusTerminated
		}
		return StatusInterrupted
	}
	var exit *ExitError
	switch {
	case err == nil:
		return StatusOK
	case errors.As(err, &exit):
		return exit.Status
	}
	fmt.Fprintf(stderr, "%s: %v\n", name, err)
	if hint := HintOf(err); hint != "" {
		fmt.Fprintf(stderr, "hint: %s\n", hint)
	}
	if errors.Is(err, ErrCancelled) {
		return StatusInterrupted
	}
	return StatusFailed
}

// NoArguments refuses what a command without positional arguments was given.
func NoArguments(args []string) error {
	if len(args) > 0 {
		return Usagef("unexpected argument %q", args[0])
	}
	return nil
}
