package backendcmd

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type status struct {
	env  cli.Env
	json bool
}

func newStatus(env cli.Env) *ff.Command {
	c := &status{env: env}
	flags := ff.NewFlagSet("status")
	flags.AddFlag(ff.FlagConfig{LongName: "json", Value: ffval.NewValue(&c.json), NoDefault: true, Usage: "print JSON"})
	return &ff.Command{
		Name: "status", Usage: "arkor backend status [--json]", ShortHelp: "say whether the backend runs, and what it does",
		Flags: flags, Exec: c.run,
	}
}

func (c *status) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	home, err := daemon.DefaultHome(c.env)
	if err != nil {
		return err
	}
	info, ok, err := home.Running()
	if err != nil {
		return err
	}
	if !ok {
		if c.json {
			return json.NewEncoder(c.env.Stdout).Encode(map[string]bool{"running": false})
		}
		fmt.Fprintln(c.env.Stdout, "not running")
		return nil
	}
	s, err := askState(ctx, home, info)
	if err != nil {
		return err
	}
	if c.json {
		return json.NewEncoder(c.env.Stdout).Encode(map[string]any{
			"running": true, "url": info.URL, "pid": info.PID, "version": s.Version, "jobs": s.Jobs,
		})
	}
	fmt.Fprintf(c.env.Stdout, "running at %s (process %d, version %s): %d training, %d waiting\n",
		info.URL, info.PID, s.Version, s.Jobs.Running, s.Jobs.Queued)
	return nil
}
