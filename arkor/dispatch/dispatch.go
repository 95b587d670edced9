// Package dispatch is the front door: it finds the binary behind a command and
// becomes it. It knows names and one line of help for each; everything else is
// the binary's own.
package dispatch

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

type command struct {
	name, binary string
	args         []string // what the binary is given before the user's arguments
	help         string
}

// commands in the order in which a person meets them.
var commands = [...]command{
	{"init", "arkor-init", []string{"init"}, "scaffold a project"},
	{"build", "arkor-build", []string{"build"}, "bundle the trainer into .arkor/build"},
	{"start", "arkor-build", []string{"start"}, "train: build if needed, run, follow until the job ends"},
	{"eval", "arkor-build", []string{"eval"}, "compare the tuned model with its base and the deployed one"},
	{"jobs", "arkor-backend", []string{"jobs"}, "list trainings; follow, cancel, resume and delete them"},
	{"export", "arkor-backend", []string{"export"}, "write what was trained as files for other programs"},
	{"endpoints", "arkor-backend", []string{"endpoints"}, "put what was trained behind OpenAI's API, for your product to call"},
	{"dev", "arkor-studio", []string{"dev"}, "train, compare, chat and make endpoints in a local web page"},
	{"login", "arkor-auth", []string{"login"}, "sign in"},
	{"logout", "arkor-auth", []string{"logout"}, "forget the stored credentials"},
	{"whoami", "arkor-auth", []string{"whoami"}, "say who is signed in"},
	{"backend", "arkor-backend", nil, "run the training backend on this machine"},
}

func usage() string {
	var b strings.Builder
	b.WriteString("Usage: arkor [options] [command]\n\nFine-tune open-weight language models from a TypeScript project.\n\nCommands:\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "  %-9s  %s\n", c.name, c.help)
	}
	b.WriteString(`  help       show the help of a command

Options:
  -h, --help     show this text
  -V, --version  print the version

Any arkor-<name> on PATH is a command too.

Examples:
  arkor init demo --template triage --yes
  cd demo && arkor start
  arkor export --format gguf
`)
	return b.String()
}

// Run answers help and version itself and passes everything else on. It
// returns the exit status.
func Run(ctx context.Context, env cli.Env) int {
	args := env.Args
	if len(args) == 0 {
		fmt.Fprint(env.Stderr, usage())
		return cli.StatusFailed
	}
	switch first := args[0]; {
	case first == "-V" || first == "--version":
		fmt.Fprintln(env.Stdout, cli.Version())
		return cli.StatusOK
	case first == "-h" || first == "--help" || first == "help" && len(args) == 1:
		fmt.Fprint(env.Stdout, usage())
		return cli.StatusOK
	case first == "help":
		path, childArgs, err := find(env, args[1])
		if err != nil {
			fmt.Fprint(env.Stderr, usage())
			return cli.StatusFailed
		}
		return become(ctx, env, path, slices.Concat(childArgs, args[2:], []string{"--help"}))
	case strings.HasPrefix(first, "-"):
		err := cli.Hint(cli.Usagef("unknown option '%s'", first), "run `arkor --help`")
		return cli.Report(ctx, env.Stderr, "arkor", err)
	}
	path, childArgs, err := find(env, args[0])
	if err != nil {
		return cli.Report(ctx, env.Stderr, "arkor", err)
	}
	return become(ctx, env, path, append(childArgs, args[1:]...))
}

// find returns the executable behind a command and the arguments that come
// before the user's. For a word that is not in the table, arkor-<word> on PATH
// is the command.
func find(env cli.Env, word string) (path string, args []string, err error) {
	names := []string{"help"}
	for _, c := range commands {
		if c.name == word {
			path, err = sibling.Find(env, c.binary)
			return path, c.args, err
		}
		names = append(names, c.name)
	}
	if !strings.ContainsAny(word, `/\`) {
		if path, err = sibling.Find(env, "arkor-"+word); err == nil {
			return path, nil, nil
		}
	}
	err = cli.Usagef("unknown command '%s'", word)
	if instead := meant(word); instead != "" {
		return "", nil, cli.Hint(err, "`%s` does that", instead)
	}
	if near := cli.Nearest(word, names); near != "" {
		return "", nil, cli.Hint(err, "did you mean %s?", near)
	}
	return "", nil, cli.Hint(err, "run `arkor help` for the commands")
}

func become(ctx context.Context, env cli.Env, path string, args []string) int {
	cmd := exec.Command(path, args...)
	cmd.Dir = env.Dir
	cmd.Env = append(env.Environ, cli.DispatcherVersion+"="+cli.Version())
	cmd.Stdin, cmd.Stdout, cmd.Stderr = env.Stdin, env.Stdout, env.Stderr
	return cli.Report(ctx, env.Stderr, "arkor", sibling.Passthrough(ctx, cmd))
}
