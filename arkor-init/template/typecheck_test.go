package template

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Projects must satisfy the strict compiler against the package's own types.
// Where the compiler or the built package is missing, as in a plain `go test`
// of a fresh clone, there is nothing to check with.
func TestTemplatesTypeCheck(t *testing.T) {
	t.Parallel()
	sdk, err := filepath.Abs("../../sdk")
	if err != nil {
		t.Fatal(err)
	}
	compiler := filepath.Join(sdk, "node_modules", ".bin", "tsc")
	for _, needed := range []string{compiler, filepath.Join(sdk, "dist", "index.d.ts")} {
		if _, err := os.Stat(needed); err != nil {
			t.Skip("needs `npm ci && npm run build` in sdk/")
		}
	}
	for _, tmpl := range All() {
		for _, backend := range []Backend{Local, Cloud} {
			dir := t.TempDir()
			files := content(t, tmpl, backend)
			if backend == Local {
				// As a run leaves it behind: editors then know the backend's models.
				files[".arkor/models.d.ts"] = "export {};\ndeclare module \"arkor\" { interface ArkorModels { \"acme/generated\": true } }\n"
				files["src/models.ts"] = "import type { ArkorModels } from \"arkor\";\nexport const model: keyof ArkorModels = \"acme/generated\";\n"
			}
			for path, text := range files {
				path = filepath.Join(dir, filepath.FromSlash(path))
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			modules := filepath.Join(dir, "node_modules")
			if err := os.Mkdir(modules, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(sdk, filepath.Join(modules, "arkor")); err != nil {
				t.Skip(err)
			}
			cmd := exec.Command(compiler, "--project", dir)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s for %s: %v\n%s", tmpl.ID, backend, err, out)
			}
		}
	}
}
