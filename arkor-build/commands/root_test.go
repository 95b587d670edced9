package commands

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

// A command that is called below a project works in the project.
func TestProjectRootFromBelow(t *testing.T) {
	t.Parallel()
	dir := projecttest.New(t, `
-- src/arkor/index.ts --
console.log(process.cwd());
export const trainer = `+trainer()+`;
-- src/arkor/deep/other.ts --
console.log(process.cwd());
export const trainer = `+trainer()+`;
-- arkor.config.ts --
export default { backend: "local" };
`)
	below := filepath.Join(dir, "src", "arkor", "deep")
	up := filepath.FromSlash("../../..")
	tests := []struct {
		args           []string
		stdout, stderr string
	}{
		{[]string{"build"}, built, "arkor build: the project is in " + up + "\n"},
		{[]string{"start"}, dir + "\n" + ran, "arkor start: the project is in " + up + "\n"},
		{[]string{"start", "--no-build"}, dir + "\n" + ran, "arkor start: the project is in " + up + "\n"},
		{[]string{"build", "--out-dir", "out", "other.ts"}, "Built " + filepath.FromSlash("src/arkor/deep/other.ts → src/arkor/deep/out/index.mjs") + "\n", "arkor build: the project is in " + up + "\n"},
		{[]string{"config"}, "backend: local\n", "arkor-build config: the project is in " + up + "\n"},
		{[]string{"manifest"}, "trainer: demo\n", "arkor-build manifest: the project is in " + up + "\n" + dir + "\n"},
	}
	for _, test := range tests {
		got := run(t, below, nil, test.args...)
		expect(t, got, test.stdout, 0)
		if got.stderr != test.stderr {
			t.Errorf("%v: stderr %q, want %q", test.args, got.stderr, test.stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(below, ".arkor")); err == nil {
		t.Error("a .arkor folder was made below the project")
	}
}
