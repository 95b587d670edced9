package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/cli"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	started := []string{"cli_command_started"}
	completed := []string{"cli_command_started", "cli_command_completed"}
	failed := []string{"cli_command_started", "cli_command_failed"}
	tests := []struct {
		name, command string
		err           error
		status        int
		want          []string
		errorName     string
		errorMessage  string
	}{
		{name: "done", command: "init", want: completed},
		{name: "failed", command: "build", err: cli.Hint(cli.Errorf("no trainer"), "make one"), status: 1,
			want: failed, errorName: "Error", errorMessage: "no trainer"},
		{name: "status of its own", command: "start", err: &cli.ExitError{Status: 7}, status: 7,
			want: failed, errorName: "ExitError", errorMessage: "exit status 7"},
		{name: "high status of its own", command: "start", err: &cli.ExitError{Status: 200}, status: 200,
			want: failed, errorName: "ExitError", errorMessage: "exit status 200"},
		{name: "answer by status", command: "whoami", err: &cli.ExitError{Status: 1, Completed: true}, status: 1, want: completed},
		{name: "wrapped answer", command: "whoami", err: fmt.Errorf("ask: %w", &cli.ExitError{Status: 1, Completed: true}), status: 1, want: completed},
		{name: "status 0", command: "start", err: &cli.ExitError{}, want: completed},
		{name: "cancelled", command: "login", err: &cli.ExitError{Status: cli.StatusInterrupted}, status: 130,
			want: failed, errorName: "CliCancelled", errorMessage: "Cancelled by user"},
		{name: "long-running", command: "dev", want: started},
		{name: "long-running, stopped", command: "dev", err: &cli.ExitError{Status: cli.StatusTerminated}, status: 143, want: started},
		{name: "long-running, failed", command: "dev", err: cli.Errorf("port in use"), status: 1,
			want: failed, errorName: "Error", errorMessage: "port in use"},
		{name: "logout", command: "logout", want: completed},
		{name: "wrong use", command: "build", err: cli.Usagef("unexpected argument"), status: 1, want: []string{}},
		{name: "plumbing", command: "token", want: []string{}},
		{name: "the backend", command: "serve", err: cli.Errorf("port in use"), status: 1, want: []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in, r := newInbox(t), newRun(t, "npm_config_user_agent=pnpm/9.1.0 npm/? node/v20.11.1 linux x64")
			if status := r.command(t.Context(), in.URL, tt.command, tt.err); status != tt.status {
				t.Errorf("status %d, want %d", status, tt.status)
			}
			if diff := cmp.Diff(tt.want, in.names()); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
			for i, e := range in.received() {
				want := map[string]any{
					"command": tt.command, "sdk_version": cli.Version(), "node_version": "v20.11.1",
					"platform": platform(), "auth_mode": "none",
					"$process_person_profile": false, "$geoip_disable": true,
					"$lib": "posthog-go",
				}
				delete(e.Properties, "$lib_version") // another one under test
				if i == 1 {
					if ms, ok := e.Properties["duration_ms"].(float64); !ok || ms < 0 || ms != float64(int(ms)) {
						t.Errorf("duration_ms is %v", e.Properties["duration_ms"])
					}
					delete(e.Properties, "duration_ms")
					if tt.errorName != "" {
						want["error_name"], want["error_message"] = tt.errorName, tt.errorMessage
					}
				}
				if diff := cmp.Diff(want, e.Properties); diff != "" {
					t.Errorf("%s (-want +got):\n%s", e.Event, diff)
				}
			}
		})
	}
}

func TestEventsOfARunBelongTogether(t *testing.T) {
	t.Parallel()
	in, r := newInbox(t), newRun(t)
	before := time.Now()
	r.command(t.Context(), in.URL, "init", nil)
	events := in.received()
	if len(events) != 2 {
		t.Fatalf("events %v", in.names())
	}
	a, b := events[0], events[1]
	if a.DistinctID == "" || a.DistinctID != b.DistinctID || a.UUID == "" || a.UUID == b.UUID {
		t.Errorf("%+v\n%+v", a, b)
	}
	if a.Timestamp.Before(before.Add(-time.Second)) || b.Timestamp.Before(a.Timestamp) {
		t.Errorf("times %v, %v", a.Timestamp, b.Timestamp)
	}
}

