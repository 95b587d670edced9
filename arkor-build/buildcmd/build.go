package buildcmd

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// Options of a build.
type Options struct {
	Command string // "build" or "start", for what is said on stderr
	Entry   string // absolute, or relative to the project
	Once    bool   // for one run of an entry that is not the project's usual one
	OutDir  string // like bundle.Options.OutDir
	JSON    bool   // outcome on stdout as one JSON object
	Verbose bool
	Check   func() error // may fail a build before anything is written; nil for nothing
}

// Build bundles an entry, writes the artifact and says so on stdout. It
// returns the artifact's absolute path. Mistakes in the user's code are shown
// on stderr before it returns a silent error.
func Build(env cli.Env, options Options) (string, error) {
	b, err := bundle.Make(options.of(env))
	artifact := ""
	if err == nil {
		options.tell(env, b)
		artifact, err = options.write(b)
	}
	switch {
	case options.JSON && err == nil:
		err = printOutcome(env, b, artifact)
	case options.JSON:
		err = printFailure(env, hinted(env, err))
	case err != nil:
		err = Explain(env, err)
	default:
		_, err = fmt.Fprintln(env.Stdout, built(env, b, artifact))
	}
	return artifact, err
}

func (o Options) of(env cli.Env) bundle.Options {
	return bundle.Options{Dir: env.Dir, Entry: o.Entry, OutDir: o.OutDir, Inline: o.Once}
}

// tell says on stderr what is to be known of a bundle.
func (o Options) tell(env cli.Env, b *bundle.Bundle) {
	if !o.JSON {
		bundle.PrintWarnings(env.Stderr, b.Warnings, env.Color(env.Stderr))
	}
	if o.Verbose {
		sayWhichSDK(env, o.Command, b.SDK)
	}
	warnOfSDK(env, o.Command, b.SDK)
}

func (o Options) write(b *bundle.Bundle) (artifact string, err error) {
	if o.Check != nil {
		if err := o.Check(); err != nil {
			return "", err
		}
	}
	if o.Once {
		return b.WriteRun()
	}
	return b.Write()
}

func built(env cli.Env, b *bundle.Bundle, artifact string) string {
	return fmt.Sprintf("Built %s → %s", bundle.Relative(env.Dir, b.Entry), bundle.Relative(env.Dir, artifact))
}

// Explain shows the messages of a failed bundle and silences it; other errors
// come back as they are, with a hint where there is no project.
func Explain(env cli.Env, err error) error {
	var broken *bundle.Error
	if !errors.As(err, &broken) {
		return hinted(env, err)
	}
	broken.Print(env.Stderr, env.Color(env.Stderr))
	return &cli.ExitError{Status: cli.StatusFailed}
}

func hinted(env cli.Env, err error) error {
	var missing *bundle.NotFoundError
	if errors.As(err, &missing) && missing.Entry == filepath.Join(env.Dir, filepath.FromSlash(bundle.DefaultEntry)) {
		return cli.Hint(err, "`arkor init` writes a project that is ready to train")
	}
	return err
}

// sayWhichSDK tells which copy of the package arkor a bundle uses.
func sayWhichSDK(env cli.Env, command string, sdk bundle.SDK) {
	switch {
	case !sdk.Imported:
		fmt.Fprintf(env.Stderr, "arkor %s: the entry does not import the package arkor\n", command)
	case sdk.Path != "":
		fmt.Fprintf(env.Stderr, "arkor %s: using the installed package arkor at %s\n", command, bundle.Relative(env.Dir, sdk.Path))
	default:
		fmt.Fprintf(env.Stderr, "arkor %s: the package arkor is not installed here; using the copy in arkor-build %s\n", command, cli.Version())
	}
}

// unreleased is the version of what was built from source, which fits everything.
const unreleased = "0.0.0-dev"

// warnOfSDK says when a bundle uses a package arkor of another release than
// this program, which happens when only one of them was upgraded.
func warnOfSDK(env cli.Env, command string, sdk bundle.SDK) {
	version, own := sdk.Version(), cli.Version()
	if !sdk.Imported || version == "" || version == own || version == unreleased || own == unreleased {
		return
	}
	owner := env
	owner.Dir = filepath.Dir(filepath.Dir(sdk.Path)) // the folder of its node_modules
	upgrade := strings.Replace(cli.UpgradeCommand(owner), "@latest", "@"+own, 1)
	fmt.Fprintf(env.Stderr, "arkor %s: warning: the installed package arkor is version %s, arkor-build is %s; install one release of both: `%s`\n",
		command, cli.Excerpt(version), own, upgrade)
}
