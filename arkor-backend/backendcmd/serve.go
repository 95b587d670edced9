package backendcmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-backend/api"
	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cli"
)

type serve struct {
	env          cli.Env
	listen, data string
	minClient    string
	idle         time.Duration
	private      bool
	limits       limits
	published    published
	signIn       signIn
}

func newServe(env cli.Env) *ff.Command {
	c := &serve{env: env}
	flags := ff.NewFlagSet("serve")
	flags.AddFlag(ff.FlagConfig{LongName: "listen", Value: ffval.NewValueDefault(&c.listen, "127.0.0.1:0"),
		Placeholder: "ADDR", Usage: "address and port to answer on; port 0 is the one it had last, or any free one"})
	flags.AddFlag(ff.FlagConfig{LongName: "data", Value: ffval.NewValue(&c.data), NoDefault: true,
		Placeholder: "DIR", Usage: "data folder"})
	flags.AddFlag(ff.FlagConfig{LongName: "idle-timeout", Value: ffval.NewValue(&c.idle), NoDefault: true,
		Placeholder: "DURATION", Usage: "leave after this time without work and enabled endpoints, like 30m (default: stay)"})
	flags.AddFlag(ff.FlagConfig{LongName: "allow-private-urls", Value: ffval.NewValue(&c.private), NoDefault: true,
		Usage: "fetch datasets over plain http and from private addresses too"})
	flags.AddFlag(ff.FlagConfig{LongName: "min-client", Value: ffval.NewValue(&c.minClient), NoDefault: true,
		Placeholder: "VERSION", Usage: "refuse older clients"})
	c.limits.addTo(flags)
	c.published.addTo(flags)
	c.signIn.addTo(flags)
	return &ff.Command{
		Name: "serve", Usage: "arkor backend serve [options]", ShortHelp: "run the backend in the foreground",
		LongHelp: "For this machine's own use nothing has to be given. As the server of a team it says who may sign\n" +
			"in; without that, only the token in the data folder opens it. It speaks plain HTTP: let a proxy with\n" +
			"a certificate talk to the world.\n\n" +
			"Examples:\n" +
			"  arkor backend serve --listen 127.0.0.1:4000 --data /srv/arkor --anonymous\n" +
			"  arkor backend serve --listen 127.0.0.1:4000 --data /srv/arkor \\\n" +
			"    --oidc-issuer https://login.example.com --oidc-client arkor-cli \\\n" +
			"    --oidc-audience https://arkor.example.com --oidc-require groups=ml\n" +
			"  arkor backend serve --listen 127.0.0.1:4000 --data /srv/arkor \\\n" +
			"    --public-url https://arkor.example.com --endpoint-domain models.example.com",
		Flags: flags, Exec: c.run,
	}
}

func (c *serve) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	if c.minClient != "" && !api.ValidVersion(c.minClient) {
		return cli.Usagef("--min-client %s is not a version like 1.2.3", c.minClient)
	}
	if c.idle < 0 {
		return cli.Usagef("--idle-timeout must not be below 0")
	}
	if err := c.limits.check(); err != nil {
		return err
	}
	address, err := c.published.address()
	if err != nil {
		return err
	}
	provider, err := c.signIn.provider()
	if err != nil {
		return err
	}
	home, err := daemon.DefaultHome(c.env)
	if c.data != "" {
		home, err = daemon.At(c.env, c.data), nil
	}
	if err != nil {
		return err
	}
	d, err := daemon.Open(ctx, daemon.Options{
		Env: c.env, Home: home, Listen: c.listen, Idle: c.idle, AllowPrivateURLs: c.private, MinClient: c.minClient,
		Anonymous: c.signIn.anonymous, Provider: provider, Address: address,
		Running: c.limits.running, Queue: store.QueueLimits{Project: c.limits.project, All: c.limits.all},
		Log: slog.New(slog.NewTextHandler(c.env.Stderr, nil)),
	})
	if errors.Is(err, daemon.ErrRunning) {
		if info, ok, _ := home.Running(); ok {
			err = fmt.Errorf("%w: %s, process %d", err, info.URL, info.PID)
		}
		return cli.Hint(err, "stop it with `arkor backend stop`, or use another folder with --data")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.env.Stdout, "listening on %s\n", d.Info().URL)
	if !d.Loopback() {
		fmt.Fprintf(c.env.Stderr, "other machines can reach this backend: traffic is not encrypted, and whoever has %s/owner-token owns it\n", home)
	}
	c.signIn.announce(c.env.Stderr)
	return d.Run(ctx)
}
