package plumbing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-build/buildcmd"
	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/arkor-build/runner"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/project"
)

// Manifest is what a project exports.
type Manifest struct {
	Trainer *Trainer `json:"trainer"` // null when there is none
}

// Trainer describes the trainer that "arkor start" would run.
type Trainer struct {
	Name string `json:"name"`
}

type manifestCommand struct {
	env   cli.Env
	json  bool
	limit time.Duration
}

// NewManifest returns "arkor-build manifest", bound to env. limit is how long
// loading the project may take.
func NewManifest(env cli.Env, limit time.Duration) *ff.Command {
	c := &manifestCommand{env: env, limit: limit}
	return &ff.Command{
		Name:      "manifest",
		Usage:     "arkor-build manifest [--json]",
		ShortHelp: "print what the project exports",
		LongHelp:  "Bundles " + bundle.DefaultEntry + ", imports it without starting anything and prints\nwhich trainer `arkor start` would run.",
		Flags:     jsonFlag("manifest", &c.json),
		Exec:      c.run,
	}
}

func (c *manifestCommand) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	c.env = project.Enter(c.env, "arkor-build manifest")
	code, hash, err := c.code()
	if err != nil {
		return err
	}
	var manifest Manifest
	err = cached(c.env.Dir, "manifest", hash, &manifest, func() error {
		return runner.Evaluate(ctx, c.env, "manifest", code, c.limit, &manifest)
	})
	if err != nil {
		return err
	}
	switch {
	case c.json:
		return json.NewEncoder(c.env.Stdout).Encode(manifest)
	case manifest.Trainer == nil:
		_, err = fmt.Fprintln(c.env.Stdout, "trainer: none")
	default:
		_, err = fmt.Fprintf(c.env.Stdout, "trainer: %s\n", manifest.Trainer.Name)
	}
	return err
}

// code returns the bundle of the default entry. It is not written where
// "arkor start" would find it: a page that polls must not replace what a
// training is about to load. A project that was shipped without sources is
// described by its artifact.
func (c *manifestCommand) code() (code []byte, hash string, err error) {
	b, err := bundle.Make(bundle.Options{Dir: c.env.Dir, Entry: bundle.DefaultEntry, Inline: true})
	var missing *bundle.NotFoundError
	if errors.As(err, &missing) {
		if artifact, readErr := os.ReadFile(bundle.ArtifactPath(c.env.Dir)); readErr == nil {
			return artifact, bundle.Hash(artifact), nil
		}
	}
	if err != nil {
		return nil, "", buildcmd.Explain(c.env, err)
	}
	return b.Code, b.Hash(), nil
}
