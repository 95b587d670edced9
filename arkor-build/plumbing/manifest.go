package plumbing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-build/buildcmd"
	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/arkor-build/runner"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/project"
)

// Manifest is what a project exports.
type Manifest struct {
	Entry        string          `json:"entry"`        // like one of Inputs; "" of a project that is its artifact alone
	Entries      []string        `json:"entries"`      // what seems to export a trainer, Entry first
	BuiltAt      string          `json:"builtAt"`      // when the bundle was made
	ArtifactHash string          `json:"artifactHash"` // of the artifact that a build would write
	Inputs       []string        `json:"inputs"`       // files that were read, relative to the project's real path, with slashes
	Trainer      json.RawMessage `json:"trainer"`      // what js/describe.mjs answers; null when there is none
}

type manifestCommand struct {
	env   cli.Env
	json  bool
	entry string
	limit time.Duration
}

// NewManifest returns "arkor-build manifest", bound to env. limit is how long
// loading the project may take.
func NewManifest(env cli.Env, limit time.Duration) *ff.Command {
	c := &manifestCommand{env: env, limit: limit}
	flags := jsonFlag("manifest", &c.json)
	if _, err := flags.AddFlag(ff.FlagConfig{
		LongName: "entry", Value: ffval.NewValue(&c.entry), NoDefault: true,
		Placeholder: "FILE", Usage: "describe this module, as `arkor start FILE` would run it",
	}); err != nil {
		panic(err) // two flags of one name
	}
	return &ff.Command{
		Name:      "manifest",
		Usage:     "arkor-build manifest [--entry FILE] [--json]",
		ShortHelp: "print what the project exports",
		LongHelp: "Bundles what `arkor start` would: the entry of the last build, else\n" + bundle.DefaultEntry + ". Imports it without starting anything and prints which\n" +
			"trainer would run. With --json, mistakes in the code are an object on stdout too.",
		Flags: flags,
		Exec:  c.run,
	}
}

func (c *manifestCommand) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	if c.entry != "" && !filepath.IsAbs(c.entry) {
		c.entry = filepath.Join(c.env.Dir, c.entry) // where the user is
	}
	c.env = project.Enter(c.env, "arkor-build manifest")
	env, said := c.env, &beginning{left: maxSaid}
	env.Stderr = io.MultiWriter(c.env.Stderr, said)
	manifest, err := c.describe(ctx, env)
	switch {
	case err != nil && c.json:
		if found := diagnose(c.env.Dir, err, said.String()); len(found) > 0 {
			_ = json.NewEncoder(c.env.Stdout).Encode(map[string]any{"diagnostics": found}) // stderr says it as well
		}
		return buildcmd.Explain(c.env, err)
	case err != nil:
		return buildcmd.Explain(c.env, err)
	case c.json:
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

// describe bundles and loads the project; what it prints goes to env.Stderr.
func (c *manifestCommand) describe(ctx context.Context, env cli.Env) (m Manifest, err error) {
	code, m, keep, err := c.code()
	if err != nil {
		return m, err
	}
	var answer struct {
		Trainer json.RawMessage `json:"trainer"`
	}
	evaluate := func() error {
		return runner.Evaluate(ctx, env, "manifest", code, c.limit, &answer)
	}
	if keep {
		err = cached(env.Dir, "manifest", m.ArtifactHash+" "+runner.Hash(), &answer, evaluate)
	} else {
		err = evaluate()
	}
	m.Trainer = answer.Trainer
	return m, err
}

// code returns the bundle of the entry, and whether what it says may be kept.
// It is not written where "arkor start" would find it: a page that polls must
// not replace what a training is about to load. A project that was shipped
// without sources is described by its artifact.
func (c *manifestCommand) code() (code []byte, m Manifest, keep bool, err error) {
	entry := c.entry
	if entry == "" {
		entry = bundle.Inspect(c.env.Dir).Entry
	}
	m.BuiltAt = time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	b, err := bundle.Make(bundle.Options{Dir: c.env.Dir, Entry: entry, Inline: true})
	var missing *bundle.NotFoundError
	if errors.As(err, &missing) && c.entry == "" {
		if artifact, readErr := os.ReadFile(bundle.ArtifactPath(c.env.Dir)); readErr == nil {
			m.ArtifactHash, m.Inputs, m.Entries = bundle.Hash(artifact), []string{}, []string{}
			return artifact, m, false, nil
		}
	}
	if err != nil {
		return nil, m, false, err
	}
	m.Entry, m.ArtifactHash, m.Inputs = b.EntryInput(), b.ArtifactHash(), b.Inputs
	m.Entries = entries(c.env.Dir, m.Entry, b.Inputs)
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
