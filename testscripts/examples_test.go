//go:build unix

package testscripts

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// Every TypeScript example of the npm package's pages compiles in a new project
// and does what it says, against a real backend.
func TestExamples(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip(err)
	}
	var examples [][][]byte
	for _, name := range []string{"../sdk/README.md", "../docs/evals.md"} {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		examples = append(examples, regexp.MustCompile("(?s)```ts\n(.*?)```\n").FindAllSubmatch(page, -1)...)
	}
	if len(examples) < 8 {
		t.Fatalf("found %d examples", len(examples))
	}
	f := newFolder(t)
	f.path = binaries + string(os.PathListSeparator) + f.path
	f.environ = append(f.environ, "ARKOR_BACKEND="+serveTeam(t, f))
	f.run(f.root, "arkor", "init", "demo", "--template", "blank", "-y", "--skip-git")
	project := filepath.Join(f.root, "demo")
	sdk, err := filepath.Abs("../sdk")
	if err != nil {
		t.Fatal(err)
	}
	// Installed as an editor has it, for the compiler.
	modules := filepath.Join(project, "node_modules")
	if err := os.Mkdir(modules, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"arkor": sdk, "@types": filepath.Join(sdk, "node_modules", "@types")} {
		if err := os.Symlink(target, filepath.Join(modules, name)); err != nil {
			t.Fatal(err)
		}
	}
	var files []string
	for i, example := range examples {
		files = append(files, fmt.Sprintf("src/arkor/example%d.ts", i))
		if err := os.WriteFile(filepath.Join(project, files[i]), example[1], 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f.run(project, filepath.Join(sdk, "node_modules", ".bin", "tsc"), "--noEmit", "-p", ".")

	jobID := ""
	for i, example := range examples {
		code := string(example[1])
		switch {
		case strings.Contains(code, "createTrainer("), strings.Contains(code, `from "./trainer"`):
			out := f.run(project, "arkor", "start", "--dry-run", files[i])
			finished := regexp.MustCompile(`(?m)^Job (\S+) finished with status=completed$`).FindStringSubmatch(out)
			if finished == nil {
				t.Fatalf("%s\nsays\n%s", code, out)
			}
			jobID = finished[1]
		case strings.Contains(code, "the id of a completed job"):
			code = strings.Replace(code, "the id of a completed job", jobID, 1)
			if err := os.WriteFile(filepath.Join(project, files[i]), []byte(code), 0o644); err != nil {
				t.Fatal(err)
			}
			if out := runModule(f, project, files[i]); !strings.HasPrefix(out, "ark_live_") {
				t.Errorf("%s\nsays\n%s", code, out)
			}
		case strings.Contains(code, "export const made = "):
			use := `import { createTrainer } from "arkor";
import { made } from "./` + filepath.Base(files[i]) + `";
export const trainer = createTrainer({ name: "rows", model: "arkor/tiny", dataset: made });
`
			if err := os.WriteFile(filepath.Join(project, "src/arkor/rows.ts"), []byte(use), 0o644); err != nil {
				t.Fatal(err)
			}
			if out := f.run(project, "arkor", "start", "--dry-run", "src/arkor/rows.ts"); !strings.Contains(out, "status=completed") {
				t.Errorf("%s\nsays\n%s", code, out)
			}
		default:
			t.Errorf("nothing runs this example:\n%s", code)
		}
	}
}

// The receiver of jobs_webhook.txtar checks signatures with the code of the page.
func TestReceiverIsThatOfThePage(t *testing.T) {
	page, err := os.ReadFile("../docs/jobs.md")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("jobs/jobs_webhook.txtar")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("(?s)```js\n(import \\{ createHmac.*?)```\n").FindSubmatch(page)
	if code == nil || !bytes.Contains(script, code[1]) {
		t.Errorf("the script lacks the code of docs/jobs.md: %s", code)
	}
}

// runModule bundles a program and runs it as a user would.
func runModule(f *folder, project, file string) string {
	f.run(project, "arkor", "build", file)
	return f.run(project, "node", filepath.FromSlash(".arkor/build/index.mjs"))
}

// serveTeam starts a backend that gives an identity to whoever comes, and
// returns its address.
func serveTeam(t *testing.T, f *folder) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(binaries, "arkor-backend"), "serve", "--anonymous", "--data", filepath.Join(f.root, "data"))
	cmd.Env = slices.Concat(f.environ, []string{"PATH=" + f.path})
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "listening on "); ok {
			return address
		}
	}
	t.Fatal("the backend says no address")
	return ""
}
