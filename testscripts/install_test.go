package testscripts

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// managers are real ones, as the npm registry has them.
var managers = []struct {
	name, use   string
	npm         string // the package that holds it, "" for the one that is here
	lockfile    string
	plugAndPlay bool     // without node_modules
	create      []string // how it runs create-arkor from a tarball, nil where it cannot
	build       []string // how it runs the script of this name
}{
	{
		name: "npm", use: "npm", lockfile: "package-lock.json",
		create: []string{"npm", "exec", "--yes", "--package=TARBALL", "--", "create-arkor"},
		build:  []string{"npm", "run", "build"},
	},
	{
		name: "pnpm", use: "pnpm", npm: "pnpm@12.21.0", lockfile: "pnpm-lock.yaml",
		create: []string{"pnpm", "dlx", "file:TARBALL"},
		build:  []string{"pnpm", "run", "build"},
	},
	{
		name: "yarn 1", use: "yarn", npm: "yarn@1.22.22", lockfile: "yarn.lock",
		build: []string{"yarn", "run", "build"},
	},
	{
		name: "yarn 4", use: "yarn", npm: "@yarnpkg/cli-dist@4.18.1", lockfile: "yarn.lock",
		create: []string{"yarn", "dlx", "-p", "create-arkor@file:TARBALL", "create-arkor"},
		build:  []string{"yarn", "run", "build"},
	},
	{
		name: "yarn 4 without node_modules", use: "yarn", npm: "@yarnpkg/cli-dist@4.18.1", lockfile: "yarn.lock", plugAndPlay: true,
		build: []string{"yarn", "run", "build"},
	},
	{
		name: "bun", use: "bun", npm: "bun@1.4.5", lockfile: "bun.lock",
		create: []string{"bunx", "--package", "TARBALL", "create-arkor"},
		build:  []string{"bun", "run", "build"},
	},
}

// Section 12: every package manager installs our packages into a new project,
// whose first commit holds the lockfile, and the project can be built.
func TestInstalls(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the managers are found by their names on Unix")
	}
	for _, program := range []string{"npm", "git"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not here", program)
		}
	}
	packages := packOurs(t)
	for _, m := range managers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			f := newFolder(t)
			if m.npm != "" {
				f.fetch(m.npm)
			}
			for _, tarball := range []string{"arkor.tgz", "create-arkor.tgz"} {
				if err := os.Link(filepath.Join(packages, tarball), filepath.Join(f.root, tarball)); err != nil {
					t.Fatal(err)
				}
			}
			project := filepath.Join(f.root, "bot")
			if err := os.Mkdir(project, 0o755); err != nil {
				t.Fatal(err)
			}
			if m.plugAndPlay {
				if err := os.WriteFile(filepath.Join(project, ".yarnrc.yml"), []byte("nodeLinker: pnp\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			f.run(project, "arkor", "init", "-y", "--use-"+m.use, "--git")
			f.check(project, m.lockfile, "Initial commit from `arkor init`", m.plugAndPlay)
			if out := f.run(project, m.build...); !strings.Contains(out, "Built src/arkor/index.ts") {
				t.Errorf("%q says\n%s", m.build, out)
			}
			if m.create == nil {
				return
			}
			// Nobody says which manager to use: the one that runs create-arkor does.
			create := slices.Concat(m.create, []string{"new-bot", "-y", "--git"})
			for i := range create {
				create[i] = strings.ReplaceAll(create[i], "TARBALL", filepath.Join(f.root, "create-arkor.tgz"))
			}
			f.run(f.root, create...)
			project = filepath.Join(f.root, "new-bot")
			f.check(project, m.lockfile, "Initial commit from Create Arkor", false)
			f.run(project, m.build...)
		})
	}
}

