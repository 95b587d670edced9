package buildcmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// Artifact returns the artifact of the project in env.Dir for a command that
// runs it. It is built where there is none, and again where a source changed.
func Artifact(env cli.Env, command string, verbose bool) (string, error) {
	artifact := bundle.ArtifactPath(env.Dir)
	state := bundle.Inspect(env.Dir)
	if state.Exists && state.Stale == "" {
		if state.Newer != "" {
			return "", TooNew(artifact, state.Newer)
		}
		if verbose {
			fmt.Fprintf(env.Stderr, "arkor %s: %s is up to date\n", command, filepath.FromSlash(bundle.Artifact))
			if state.SDK.Imported {
				sayWhichSDK(env, command, state.SDK)
			}
		}
		warnOfSDK(env, command, state.SDK)
		return artifact, nil
	}
	if state.Exists {
		fmt.Fprintf(env.Stderr, "arkor %s: building again: %s\n", command, state.Stale)
	}
	return Build(env, Options{Command: command, Entry: state.Entry, Verbose: verbose})
}

// TooNew refuses an artifact that may need more than this version gives it.
func TooNew(artifact, newer string) error {
	err := fmt.Errorf("%s was built by version %s of arkor-build, too new for this version %s", artifact, newer, cli.Version())
	return cli.Hint(err, "upgrade arkor-build, or build the artifact again from its sources")
}

// TellError writes an error as the last object of a run, which did not begin.
func TellError(results io.Writer, err error) {
	failure := struct {
		Type    string `json:"type"`
		Message string `json:"message"`
		Hint    string `json:"hint,omitempty"`
		Code    string `json:"code,omitempty"`
	}{Type: "error", Message: err.Error(), Hint: cli.HintOf(err)}
	if exit := (*cli.ExitError)(nil); errors.As(err, &exit) {
		failure.Message, failure.Code = "the build failed", "build_failed" // its messages are on stderr
	}
	_ = json.NewEncoder(results).Encode(failure) // whoever reads it may be gone
}
