package bundle

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

// The embedded copy of the SDK finds the binaries of the npm package for this
// platform, seen from the artifact that it is part of.
func TestEmbeddedSDKFindsBinaries(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("there is no node, or no shell scripts")
	}
	platform, err := exec.CommandContext(t.Context(), node, "-p", "`${process.platform}-${process.arch}`").Output()
	if err != nil {
		t.Fatal(err)
	}
	folder := "node_modules/@arkor/" + strings.TrimSpace(string(platform))
	// A process started meanwhile would hold the program open, which then cannot be run.
	syscall.ForkLock.RLock()
	dir := projecttest.New(t, `
-- src/arkor/index.ts --
import { ensureCredentials } from "arkor";
await ensureCredentials().catch((error: Error) => console.log(error.message));
-- `+folder+`/package.json --
{}
-- `+folder+`/bin/arkor-auth --
#!/bin/sh
echo "arkor-auth token: found" >&2
exit 1
`)
	syscall.ForkLock.RUnlock()
	if err := os.Chmod(filepath.Join(dir, folder, "bin/arkor-auth"), 0o755); err != nil {
		t.Fatal(err)
	}
	artifact, err := make1(t, dir).Write()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, artifact)
	cmd.Dir, cmd.Env = dir, []string{"HOME=" + dir, "PATH=/usr/bin:/bin"}
	output, err := cmd.CombinedOutput()
	if err != nil || string(output) != "found\n" {
		t.Errorf("%v: %s", err, output)
	}
}
