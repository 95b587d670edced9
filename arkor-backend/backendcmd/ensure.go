package backendcmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/arkor-backend/process"
	"github.com/arkorlab/arkor-go/shared/cli"
)

const (
	// ensuredIdle is when a daemon that was started on demand leaves.
	ensuredIdle = "30m"
	// startTimeout is what a daemon may take until it answers.
	startTimeout = 10 * time.Second
	// replaceTimeout is what an idle daemon may take to make room.
	replaceTimeout = 10 * time.Second
	// maxDaemonLog is when the log is put aside at the next start.
	maxDaemonLog = 8 << 20
)

type ensure struct {
	env  cli.Env
	json bool
}

func newEnsure(env cli.Env) *ff.Command {
	c := &ensure{env: env}
	flags := ff.NewFlagSet("ensure")
	flags.AddFlag(ff.FlagConfig{LongName: "json", Value: ffval.NewValue(&c.json), NoDefault: true,
		Usage: "print the address and the owner token as JSON"})
	return &ff.Command{
		Name: "ensure", Usage: "arkor backend ensure [--json]", ShortHelp: "start the backend unless it is running",
		Flags: flags, Exec: c.run,
	}
}

func (c *ensure) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	home, err := daemon.DefaultHome(c.env)
	if err != nil {
		return err
	}
	info, err := c.ensure(ctx, home)
	if err != nil {
		return err
	}
	if !c.json {
		fmt.Fprintf(c.env.Stdout, "running at %s (process %d)\n", info.URL, info.PID)
		return nil
	}
	token, err := home.Token()
	if err != nil {
		return err
	}
	return json.NewEncoder(c.env.Stdout).Encode(struct {
		URL     string `json:"url"`
		Token   string `json:"token"`
		PID     int    `json:"pid"`
		Version string `json:"version"`
	}{info.URL, token, info.PID, info.Version})
}

// ensure returns a daemon that answers. The common case takes no lock.
func (c *ensure) ensure(ctx context.Context, home daemon.Home) (daemon.Info, error) {
	if info, ok := answering(ctx, home); ok && info.Version == cli.Version() {
		return info, nil
	}
	if err := home.Make(); err != nil {
		return daemon.Info{}, err
	}
	unlock, err := settle(ctx, c.env, home)
	if err != nil {
		return daemon.Info{}, err
	}
	defer unlock()
	if info, ok := answering(ctx, home); ok {
		stays, err := c.keep(ctx, home, info)
		if err != nil || stays {
			return info, err
		}
	}
	return c.start(ctx, home)
}

// keep decides what to do with a daemon that runs: one of another version is
// replaced unless it has work.
func (c *ensure) keep(ctx context.Context, home daemon.Home, info daemon.Info) (stays bool, err error) {
	if info.Version == cli.Version() {
		return true, nil
	}
	busy, err := askStop(ctx, home, info, true)
	if err != nil {
		return false, err
	}
	if busy {
		fmt.Fprintf(c.env.Stderr, "the running backend is version %s, this is %s; it has work to do and is replaced once it is idle\n", info.Version, cli.Version())
		return true, nil
	}
	fmt.Fprintf(c.env.Stderr, "replacing the running backend, version %s, by %s\n", info.Version, cli.Version())
	ctx, cancel := context.WithTimeoutCause(ctx, replaceTimeout, fmt.Errorf("the backend of version %s did not stop", info.Version))
	defer cancel()
	return false, awaitGone(ctx, home, info)
}

// start runs a daemon of its own and waits until it answers.
func (c *ensure) start(ctx context.Context, home daemon.Home) (daemon.Info, error) {
	log, err := openLog(home.Log())
	if err != nil {
		return daemon.Info{}, err
	}
	defer log.Close()
	cmd := exec.Command(c.env.Program, "serve", "--data", string(home), "--idle-timeout", ensuredIdle)
	cmd.Dir = string(home) // not the caller's folder, which somebody may want to remove
	cmd.Env = slices.DeleteFunc(slices.Clone(c.env.Environ), func(variable string) bool {
		return strings.HasPrefix(variable, cli.SpeaksAs+"=") // the daemon outlives the command that asked
	})
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = log, log, process.Detached()
	if err := cmd.Start(); err != nil {
		return daemon.Info{}, fmt.Errorf("start the backend: %w", err)
	}
	ended := make(chan struct{})
	go func() { // lives as long as the daemon or this process, whichever ends first
		defer close(ended)
		_ = cmd.Wait()
	}()
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, errSilent)
	defer cancel()
	var info daemon.Info
	err = until(ctx, func() (ok bool, err error) {
		if info, ok = answering(ctx, home); ok {
			return true, nil
		}
		select {
		case <-ended:
			// Another one, started by hand at the same moment, is as good.
			if locked, err := home.Locked(); err != nil || locked {
				return false, err
			}
			return false, errEnded
		default:
			return false, nil
		}
	})
	if err != nil && ctx.Err() != nil && !errors.Is(err, errSilent) { // interrupted: nobody knows of it yet
		process.Terminate(cmd.Process)
		<-ended
	}
	if errors.Is(err, errSilent) || errors.Is(err, errEnded) {
		if line := lastWords(home.Log()); line != "" {
			err = fmt.Errorf("%w: %s", err, line)
		}
		err = cli.Hint(err, "the whole log is in %s", home.Log())
	}
	return info, err
}

var (
	errSilent = fmt.Errorf("the backend did not answer within %s", startTimeout)
	errEnded  = errors.New("the backend ended at once")
)

// openLog appends to the log; one that has grown long is put aside first.
func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxDaemonLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
}

// lastWords returns why the daemon that wrote a log ended.
func lastWords(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(process.LastWords(data), "arkor backend: ")
}
