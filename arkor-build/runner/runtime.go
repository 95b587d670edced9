package runner

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strconv"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// override names the runtime to use: a name on PATH or a path.
const override = "ARKOR_JS_RUNTIME"

// oldestNode is the first major version of node that runs bundles. The runner
// checks it again, since a version manager may choose another one per folder.
const oldestNode = 20

// Runtime is a JavaScript runtime on this machine.
type Runtime struct {
	Name string // "node", "bun" or "deno": how it wants its arguments
	Path string
}

// writesToOthers reports whether a program in this runtime can write to a
// descriptor beside the standard three: deno keeps numbers of its own, and
// Windows hands on no others.
func (r Runtime) writesToOthers() bool { return r.Name != "deno" && goruntime.GOOS != "windows" }

// FindRuntime returns the runtime for a project: the one that ARKOR_JS_RUNTIME
// names, node if it is new enough, bun, deno. Its error lists what was found.
func FindRuntime(ctx context.Context, env cli.Env) (Runtime, error) {
	if name := env.Getenv(override); name != "" {
		return named(env, name)
	}
	node := sibling.OnPath(env, "node")
	found := "no node on PATH"
	if node != "" {
		version, err := nodeVersion(ctx, env, node)
		switch major, ok := majorVersion(version); {
		case err != nil && ctx.Err() != nil:
			return Runtime{}, context.Cause(ctx)
		case err != nil:
			found = fmt.Sprintf("node at %s does not run (%v)", node, err)
		case !ok:
			found = fmt.Sprintf("node at %s calls itself version %q", node, version)
		case major >= oldestNode:
			return Runtime{"node", node}, nil
		default:
			found = fmt.Sprintf("node at %s is version %s, older than %d", node, version, oldestNode)
		}
	}
	for _, name := range []string{"bun", "deno"} {
		if path := sibling.OnPath(env, name); path != "" {
			return Runtime{name, path}, nil
		}
	}
	return Runtime{}, cli.Hint(
		fmt.Errorf("no JavaScript runtime to run the trainer with: %s, no bun and no deno either", found),
		"install node %d or newer from https://nodejs.org, or name a runtime in %s", oldestNode, override)
}

func named(env cli.Env, name string) (Runtime, error) {
	path := name
	if filepath.Base(name) == name {
		path = sibling.OnPath(env, name)
	} else if !filepath.IsAbs(path) {
		path = filepath.Join(env.Dir, path)
	}
	if info, err := os.Stat(path); path == "" || err != nil || info.IsDir() {
		return Runtime{}, cli.Hint(fmt.Errorf("%s names %q, which is not there", override, name),
			"set it to node, bun, deno, or the path of one of them")
	}
	runtime := Runtime{"node", path}
	for _, kind := range []string{"bun", "deno"} {
		if strings.HasPrefix(strings.ToLower(filepath.Base(path)), kind) {
			runtime.Name = kind
		}
	}
	return runtime, nil
}

// nodeVersion asks node for its version, once per executable: the answer is
// kept beside the artifact under the file's size and time.
func nodeVersion(ctx context.Context, env cli.Env, node string) (string, error) {
	type probe struct{ Key, Version string }
	info, err := os.Stat(node)
	if err != nil {
		return "", err
	}
	key := fmt.Sprintf("%s %d %d", node, info.Size(), info.ModTime().UnixNano())
	file := filepath.Join(env.Dir, filepath.FromSlash(bundle.Folder), "node-version.json")
	var known probe
	if data, err := os.ReadFile(file); err == nil && json.Unmarshal(data, &known) == nil && known.Key == key {
		return known.Version, nil
	}
	cmd := exec.CommandContext(ctx, node, "--version")
	cmd.Dir, cmd.Env = env.Dir, env.Environ
	out, err := cmd.Output()
	if err != nil {
		return "", err
	}
	known = probe{key, strings.TrimSpace(string(out))}
	if data, err := json.Marshal(known); err == nil {
		_ = bundle.WriteFile(file, data) // only a matter of speed
	}
	return known.Version, nil
}

// majorVersion reads the first number of "v20.11.1".
func majorVersion(version string) (int, bool) {
	major, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	n, err := strconv.Atoi(major)
	return n, err == nil && n >= 0
}

// arguments returns how the runtime is told to execute the runner. The runner
// is a file in the build folder, because some runtimes look for their
// configuration from there; where it cannot be written it is passed inline.
func (r Runtime) arguments(dir string) ([]string, error) {
	file, err := writeRunner(dir)
	switch {
	case err == nil && r.Name == "deno":
		return []string{"run", "-A", file}, nil
	case err == nil && r.Name == "bun":
		// A missing package is an error to be shown, not a download.
		return []string{"--no-install", file}, nil
	case err == nil:
		return []string{file}, nil
	case r.Name == "deno":
		return nil, fmt.Errorf("write the runner for deno: %w", err)
	case r.Name == "bun":
		return []string{"--no-install", "-e", source}, nil
	}
	return []string{"--input-type=module", "-e", source}, nil
}

func writeRunner(dir string) (string, error) {
	sum := sha256.Sum256([]byte(source))
	folder := filepath.Join(dir, filepath.FromSlash(bundle.Folder))
	file := filepath.Join(folder, "runner-"+hex.EncodeToString(sum[:6])+".mjs")
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, []byte(source)) {
		return file, nil
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", err
	}
	return file, bundle.WriteFile(file, []byte(source))
}
