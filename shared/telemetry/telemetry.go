// Package telemetry counts which commands are run and how they end, in builds
// that have a collector stamped in and for users who have not switched it off.
// Nothing in it changes what a command prints or its exit status.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/posthog/posthog-go"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// Whoever packages the tool stamps both at link time (docs/telemetry.md). A
// build from source has no key and sends nothing.
var (
	key  string
	host = "https://us.i.posthog.com"
)

// observed are the commands that people type. What the parts of the tool ask
// each other is not counted.
var observed = [...]string{"init", "login", "logout", "whoami", "build", "start", "dev"}

const (
	// headStart is what a command gets before its first event is sent. If it finds
	// a mistake in its arguments, it has found it by then, and such runs do not count.
	headStart = 100 * time.Millisecond
	// moment is what sending may take when the user wants to leave.
	moment = 200 * time.Millisecond
	// maxMessage is in UTF-16 units.
	maxMessage = 200
)

// signalled are the statuses of a command that the user or the system stopped,
// in a question as well as by a signal. 129 is the end of the terminal.
var signalled = [...]int{129, cli.StatusInterrupted, cli.StatusTerminated}

// Observe is a cli.Observe that sends one event when a command begins and one
// when it ends.
func Observe(ctx context.Context, env cli.Env, command string) func(error, int) {
	return observe(ctx, env, command, key, host)
}

func observe(ctx context.Context, env cli.Env, command, key, host string) func(error, int) {
	nothing := func(error, int) {}
	if key == "" || !slices.Contains(observed[:], command) ||
		isSet(env, "DO_NOT_TRACK") || isSet(env, "ARKOR_TELEMETRY_DISABLED") {
		return nothing
	}
	o, err := begin(ctx, env, command, key, host)
	if err != nil {
		return nothing
	}
	return o.ended
}

// isSet reads a switch. A blank is neither empty nor a zero.
func isSet(env cli.Env, name string) bool {
	value := strings.ToLower(env.Getenv(name))
	return value != "" && value != "0" && value != "false"
}

// observation is one run of a command.
type observation struct {
	ctx       context.Context
	env       cli.Env
	command   string
	begun     time.Time
	who       identity // as it was before the command, which may change it
	secrets   secrets
	collector *collector
	started   func() // sends the first event, once
	hold      *time.Timer
}

func begin(ctx context.Context, env cli.Env, command, key, host string) (*observation, error) {
	o := &observation{ctx: ctx, env: env, command: command, begun: time.Now()}
	o.secrets = newSecrets(append(stored(env), key)...)
	log := &problems{secrets: o.secrets}
	if isSet(env, "ARKOR_TELEMETRY_DEBUG") {
		log.w = env.Stderr
	}
	var err error
	if o.who, err = identify(env); err != nil {
		log.Errorf("telemetry-id: %v", err)
	}
	if o.collector, err = newCollector(key, host, log); err != nil {
		log.Errorf("%v", err)
		return nil, err
	}
	o.started = sync.OnceFunc(func() { o.send("cli_command_started", o.begun, nil) })
	o.hold = time.AfterFunc(headStart, o.started)
	return o, nil
}

// ended sends the last event and waits for what is on its way. "dev" serves
// until it is stopped, so only its failures are events.
func (o *observation) ended(err error, status int) {
	now := time.Now()
	interrupted := o.ctx.Err() != nil || slices.Contains(signalled[:], status)
	interrupt, limit := o.ctx.Done(), patience
	if interrupted {
		interrupt, limit = nil, moment
	}
	defer func() { o.collector.close(interrupt, limit) }()
	defer o.collector.problems.swallow()

	var mistake *cli.UsageError
	if o.hold.Stop() && errors.As(err, &mistake) {
		limit = 0 // there is nothing to send
		return
	}
	o.started()
	properties := posthog.Properties{"duration_ms": now.Sub(o.begun).Milliseconds()}
	event := "cli_command_failed"
	switch {
	case completed(err):
		event = "cli_command_completed"
	case interrupted:
		properties.Set("error_name", "CliCancelled").Set("error_message", "Cancelled by user")
	default:
		properties.Set("error_name", errorName(err)).Set("error_message", o.message(err))
	}
	if o.command == "dev" && (interrupted || completed(err)) {
		return
	}
	o.send(event, now, properties)
}

// completed reports whether a command did its work. One that was asked a
// question may answer with its exit status.
func completed(err error) bool {
	var exit *cli.ExitError
	return err == nil || errors.As(err, &exit) && (exit.Completed || exit.Status == cli.StatusOK)
}

// send adds to an event what all of them say. No text passes that is stored as
// a credential on this machine.
func (o *observation) send(event string, at time.Time, properties posthog.Properties) {
	defer o.collector.problems.swallow()
	all := posthog.Properties{
		"command":      o.command,
		"sdk_version":  cli.Version(),
		"node_version": nodeVersion(o.env),
		"platform":     platform(),
		"auth_mode":    o.who.mode,
		// Events stay events: no profile of a person, no place on a map.
		"$process_person_profile": false,
		"$geoip_disable":          true,
	}
	maps.Copy(all, properties)
	for name, value := range all {
		if text, ok := value.(string); ok {
			all[name] = o.secrets.remove(text)
		}
	}
	o.collector.capture(o.who.id, event, at, all)
}

// message is what an event says of an error. The command may have stored new
// credentials before it failed.
func (o *observation) message(err error) string {
	private := newSecrets(slices.Concat(o.secrets, stored(o.env), personal(o.env, err))...)
	text := scrub(err.Error(), private)
	return text[:min(len(text), maxMessage)] // ASCII: a byte is a UTF-16 unit
}

// errorName is the name of the outermost type that has one for others to use.
func errorName(err error) string {
	for ; err != nil; err = errors.Unwrap(err) {
		name := fmt.Sprintf("%T", err)
		name, _, _ = strings.Cut(name, "[") // what a generic type is made of
		name = name[strings.LastIndex(name, ".")+1:]
		if name != "" && 'A' <= name[0] && name[0] <= 'Z' {
			return name
		}
	}
	return "Error"
}

// nodeVersion returns the version of the node that the package manager runs in,
// where one started us, as in "pnpm/9.1.0 npm/? node/v20.11.1 linux x64".
func nodeVersion(env cli.Env) string {
	for _, field := range strings.Fields(env.Getenv("npm_config_user_agent")) {
		version, ok := strings.CutPrefix(field, "node/")
		if ok && len(version) < 32 && strings.Trim(version, "v0123456789.") == "" {
			return version
		}
	}
	return ""
}

// platform is the system by the name that node gives it.
func platform() string {
	if runtime.GOOS == "windows" {
		return "win32"
	}
	return runtime.GOOS
}
