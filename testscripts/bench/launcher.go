package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// launching compares a command that is started through the npm package with a
// bare start of the runtime, which is the least that such a command takes.
func (b *bench) launching(ctx context.Context) ([]figure, error) {
	modules := filepath.Join(b.folder, "launching", "node_modules")
	cpu := runtime.GOARCH
	if cpu == "amd64" {
		cpu = "x64"
	}
	programs := filepath.Join(modules, "@arkor", runtime.GOOS+"-"+cpu)
	command := filepath.Join(modules, ".bin", "arkor")
	err := errors.Join(
		os.CopyFS(filepath.Join(modules, "arkor", "bin"), os.DirFS("sdk/bin")),
		os.MkdirAll(filepath.Dir(command), 0o777),
		os.Symlink("../arkor/bin/arkor.cjs", command),
		writeFiles(programs, map[string]string{"package.json": "{}"}),
		os.Symlink(b.bin, filepath.Join(programs, "bin")),
	)
	if err != nil {
		return nil, err
	}
	const n = 40
	times, err := inTurns(n,
		func() error { return outputOf(exec.CommandContext(ctx, command, "--version")) },
		func() error { return outputOf(exec.CommandContext(ctx, "node", "-e", "0")) })
	if err != nil {
		return nil, err
	}
	return []figure{{"arkor --version through the npm package, over node -e 0", median(times[0]) / median(times[1]), "x", 1.5, false, n}}, nil
}
