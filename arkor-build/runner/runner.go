// Package runner executes bundles in a JavaScript runtime of the user's machine.
package runner

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// source is the program that loads a bundle; its parts lie in js/.
//
//go:embed runner.mjs
var source string

// Hash identifies the program: another one may answer differently.
func Hash() string { return bundle.Hash([]byte(source)) }

// request is the one argument of the program; js/main.mjs explains the fields.
type request struct {
	Mode    string `json:"mode"`
	Command string `json:"command"`
	Module  string `json:"module"`
	Dir     string `json:"dir"`
	Result  string `json:"result,omitempty"`
	PnP     string `json:"pnp"`
	Upgrade string `json:"upgrade"`
	Events  int    `json:"events,omitempty"`
	Follow  string `json:"follow,omitempty"`
	Options
	Compare *Comparison `json:"compare,omitempty"`
}

// Options of a run.
type Options struct {
	Preview     bool   `json:"preview,omitempty"` // say what the run would be, and create no job
	DryRun      bool   `json:"dryRun,omitempty"`
	Detach      bool   `json:"detach,omitempty"`
	OnInterrupt string `json:"onInterrupt,omitempty"` // "cancel" or "detach"
	Backend     string `json:"-"`                     // as --backend named it
	JSON        bool   `json:"-"`                     // objects on stdout, everything of the user's on stderr
}

// Comparison is what "arkor eval" compares.
type Comparison struct {
	Job        string `json:"job,omitempty"` // id, beginning of one, or name; "" for the latest completed one
	Checkpoint *int64 `json:"checkpoint,omitempty"`
	Endpoint   string `json:"endpoint,omitempty"` // slug; "" for the one that was changed last
	Worst      bool   `json:"worst,omitempty"`
	JSON       bool   `json:"-"`
}

// command prepares the runtime's process for a request, without streams.
func (r Runtime) command(env cli.Env, ask request) (*exec.Cmd, error) {
	args, err := r.arguments(env.Dir)
	if err != nil {
		return nil, err
	}
	ask.Dir = env.Dir
	ask.PnP = bundle.PlugAndPlay(env.Dir)
	ask.Upgrade = cli.UpgradeCommand(env)
	text, err := json.Marshal(ask)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(r.Path, append(args, string(text))...)
	cmd.Dir, cmd.Env = env.Dir, childEnviron(env)
	return cmd, nil
}

// childEnviron adds the path of arkor-auth, which the package "arkor" asks for
// tokens, where there is one.
func childEnviron(env cli.Env) []string {
	path, err := findAuth(env)
	if err != nil {
		return env.Environ
	}
	return append(append([]string{}, env.Environ...), authVariable+"="+path)
}

// Start runs the trainer of a bundle in the place of this process: streams,
// signals and exit status are the runtime's.
func Start(ctx context.Context, env cli.Env, artifact string, options Options) error {
	r := request{Mode: "start", Command: "arkor start", Module: artifact, Follow: followCommand(env, options), Options: options}
	return become(ctx, env, r, options.JSON)
}

// followCommand is what a user types to follow the job JOB, if that can be had.
func followCommand(env cli.Env, options Options) string {
	if _, err := sibling.Find(env, "arkor-backend"); err != nil {
		return ""
	}
	command := "arkor jobs show JOB --watch"
	if options.Backend != "" {
		command += " --backend " + options.Backend
	}
	return command
}

// Eval compares models by the evals of a bundle, in the place of this process.
func Eval(ctx context.Context, env cli.Env, artifact string, c Comparison) error {
	return become(ctx, env, request{Mode: "eval", Command: "arkor eval", Module: artifact, Compare: &c}, c.JSON)
}

func become(ctx context.Context, env cli.Env, r request, json bool) error {
	runtime, err := FindRuntime(ctx, env)
	if err != nil {
		return err
	}
	stdout, own := env.Stdout, []*os.File(nil)
	if json {
		r.Events = 1
		if file, ok := env.Stdout.(*os.File); ok && runtime.writesToOthers() {
			r.Events, stdout, own = 3, env.Stderr, []*os.File{file}
		}
	}
	cmd, err := runtime.command(env, r)
	if err != nil {
		return err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = env.Stdin, stdout, env.Stderr, own
	return sibling.Passthrough(ctx, cmd)
}

// Limit is how long loading a module may take when it is only evaluated.
const Limit = 15 * time.Second

// Evaluate imports code in a runtime without starting anything and decodes the
// runner's answer for mode ("manifest" or "config") into out. The code lies in
// the build folder while it runs, so that its packages are found. What it
// prints goes to stderr. An error of the code itself has been printed when
// this returns a silent error.
func Evaluate(ctx context.Context, env cli.Env, mode string, code []byte, limit time.Duration, out any) error {
	javascript, err := FindRuntime(ctx, env)
	if err != nil {
		return err
	}
	folder := filepath.Join(env.Dir, filepath.FromSlash(bundle.Folder))
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("create the build folder: %w", err)
	}
	file, err := os.CreateTemp(folder, ".evaluate-*.mjs")
	if err != nil {
		return fmt.Errorf("write the module to evaluate: %w", err)
	}
	module, result := file.Name(), file.Name()+".json"
	defer os.Remove(module)
	defer os.Remove(result)
	_, err = file.Write(code)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write the module to evaluate: %w", err)
	}
	r := request{Mode: mode, Command: "arkor-build " + mode, Module: module, Result: result}
	cmd, err := javascript.command(env, r)
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = env.Stderr, env.Stderr
	cmd.WaitDelay = time.Second // for what the module started and left behind
	err = runLimited(ctx, cmd, limit)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	data, readErr := os.ReadFile(result)
	switch {
	case readErr != nil && exit != nil:
		return fmt.Errorf("the module ended the process while it was being loaded: %v", exit)
	case readErr != nil:
		return errors.New("the module ended the process while it was being loaded")
	case exit != nil:
		return &cli.ExitError{Status: cli.StatusFailed}
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("read the runner's answer: %w", err)
	}
	return nil
}

// runLimited runs a process to its end, and kills it at the limit or when ctx
// ends.
func runLimited(ctx context.Context, cmd *exec.Cmd, limit time.Duration) error {
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	var reason error
	select {
	case err := <-ended:
		if errors.Is(err, exec.ErrWaitDelay) {
			return nil
		}
		return err
	case <-timer.C:
		reason = cli.Hint(fmt.Errorf("loading the project took longer than %v", limit),
			"is there work at the top level of a module? it belongs into a callback")
	case <-ctx.Done():
		reason = context.Cause(ctx)
	}
	_ = cmd.Process.Kill()
	<-ended
	return reason
}
