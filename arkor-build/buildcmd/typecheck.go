package buildcmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/arkor-build/runner"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// typeErrors is what the compiler has found.
type typeErrors struct{ found []Message }

func (*typeErrors) Error() string { return "the types do not check" }

// checkTypes runs the TypeScript compiler that is installed for the project,
// its output on stderr, and where plain is set in a form that programs read.
func checkTypes(ctx context.Context, env cli.Env, plain bool) error {
	if above(env.Dir, "tsconfig.json") == "" {
		return cli.Hint(errors.New("--typecheck needs a tsconfig.json, and there is none"), "`npx tsc --init` writes one")
	}
	runtime, err := runner.FindRuntime(ctx, env)
	if err != nil {
		return err
	}
	args := compiler(env.Dir, runtime)
	missing := cli.Hint(errors.New("--typecheck needs the package typescript, which is not installed here"),
		"install it as a development dependency, as with `npm install -D typescript`")
	if args == nil {
		return missing
	}
	args = append(args, "--noEmit")
	if !plain && env.Color(env.Stderr) {
		args = append(args, "--pretty")
	}
	cmd := exec.CommandContext(ctx, runtime.Path, args...)
	cmd.Dir, cmd.Env = env.Dir, env.Environ
	var found bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.MultiWriter(env.Stderr, &found), env.Stderr
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &exit) && strconv.Itoa(exit.ExitCode()) == notInstalled:
		return missing
	case errors.As(err, &exit):
		return &typeErrors{readTypeErrors(found.String())}
	case err != nil:
		return fmt.Errorf("run tsc: %w", err)
	}
	return nil
}

// tscError is a line such as "src/a.ts(3,7): error TS2322: Type ...".
var tscError = regexp.MustCompile(`^(.+)\((\d+),(\d+)\): error (TS\d+.*)$`)

func readTypeErrors(output string) []Message {
	var found []Message
	for line := range strings.Lines(output) {
		if m := tscError.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil {
			row, _ := strconv.Atoi(m[2])
			column, _ := strconv.Atoi(m[3])
			found = append(found, Message{Text: m[4], Place: &Place{File: m[1], Line: row, Column: column - 1}})
		}
	}
	return found
}

// underYarn runs the compiler that Yarn's resolver finds for a folder; table and
// folder are the first arguments. The compiler may be an ES module, and does not
// export its program.
const underYarn = `
const { existsSync } = require("node:fs");
const { createRequire, register } = require("node:module");
const { dirname, join } = require("node:path");
const { pathToFileURL } = require("node:url");
const [table, folder] = process.argv.splice(1, 2);
const loader = join(table, "..", ".pnp.loader.mjs");
if (existsSync(loader)) register?.(pathToFileURL(loader).href);
let manifest = "";
try {
  manifest = createRequire(join(folder, "package.json")).resolve("typescript/package.json");
} catch {
  process.exitCode = ` + notInstalled + `;
}
if (manifest !== "") {
  const tsc = join(dirname(manifest), require(manifest).bin.tsc);
  process.argv.splice(1, 0, tsc);
  import(pathToFileURL(tsc).href);
}
`

// notInstalled is the status that says so; the compiler has none as high.
const notInstalled = "77"

// compiler returns the arguments that make a runtime execute tsc, or nil when
// it is not installed.
func compiler(dir string, runtime runner.Runtime) []string {
	if tsc := above(dir, filepath.Join("node_modules", "typescript", "bin", "tsc")); tsc != "" {
		if runtime.Name == "deno" {
			return []string{"run", "-A", tsc}
		}
		return []string{tsc}
	}
	if table := bundle.PlugAndPlay(dir); table != "" && runtime.Name == "node" {
		return []string{"--require", table, "--eval", underYarn, table, dir}
	}
	return nil
}

// above returns a file in dir or the nearest folder above that has it, or "".
func above(dir, name string) string {
	for ; ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}
