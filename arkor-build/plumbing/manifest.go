package plumbing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
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
	Entry        string          `json:"entry"`        // "" of a project that is its artifact alone
	ArtifactHash string          `json:"artifactHash"` // of the artifact that a build would write
	Inputs       []string        `json:"inputs"`       // files that were read, relative to the project's real path, with slashes
	Trainer      json.RawMessage `json:"trainer"`      // what js/describe.mjs answers; null when there is none
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
	code, manifest, keep, err := c.code()
	if err != nil {
		return err
	}
	var answer struct {
		Trainer json.RawMessage `json:"trainer"`
	}
	evaluate := func() error {
		return runner.Evaluate(ctx, c.env, "manifest", code, c.limit, &answer)
	}
	if keep {
		err = cached(c.env.Dir, "manifest", manifest.ArtifactHash+" "+runner.Hash(), &answer, evaluate)
	} else {
		err = evaluate()
	}
	if err != nil {
		return err
	}
	manifest.Trainer = answer.Trainer
	if c.json {
		return json.NewEncoder(c.env.Stdout).Encode(manifest)
	}
	var trainer *struct{ Name string }
	if err := json.Unmarshal(manifest.Trainer, &trainer); err != nil {
		return fmt.Errorf("read the runner's answer: %w", err)
	}
	name := "none"
	if trainer != nil {
		name = trainer.Name
	}
	_, err = fmt.Fprintf(c.env.Stdout, "trainer: %s\n", name)
	return err
}

// code returns the bundle of the default entry, and whether what it says may be
// kept. It is not written where "arkor start" would find it: a page that polls
// must not replace what a training is about to load. A project that was shipped
// without sources is described by its artifact.
func (c *manifestCommand) code() (code []byte, m Manifest, keep bool, err error) {
	b, err := bundle.Make(bundle.Options{Dir: c.env.Dir, Entry: bundle.DefaultEntry, Inline: true})
	var missing *bundle.NotFoundError
	if errors.As(err, &missing) {
		if artifact, readErr := os.ReadFile(bundle.ArtifactPath(c.env.Dir)); readErr == nil {
			return artifact, Manifest{ArtifactHash: bundle.Hash(artifact), Inputs: []string{}}, false, nil
		}
	}
	if err != nil {
		return nil, m, false, buildcmd.Explain(c.env, err)
	}
	m = Manifest{Entry: bundle.DefaultEntry, ArtifactHash: b.ArtifactHash(), Inputs: b.Inputs}
	return b.Code, m, !mayChange(b), nil
}

// surroundings matches what a source may read beside other modules.
var surroundings = regexp.MustCompile(`\b(process|globalThis|Bun|Deno|Date|Math|Intl|performance|crypto|fetch|require)\b|\bimport\s*[.(]`)

// comments matches lines that are one.
var comments = regexp.MustCompile(`(?m)^[ \t]*//.*$`)

// mayChange reports whether the same sources might describe another trainer next
// time. The package "arkor" reads the environment, but not while a trainer is
// made.
func mayChange(b *bundle.Bundle) bool {
	if slices.ContainsFunc(b.Imports, func(name string) bool { return name != "arkor" }) {
		return true
	}
	return slices.ContainsFunc(b.Inputs, func(input string) bool {
		text, err := os.ReadFile(b.Path(input))
		return err != nil || surroundings.Match(comments.ReplaceAll(text, nil))
	})
}
