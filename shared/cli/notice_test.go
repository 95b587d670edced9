package cli

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/peterbourgon/ff/v4"
)

// asking is a binary whose command records what a server says and ends with err.
func asking(record func(*Notice), err error) func(Env) *ff.Command {
	return func(env Env) *ff.Command {
		return &ff.Command{Name: "arkor-demo", Subcommands: []*ff.Command{{
			Name: "ask", Usage: "arkor ask",
			Exec: func(context.Context, []string) error {
				record(env.Notice)
				return err
			},
		}}}
	}
}

func TestNoticeIsShownOnceAfterTheError(t *testing.T) {
	t.Parallel()
	soon := func(n *Notice) { n.Record("Old", "1.0.0", "Wed, 01 Jul 2026 00:00:00 GMT") }
	const line = "Old (current: 1.0.0). Cutoff: Wed, 01 Jul 2026 00:00:00 GMT. Run `yarn global add arkor@latest`.\n"
	tests := []struct {
		name   string
		args   string
		record func(*Notice)
		err    error
		status int
		stderr string
	}{
		{"success", "ask", soon, nil, 0, line},
		{"failure", "ask", soon, Hint(Errorf("no answer"), "try again"), 1, "arkor ask: no answer\nhint: try again\n" + line},
		{"silent failure", "ask", soon, &ExitError{Status: 7}, 7, line},
		{"without a sunset", "ask", func(n *Notice) { n.Record("Old", "1.0.0", "") }, nil, 0,
			"Old (current: 1.0.0). Run `yarn global add arkor@latest`.\n"},
		{"the last one wins", "ask", func(n *Notice) { n.Record("Older", "0.9.0", "now"); n.Record("Old", "1.0.0", "") }, nil, 0,
			"Old (current: 1.0.0). Run `yarn global add arkor@latest`.\n"},
		{"control characters", "ask", func(n *Notice) { n.Record("a\r\n\x1b[31mb\u202ec\x9b", "1\t0", "so\u2028on") }, nil, 0,
			"a [31mb c\uFFFD (current: 1 0). Cutoff: so on. Run `yarn global add arkor@latest`.\n"},
		{"nothing recorded", "ask", func(*Notice) {}, nil, 0, ""},
		{"help", "ask --help", soon, nil, 0, ""},
		{"version", "ask --version", soon, nil, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			env := Env{Args: strings.Fields(tt.args), Program: "/home/a/.yarn/bin/arkor-demo", Stdout: &stdout, Stderr: &stderr}
			status := Run(context.Background(), env, asking(tt.record, tt.err))
			if status != tt.status || stderr.String() != tt.stderr {
				t.Errorf("status %d, stderr %q; want %d, %q", status, stderr.String(), tt.status, tt.stderr)
			}
		})
	}
}

func TestNoticeIsSafeToShareAndToLeaveOut(t *testing.T) {
	t.Parallel()
	var none *Notice
	none.Record("Old", "1.0.0", "")

	var stderr bytes.Buffer
	Run(context.Background(), Env{Args: []string{"ask"}, Stderr: &stderr}, asking(func(n *Notice) {
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() { n.Record(fmt.Sprint("Old ", i), fmt.Sprint(i), fmt.Sprint(i)) })
		}
		group.Wait()
	}, nil))
	var message, version, cutoff int
	if _, err := fmt.Sscanf(stderr.String(), "Old %d (current: %d). Cutoff: %d. Run", &message, &version, &cutoff); err != nil ||
		message != version || version != cutoff {
		t.Errorf("not one of what was recorded: %q, %v", stderr.String(), err)
	}
}

func TestObserversHearOfCommandsThatRun(t *testing.T) {
	t.Parallel()
	tests := []struct{ args, stderr string }{
		{"show", "[show begins][show ended: <nil>, 0]"},
		{"show a --json", "[show begins][show ended: <nil>, 0]"},
		{"show --fail hint", "[show begins]arkor show: no file at x\nhint: make one\n[show ended: no file at x, 1]"},
		{"show --fail silent", "[show begins][show ended: exit status 7, 7]"},
		{"later", "[later begins]arkor later: it is too early\n" +
			"[later ended: it is too early, 1]"},
		{"show --help", ""},
		{"show --version", ""},
		{"--version", ""},
		{"show --jsno", "arkor show: unknown option '--jsno'\nhint: did you mean --json?\n"},
		{"show --name", "arkor show: option '--name <string>' argument missing\n"},
		{"", "arkor-demo: name a command: show, later\nhint: run `arkor-demo --help`\n"},
		{"shwo", "arkor-demo: unknown command 'shwo'\nhint: did you mean show?\n"},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			env := Env{Args: strings.Fields(tt.args), Stdout: &stdout, Stderr: &stderr}
			Run(context.Background(), env, demo, func(_ context.Context, env Env, command string) func(error, int) {
				fmt.Fprintf(env.Stderr, "[%s begins]", command)
				return func(err error, status int) {
					fmt.Fprintf(env.Stderr, "[%s ended: %v, %d]", command, err, status)
				}
			})
			if stderr.String() != tt.stderr {
				t.Errorf("stderr %q, want %q", stderr.String(), tt.stderr)
			}
		})
	}
}

// The order of rule J2: a flush that takes long cannot swallow anything.
func TestObserversAreToldLast(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	command := asking(func(n *Notice) { n.Record("Old", "1.0.0", "") }, Errorf("no answer"))
	Run(context.Background(), Env{Args: []string{"ask"}, Stderr: &stderr}, command,
		func(context.Context, Env, string) func(error, int) {
			return func(error, int) { fmt.Fprint(&stderr, "[flush]") }
		})
	const want = "arkor ask: no answer\nOld (current: 1.0.0). Run `npm install -g arkor@latest`.\n[flush]"
	if stderr.String() != want {
		t.Errorf("stderr %q, want %q", stderr.String(), want)
	}
}
