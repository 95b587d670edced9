//go:build unix

package testscripts

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
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
	arkor       []string // how it runs the program of a package
	script      []string // how it runs the script of a project
}{
	{
		name: "npm", use: "npm", lockfile: "package-lock.json",
		create: []string{"npm", "exec", "--yes", "--package=TARBALL", "--", "create-arkor"},
		arkor:  []string{"npx", "arkor"}, script: []string{"npm", "run"},
	},
	{
		name: "pnpm", use: "pnpm", npm: "pnpm@12.21.0", lockfile: "pnpm-lock.yaml",
		create: []string{"pnpm", "dlx", "file:TARBALL"},
		arkor:  []string{"pnpm", "exec", "arkor"}, script: []string{"pnpm", "run"},
	},
	{
		name: "yarn 1", use: "yarn", npm: "yarn@1.22.22", lockfile: "yarn.lock",
		arkor: []string{"yarn", "--silent", "arkor"}, script: []string{"yarn", "run"},
	},
	{
		name: "yarn 4", use: "yarn", npm: "@yarnpkg/cli-dist@4.18.1", lockfile: "yarn.lock",
		create: []string{"yarn", "dlx", "-p", "create-arkor@file:TARBALL", "create-arkor"},
		arkor:  []string{"yarn", "arkor"}, script: []string{"yarn", "run"},
	},
	{
		name: "yarn 4 without node_modules", use: "yarn", npm: "@yarnpkg/cli-dist@4.18.1", lockfile: "yarn.lock", plugAndPlay: true,
		arkor: []string{"yarn", "arkor"}, script: []string{"yarn", "run"},
	},
	{
		name: "bun", use: "bun", npm: "bun@1.4.5", lockfile: "bun.lock",
		create: []string{"bunx", "--package", "TARBALL", "create-arkor"},
		arkor:  []string{"bunx", "arkor"}, script: []string{"bun", "run"},
	},
}

// testInstalls is about section 12: every package manager installs our packages
// into a new project, whose first commit holds the lockfile, and the programs in
// them train it on the local backend.
func testInstalls(t *testing.T, p packed) {
	for _, m := range managers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			f := newFolder(t)
			if m.npm != "" {
				f.fetch(m.npm)
			}
			f.useRegistry(serveProgramPackages(t, p).URL)
			for _, name := range []string{"arkor", "create-arkor"} {
				if err := copyFile(p.tarball(name), filepath.Join(f.root, name+".tgz")); err != nil {
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
			f.run(project, filepath.Join(binaries, "arkor"), "init", "-y", "--template", "blank", "--use-"+m.use, "--git")
			f.check(project, m.lockfile, "Initial commit from `arkor init`", m.plugAndPlay)

			// From here on there is no arkor but the one in the project.
			if got := f.run(project, append(slices.Clone(m.arkor), "--version")...); got != packedVersion+"\n" {
				t.Errorf("%q --version says %q", m.arkor, got)
			}
			if out := f.run(project, append(slices.Clone(m.script), "build")...); !strings.Contains(out, "Built src/arkor/index.ts") {
				t.Errorf("%q build says\n%s", m.script, out)
			}
			defer f.try(project, append(slices.Clone(m.arkor), "backend", "stop")...)
			if out := f.run(project, append(slices.Clone(m.script), "start")...); !strings.Contains(out, "finished with status=completed") {
				t.Errorf("%q start says\n%s", m.script, out)
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
			f.run(project, append(slices.Clone(m.script), "build")...)
		})
	}
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

// folder is where somebody works who has nothing installed yet.
type folder struct {
	t          *testing.T
	root, home string
	path       string
	environ    []string
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	f := &folder{t: t, root: t.TempDir(), home: t.TempDir()}
	// The tool comes from the packages, not from whoever runs this test.
	paths := slices.DeleteFunc(filepath.SplitList(os.Getenv("PATH")), func(dir string) bool {
		found, _ := filepath.Glob(filepath.Join(dir, "arkor*"))
		return len(found) > 0
	})
	f.path = strings.Join(paths, string(os.PathListSeparator))
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(strings.ToUpper(pair), "=")
		switch {
		case strings.HasPrefix(name, "NPM_"), strings.HasPrefix(name, "YARN_"), strings.HasPrefix(name, "XDG_"), strings.HasPrefix(name, "GIT_"):
		case slices.Contains([]string{"CLAUDECODE", "CI", "PATH", "HOME", "NODE_ENV"}, name):
		default:
			f.environ = append(f.environ, pair)
		}
	}
	f.environ = append(f.environ, "HOME="+f.home, "DO_NOT_TRACK=1",
		"GIT_CEILING_DIRECTORIES="+f.root,
		"YARN_CACHE_FOLDER="+filepath.Join(f.home, "yarn"), // yarn 1 keeps root's elsewhere, and takes any ../arkor.tgz from it
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

// useRegistry makes the managers ask url for the packages of programs.
func (f *folder) useRegistry(url string) {
	f.t.Helper()
	for name, text := range map[string]string{
		".npmrc":      "@arkor:registry=" + url + "/\n", // all but yarn 4
		".yarnrc.yml": "npmScopes:\n  arkor:\n    npmRegistryServer: " + url + "\nunsafeHttpWhitelist: [127.0.0.1]\n",
	} {
		if err := os.WriteFile(filepath.Join(f.home, name), []byte(text), 0o644); err != nil {
			f.t.Fatal(err)
		}
	}
}

func (f *folder) try(dir string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(f.t.Context(), 3*time.Minute) // a network may stall
	defer cancel()
	cmd := exec.CommandContext(ctx, "env", args...) // finds the program on the PATH that it is given
	cmd.WaitDelay = time.Minute                     // what it started may hold its output for a while
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
