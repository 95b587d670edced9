// Package plumbing implements what the other binaries ask arkor-build: the
// evaluated configuration file, and what a project exports.
package plumbing

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-build/buildcmd"
	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/arkor-build/runner"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/project"
)

// Settings is what an arkor.config file says.
type Settings struct {
	Backend *string `json:"backend"` // "local", "cloud" or an address; null when the file does not say
}

type configCommand struct {
	env  cli.Env
	json bool
}

// NewConfig returns "arkor-build config", bound to env.
func NewConfig(env cli.Env) *ff.Command {
	c := &configCommand{env: env}
	return &ff.Command{
		Name:      "config",
		Usage:     "arkor-build config [--json]",
		ShortHelp: "print the settings of arkor.config.ts",
		LongHelp:  "Evaluates arkor.config.{ts,mts,js,mjs} of the project. Without such a file\nevery setting is null.",
		Flags:     jsonFlag("config", &c.json),
		Exec:      c.run,
	}
}

func jsonFlag(name string, value *bool) *ff.FlagSet {
	flags := ff.NewFlagSet(name)
	_, err := flags.AddFlag(ff.FlagConfig{
		LongName: "json", Value: ffval.NewValue(value), Usage: "print one JSON object", NoDefault: true,
	})
	if err != nil {
		panic(err) // two flags of one name
	}
	return flags
}

func (c *configCommand) run(ctx context.Context, args []string) error {
	if err := cli.NoArguments(args); err != nil {
		return err
	}
	c.env = project.Enter(c.env, "arkor-build config")
	settings, err := c.settings(ctx)
	if err != nil {
		return err
	}
	if c.json {
		return json.NewEncoder(c.env.Stdout).Encode(settings)
	}
	backend := "not set"
	if settings.Backend != nil {
		backend = *settings.Backend
	}
	_, err = fmt.Fprintf(c.env.Stdout, "backend: %s\n", backend)
	return err
}

func (c *configCommand) settings(ctx context.Context) (Settings, error) {
	file := configFile(c.env.Dir)
	if file == "" {
		return Settings{}, nil
	}
	b, err := bundle.Make(bundle.Options{Dir: c.env.Dir, Entry: file, Inline: true})
	if err != nil {
		return Settings{}, buildcmd.Explain(c.env, err)
	}
	var exported configAnswer
	evaluate := func() error {
		return runner.Evaluate(ctx, c.env, "config", b.Code, runner.Limit, &exported)
	}
	if looksOutside(b) {
		err = evaluate()
	} else {
		err = cached(c.env.Dir, "config", b.Hash(), &exported, evaluate)
	}
	if err != nil {
		return Settings{}, err
	}
	settings, err := exported.settings()
	if err != nil {
		return Settings{}, cli.Hint(fmt.Errorf("%s: %w", file, err), `write: export default { backend: "local" };`)
	}
	return settings, nil
}

// configFile returns the name of a project's configuration file, or "".
func configFile(dir string) string {
	for _, extension := range []string{"ts", "mts", "js", "mjs"} {
		name := "arkor.config." + extension
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
			return name
		}
	}
	return ""
}

// outside matches names through which code can see more than its own text.
var outside = regexp.MustCompile(`\b(process|globalThis|Bun|Deno|Date|Math|Intl|performance|crypto|fetch|import)\b`)

// looksOutside reports whether evaluating the same code might give another
// result next time, because it imports something or may read the environment.
func looksOutside(b *bundle.Bundle) bool {
	return len(b.Imports) > 0 || outside.Match(b.Code)
}

// configAnswer is the runner's answer: the default export, and its type for
// what JSON cannot say.
type configAnswer struct {
	Type  string         `json:"type"`
	Value map[string]any `json:"value"`
}

func (a configAnswer) settings() (Settings, error) {
	switch {
	case a.Type == "undefined":
		return Settings{}, fmt.Errorf("there is no default export")
	case a.Type != "object":
		return Settings{}, fmt.Errorf("the default export must be an object of settings, not of type %s", a.Type)
	}
	for name := range a.Value {
		if name != "backend" {
			return Settings{}, fmt.Errorf("%q is not a setting; the only one is backend", name)
		}
	}
	value, ok := a.Value["backend"]
	if !ok {
		return Settings{}, nil
	}
	backend, ok := value.(string)
	if !ok || !validBackend(backend) {
		shown, _ := json.Marshal(value)
		return Settings{}, fmt.Errorf(`backend must be "local", "cloud" or the address of a backend (https://...), not %s`, shown)
	}
	return Settings{Backend: &backend}, nil
}

func validBackend(backend string) bool {
	if backend == "local" || backend == "cloud" {
		return true
	}
	address, err := url.Parse(backend)
	return err == nil && (address.Scheme == "https" || address.Scheme == "http") && address.Host != ""
}
