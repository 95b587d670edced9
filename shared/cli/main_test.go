package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/peterbourgon/ff/v4"
)

// demo is a binary with a command that prints what it was given.
func demo(env Env) *ff.Command {
	flags := ff.NewFlagSet("arkor show")
	json := flags.BoolLong("json", "print JSON")
	name := flags.StringLong("name", "nobody", "a name")
	fail := flags.StringLong("fail", "", "how to fail")
	flags.IntLong("count", 1, "how often")
	return &ff.Command{
		Name:  "arkor-demo",
		Usage: "arkor-demo <command>", ShortHelp: "shows how commands work.",
		Subcommands: []*ff.Command{
			{
				Name: "show", Usage: "arkor show [file]", Flags: flags,
				ShortHelp: "print what it was given", LongHelp: "Every argument, and what the options say.",
				Exec: func(ctx context.Context, args []string) error {
					switch *fail {
					case "hint":
						return Hint(Errorf("no file at x"), "make one")
					case "silent":
						return &ExitError{Status: 7}
					case "interrupt":
						return ctx.Err()
					}
					fmt.Fprintf(env.Stdout, "json=%v name=%s args=%s", *json, *name, strings.Join(args, "|"))
					return nil
				},
			},
			{
				Name: "later", Usage: "arkor later", ShortHelp: "fail",
				Exec: func(context.Context, []string) error { return Errorf("it is too early") },
			},
		},
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	tests := []struct {
		args           string
		status         int
		stdout, stderr string
	}{
		{"show", 0, "json=false name=nobody args=", ""},
		{"show a --json b", 0, "json=true name=nobody args=a|b", ""},
		{"show --json true", 0, "json=true name=nobody args=true", ""},
		{"show --name=Ada", 0, "json=false name=Ada args=", ""},
		{"show a --name Ada", 0, "json=false name=Ada args=a", ""},
		{"show -- --json", 0, "json=false name=nobody args=--json", ""},
		{"show - --json", 0, "json=true name=nobody args=-", ""},
		{"show --name", 1, "", "arkor show: option '--name <string>' argument missing\n"},
		{"show --name=", 1, "", "arkor show: option '--name' was given an empty value\n"},
		{"show --count x", 1, "", "arkor show: --count does not take \"x\"\n"},
		{"show --jsno", 1, "", "arkor show: unknown option '--jsno'\nhint: did you mean --json?\n"},
		{"show -x", 1, "", "arkor show: unknown option '-x'\n"},
		{"show --fail hint", 1, "", "arkor show: no file at x\nhint: make one\n"},
		{"show --fail silent", 7, "", ""},
		{"later", 1, "", "arkor later: it is too early\n"},
		{"", 1, "", "arkor-demo: name a command: show, later\nhint: run `arkor-demo --help`\n"},
		{"shwo", 1, "", "arkor-demo: unknown command 'shwo'\nhint: did you mean show?\n"},
		{"--version", 0, "0.0.0-dev\n", ""},
		{"show a --version", 0, "0.0.0-dev\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			env := Env{Args: strings.Fields(tt.args), Stdout: &stdout, Stderr: &stderr}
			status := Run(context.Background(), env, demo)
			if status != tt.status || stdout.String() != tt.stdout || stderr.String() != tt.stderr {
				t.Errorf("status %d, stdout %q, stderr %q; want %d, %q, %q",
					status, stdout.String(), stderr.String(), tt.status, tt.stdout, tt.stderr)
			}
		})
	}
}

// A command that does a part of another one's work fails under its name.
func TestSpeaksAs(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	env := Env{Args: []string{"show", "--fail", "hint"}, Environ: []string{SpeaksAs + "=arkor whole"}, Stderr: &stderr}
	if Run(context.Background(), env, demo); stderr.String() != "arkor whole: no file at x\nhint: make one\n" {
		t.Errorf("stderr %q", stderr.String())
	}
}

func TestHelpIsPrintedOnStdout(t *testing.T) {
	t.Parallel()
	const show = `Usage: arkor show [file]

Print what it was given.

Every argument, and what the options say.

Options:
  --json          print JSON
  --name STRING   a name (default: nobody)
  --fail STRING   how to fail
  --count INT     how often (default: 1)
`
	const all = `Usage: arkor-demo <command>

Shows how commands work.

Commands:
  show    print what it was given
  later   fail
`
	for args, want := range map[string]string{"--help": all, "show --help": show, "show a -h": show, "help": all, "help show": show} {
		var stdout, stderr bytes.Buffer
		env := Env{Args: strings.Fields(args), Stdout: &stdout, Stderr: &stderr}
		if status := Run(context.Background(), env, demo); status != 0 || stderr.Len() > 0 {
			t.Errorf("%s: status %d, stderr %q", args, status, stderr.String())
		}
		if stdout.String() != want {
			t.Errorf("%s:\n%swant:\n%s", args, stdout.String(), want)
		}
	}
}

func TestInterruptDecidesTheStatus(t *testing.T) {
	t.Parallel()
	for signal, want := range map[os.Signal]int{os.Interrupt: 130, syscall.SIGTERM: 143} {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(&Interrupt{signal})
		var stderr bytes.Buffer
		env := Env{Args: []string{"show", "--fail", "interrupt"}, Stderr: &stderr}
		if got := Run(ctx, env, demo); got != want || stderr.Len() > 0 {
			t.Errorf("%v: status %d, stderr %q; want %d and silence", signal, got, stderr.String(), want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	commands := []string{"init", "build", "start", "whoami"}
	for word, want := range map[string]string{
		"buld": "build", "biuld": "build", "strat": "start", "whoma": "whoami", "x": "", "deploy": "", "nt": "",
	} {
		if got := Nearest(word, commands); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestLookupEnvTakesTheLastValue(t *testing.T) {
	t.Parallel()
	env := Env{Environ: []string{"A=1", "A=", "HOME=/h"}}
	if value, ok := env.LookupEnv("A"); !ok || value != "" {
		t.Errorf("A = %q, %v", value, ok)
	}
	if _, ok := env.LookupEnv("B"); ok {
		t.Error("B is set")
	}
	if home, err := env.Home(); home != "/h" || err != nil {
		t.Errorf("home %q, %v", home, err)
	}
	if _, err := (Env{}).Home(); err == nil || HintOf(err) == "" {
		t.Errorf("without HOME: %v, hint %q", err, HintOf(err))
	}
}

func TestTheEnvironmentIsNotPrinted(t *testing.T) {
	t.Parallel()
	env := Env{Program: "/bin/arkor", Environ: []string{"ARKOR_TOKEN=s3cret"}}
	for _, text := range []string{fmt.Sprintf("%v", env), fmt.Sprintf("%+v", struct{ Env }{env}), fmt.Sprintf("%#v", env)} {
		if strings.Contains(text, "s3cret") {
			t.Error(text)
		}
	}
}