// A command that goes on is known of while it does.
func TestTheFirstEventIsSentAtOnce(t *testing.T) {
	t.Parallel()
	in, r := newInbox(t), newRun(t)
	var during []string
	r.exec(t.Context(), in.URL, "start", func() error {
		for deadline := time.Now().Add(30 * time.Second); len(during) == 0 && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
			during = in.names()
		}
		return cli.Usagef("found late")
	})
	if diff := cmp.Diff([]string{"cli_command_started"}, during); diff != "" {
		t.Errorf("during the command (-want +got):\n%s", diff)
	}
	// What is begun is ended, even by a mistake in the arguments.
	if diff := cmp.Diff([]string{"cli_command_started", "cli_command_failed"}, in.names()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSwitchingOff(t *testing.T) {
	t.Parallel()
	on := []string{"cli_command_started", "cli_command_completed"}
	tests := []struct {
		set  string
		want []string
	}{
		{"DO_NOT_TRACK=1", []string{}},
		{"DO_NOT_TRACK=yes", []string{}},
		{"DO_NOT_TRACK= ", []string{}},
		{"DO_NOT_TRACK= 0", []string{}},
		{"DO_NOT_TRACK=00", []string{}},
		{"ARKOR_TELEMETRY_DISABLED=1", []string{}},
		{"ARKOR_TELEMETRY_DISABLED=true", []string{}},
		{"ARKOR_TELEMETRY_DISABLED=no", []string{}},
		{"DO_NOT_TRACK=", on},
		{"DO_NOT_TRACK=0", on},
		{"DO_NOT_TRACK=false", on},
		{"ARKOR_TELEMETRY_DISABLED= ", []string{}},
		{"ARKOR_TELEMETRY_DISABLED=", on},
		{"ARKOR_TELEMETRY_DISABLED=0", on},
		{"ARKOR_TELEMETRY_DISABLED=FALSE", on},
		{"DO_NOT_TRACK=0 ARKOR_TELEMETRY_DISABLED=1", []string{}},
		{"DO_NOT_TRACK=1 ARKOR_TELEMETRY_DISABLED=0", []string{}},
		{"DO_NOT_TRACK=false ARKOR_TELEMETRY_DISABLED=0", on},
		{"ARKOR_POSTHOG_KEY=", on},
		{"ARKOR_POSTHOG_HOST=http://127.0.0.1:1", on},
	}
	for _, tt := range tests {
		t.Run(tt.set, func(t *testing.T) {
			t.Parallel()
			first, second, both := strings.Cut(tt.set, " ARKOR")
			set := []string{first}
			if both {
				set = append(set, "ARKOR"+second)
			}
			in, r := newInbox(t), newRun(t, set...)
			r.command(t.Context(), in.URL, "init", nil)
			if diff := cmp.Diff(tt.want, in.names()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			_, err := os.Stat(filepath.Join(r.env.Getenv("HOME"), ".arkor"))
			if off := len(tt.want) == 0; errors.Is(err, fs.ErrNotExist) != off {
				t.Errorf("folder of the telemetry id: %v", err)
			}
		})
	}
}

// M1, App. F8: what a switch may hold, untrimmed.
func TestIsSet(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"": false, "0": false, "false": false, "False": false, "FALSE": false,
		"1": true, "true": true, "yes": true, "no": true, "off": true, "f": true, "00": true, "0.0": true, " ": true, "\t": true, "0 ": true, " false": true,
	} {
		if got := isSet(cli.Env{Environ: []string{"X=" + value}}, "X"); got != want {
			t.Errorf("%q: %t", value, got)
		}
	}
	if isSet(cli.Env{}, "X") {
		t.Error("what is not there is set")
	}
}

// M4, App. F7: where events go when a packager stamps in a key alone.
func TestTheUsualHost(t *testing.T) {
	t.Parallel()
	if host != "https://us.i.posthog.com" || key != "" {
		t.Errorf("host %s, key %q", host, key)
	}
}

// A build without a key, such as that of the tests, knows of no collector.
func TestWithoutAKeyNothingHappens(t *testing.T) {
	t.Parallel()
	r := newRun(t, "ARKOR_POSTHOG_KEY=phc_x", "ARKOR_POSTHOG_HOST=http://127.0.0.1:1", "ARKOR_TELEMETRY_DEBUG=1")
	Observe(t.Context(), r.env, "init")(errors.New("x"), 1)
	if entries, err := os.ReadDir(r.env.Getenv("HOME")); err != nil || len(entries) > 0 || r.stderr.String() != "" {
		t.Errorf("home %v, %v; stderr %q", entries, err, r.stderr.String())
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	for command, want := range map[string][]string{
		"whoami": {"cli_command_started", "cli_command_failed"},
		"dev":    {"cli_command_started"},
	} {
		in, r := newInbox(t), newRun(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		status := r.exec(ctx, in.URL, command, func() error {
			cancel(&cli.Interrupt{Signal: os.Interrupt})
			return ctx.Err()
		})
		if status != cli.StatusInterrupted || r.stderr.String() != "" {
			t.Errorf("status %d, stderr %q", status, r.stderr.String())
		}
		if diff := cmp.Diff(want, in.names()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", command, diff)
		}
		for _, e := range in.received() {
			if name, ok := e.Properties["error_name"]; ok && name != "CliCancelled" {
				t.Errorf("error_name %v", name)
			}
		}
	}
}

type panicking struct{ error }

func (panicking) Error() string { panic("no message") }

func TestPanicsStayHere(t *testing.T) {
	t.Parallel()
	in, r := newInbox(t), newRun(t, "ARKOR_TELEMETRY_DEBUG=1")
	observe(t.Context(), r.env, "init", testKey, in.URL)(panicking{}, 1)
	if got := r.stderr.String(); got != "[arkor:telemetry] panic: no message\n" {
		t.Errorf("stderr %q", got)
	}
}

func TestErrorName(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"Error":      cli.Hint(fmt.Errorf("a: %w", errors.New("b")), "c"),
		"PathError":  fmt.Errorf("read: %w", &fs.PathError{Op: "open", Path: "/x", Err: fs.ErrNotExist}),
		"UsageError": cli.Usagef("x"),
		"Generic":    generic[strings.Builder]{},
	} {
		if got := errorName(err); got != want {
			t.Errorf("%v is called %q, want %q", err, got, want)
		}
	}
}

// Generic is a type whose name spells out its argument.
type Generic[T any] struct{}

func (Generic[T]) Error() string { return "generic" }

type generic[T any] = Generic[T]

func TestNodeVersion(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"": "",
		"npm/10.8.2 node/v20.20.2 linux x64 workspaces/false": "v20.20.2",
		"bun/1.1.0 npm/? node/v22.3.0 darwin arm64":           "v22.3.0",
		"yarn/4.0.0 node/20.1":                                "20.1",
		"npm/10 node/v20-/home/a":                             "",
		"npm/10 node/" + strings.Repeat("1", 40):              "",
		"npm/10":                                              "",
	} {
		if got := nodeVersion(cli.Env{Environ: []string{"npm_config_user_agent=" + agent}}); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}