// packOurs returns a folder with our npm packages as they would be published.
func packOurs(t *testing.T) string {
	t.Helper()
	f := newFolder(t)
	sdk := filepath.Join(f.root, "sdk")
	entries, err := os.ReadDir("../sdk")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		from, to := filepath.Join("../sdk", e.Name()), filepath.Join(sdk, e.Name())
		switch {
		case slices.Contains([]string{"node_modules", "build", "dist"}, e.Name()):
		case e.IsDir():
			err = os.CopyFS(to, os.DirFS(from))
		default:
			err = copyFile(from, to)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if out, err := f.try(sdk, "npm", "ci"); err != nil {
		t.Skipf("the npm registry cannot be reached: %v\n%s", err, out)
	}
	f.run(sdk, "npm", "run", "build")
	for name, dir := range map[string]string{"arkor": sdk, "create-arkor": filepath.Join(sdk, "create-arkor")} {
		f.run(dir, "npm", "pack", "--pack-destination", f.root)
		packed, err := filepath.Glob(filepath.Join(f.root, name+"-[0-9]*.tgz"))
		if err != nil || len(packed) != 1 {
			t.Fatalf("packed %q, %v", packed, err)
		}
		if err := os.Rename(packed[0], filepath.Join(f.root, name+".tgz")); err != nil {
			t.Fatal(err)
		}
	}
	return f.root
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

// folder is where somebody works who has nothing installed yet.
type folder struct {
	t       *testing.T
	root    string
	path    string
	environ []string
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	f := &folder{t: t, root: t.TempDir(), path: binaries + string(os.PathListSeparator) + os.Getenv("PATH")}
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(strings.ToUpper(pair), "=")
		switch {
		case strings.HasPrefix(name, "NPM_"), strings.HasPrefix(name, "YARN_"), strings.HasPrefix(name, "XDG_"), strings.HasPrefix(name, "GIT_"):
		case slices.Contains([]string{"CLAUDECODE", "CI", "PATH", "HOME", "NODE_ENV"}, name):
		default:
			f.environ = append(f.environ, pair)
		}
	}
	f.environ = append(f.environ, "HOME="+filepath.Join(t.TempDir(), "home"), "DO_NOT_TRACK=1",
		"GIT_CEILING_DIRECTORIES="+f.root,
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.test",
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.test",
		"ARKOR_INTERNAL_SCAFFOLD_ARKOR_SPEC=file:../arkor.tgz")
	return f
}

// fetch puts a package manager on the PATH.
func (f *folder) fetch(npm string) {
	f.t.Helper()
	prefix := filepath.Join(f.root, "manager")
	if out, err := f.try(f.root, "npm", "install", "--no-audit", "--no-fund", "--prefix", prefix, npm); err != nil {
		f.t.Skipf("%s cannot be fetched: %v\n%s", npm, err, out)
	}
	f.path = filepath.Join(prefix, "node_modules", ".bin") + string(os.PathListSeparator) + f.path
}

func (f *folder) try(dir string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(f.t.Context(), 3*time.Minute) // a network may stall
	defer cancel()
	cmd := exec.CommandContext(ctx, "env", args...) // finds the program on the PATH that it is given
	cmd.WaitDelay = time.Second
	cmd.Dir, cmd.Env = dir, slices.Concat(f.environ, []string{"PATH=" + f.path})
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return string(out), err
}

func (f *folder) run(dir string, args ...string) string {
	f.t.Helper()
	out, err := f.try(dir, args...)
	if errors.Is(err, context.DeadlineExceeded) {
		f.t.Skipf("%q: no end within 3 minutes: the network stalls\n%s", args, out)
	}
	if err != nil {
		f.t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return out
}

// check looks at a project that was made, installed and committed.
func (f *folder) check(project, lockfile, subject string, plugAndPlay bool) {
	f.t.Helper()
	if got := f.run(project, "git", "log", "--format=%s"); got != subject+"\n" {
		f.t.Errorf("commits %q", got)
	}
	committed := strings.Fields(f.run(project, "git", "ls-tree", "-r", "--name-only", "HEAD"))
	for _, file := range []string{"package.json", "src/arkor/trainer.ts", lockfile} {
		if !slices.Contains(committed, file) {
			f.t.Errorf("%s is not in the commit: %q", file, committed)
		}
	}
	if slices.ContainsFunc(committed, func(file string) bool { return strings.HasPrefix(file, "node_modules/") }) {
		f.t.Error("node_modules is in the commit")
	}
	if left := f.run(project, "git", "status", "--porcelain"); left != "" {
		f.t.Errorf("not committed: %s", left)
	}
	if plugAndPlay {
		if !slices.Contains(committed, ".pnp.cjs") {
			f.t.Errorf("no .pnp.cjs in %q", committed)
		}
		return
	}
	// Node finds it, so it is installed: the copy in the tool is not on its way.
	const script = `import { createTrainer } from "arkor"; console.log(typeof createTrainer)`
	if got := f.run(project, "node", "--input-type=module", "--eval", script); got != "function\n" {
		f.t.Errorf("what is installed is a %s", got)
	}
}
