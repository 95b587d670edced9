//go:build unix

package testscripts

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/terminaltest"
)

// packedVersion is not the one in the sources, so that what is not stamped
// shows.
const packedVersion = "0.0.0-test.1"

// packed is a folder with our packages as they are published, for this machine.
type packed struct{ folder, platform string }

func (p packed) tarball(name string) string {
	if name == p.platform {
		name = "arkor-" + name
	}
	return filepath.Join(p.folder, name+"-"+packedVersion+".tgz")
}

// The npm packages, as "make npm" leaves them: what is in them, that their
// bytes depend on nothing but the sources, and that they work where they are
// installed.
func TestPackages(t *testing.T) {
	for _, program := range []string{"npm", "git", "make"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not here", program)
		}
	}
	if out, err := run("..", "make", "sdk/node_modules"); err != nil {
		t.Skipf("the npm registry cannot be reached: %v\n%s", err, out)
	}
	p := packed{t.TempDir(), hostPlatform()}
	makePackages(t, "..", p)
	for name, test := range map[string]func(*testing.T, packed){
		"contents": testContents, "reproducible": testReproducible, "empty project": testEmptyProject,
		"interrupted": testInterrupted, "installs": testInstalls,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, p)
		})
	}
}

func hostPlatform() string {
	cpu := runtime.GOARCH
	if cpu == "amd64" {
		cpu = "x64"
	}
	return runtime.GOOS + "-" + cpu
}

// makePackages packs a checkout.
func makePackages(t *testing.T, checkout string, p packed) {
	t.Helper()
	out, err := run(checkout, "make", "--no-print-directory", "npm", "VERSION="+packedVersion, "PLATFORMS="+p.platform, "NPM="+p.folder)
	if err != nil {
		t.Fatalf("make npm: %v\n%s", err, out)
	}
	t.Logf("%s", out)
}

func run(dir string, args ...string) (string, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// file is an entry of a tarball.
type file struct {
	mode int64
	data []byte
}

func readTarball(t *testing.T, name string) map[string]file {
	t.Helper()
	in, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	unzipped, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]file{}
	for r := tar.NewReader(unzipped); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimPrefix(header.Name, "package/")] = file{header.Mode, data}
	}
}

// link matches a link of a Markdown page to another page.
var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

func testContents(t *testing.T, p packed) {
	optional := map[string]any{}
	for _, os := range []string{"linux", "darwin", "win32"} {
		for _, cpu := range []string{"x64", "arm64"} {
			optional["@arkor/"+os+"-"+cpu] = packedVersion
		}
	}
	engines := map[string]any{"node": ">=20"}
	manifests := map[string]map[string]any{
		"arkor": {
			"name": "arkor", "description": "Fine-tune open-weight language models from TypeScript",
			"type": "module", "sideEffects": false, "engines": engines, "bin": map[string]any{"arkor": "bin/arkor.cjs"},
			"exports": map[string]any{
				".":              map[string]any{"types": "./dist/index.d.ts", "default": "./dist/index.js"},
				"./package.json": "./package.json",
			},
			"files":                []any{"bin/arkor.cjs", "bin/launch.cjs", "dist", "docs"},
			"optionalDependencies": optional,
		},
		"create-arkor": {
			"name": "create-arkor", "description": "Start a project that fine-tunes a language model",
			"engines": engines, "bin": map[string]any{"create-arkor": "bin/create-arkor.cjs"},
			"files": []any{"bin"}, "optionalDependencies": optional,
		},
		p.platform: {
			"name": "@arkor/" + p.platform, "description": strings.Replace("The programs of arkor for "+p.platform, "-", " on ", 1),
			"os": []any{strings.Split(p.platform, "-")[0]}, "cpu": []any{strings.Split(p.platform, "-")[1]},
			"preferUnplugged": true, "files": []any{"bin"},
		},
	}
	binaries := []string{"arkor", "arkor-auth", "arkor-backend", "arkor-build", "arkor-init", "arkor-studio", "arkor-trainer"}
	programs := map[string][]string{"arkor": {"arkor.cjs", "launch.cjs"}, "create-arkor": {"create-arkor.cjs", "launch.cjs"}, p.platform: binaries}
	for name, want := range manifests {
		files := readTarball(t, p.tarball(name))
		want["version"] = packedVersion
		var got map[string]any
		if err := json.Unmarshal(files["package.json"].data, &got); err != nil {
			t.Fatal(err)
		}
		// Scripts and what only development needs are not among it.
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		var found []string
		for path, f := range files {
			mode := int64(0o644)
			if program, ok := strings.CutPrefix(path, "bin/"); ok {
				mode = 0o755
				found = append(found, program)
			}
			if f.mode != mode {
				t.Errorf("%s: %s has the mode %o", name, path, f.mode)
			}
			if bytes.Contains(f.data, []byte("0.0.0-dev")) && !slices.Contains(binaries, filepath.Base(path)) {
				t.Errorf("%s: %s is not stamped", name, path)
			}
		}
		slices.Sort(found)
		if diff := cmp.Diff(programs[name], found); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		if _, ok := files["README.md"]; !ok {
			t.Errorf("%s has no README.md", name)
		}
		if name != "arkor" {
			continue
		}
		for page, f := range files {
			if path.Ext(page) != ".md" {
				continue
			}
			for _, match := range link.FindAllSubmatch(f.data, -1) {
				if target := path.Join(path.Dir(page), string(match[1])); files[target].data == nil {
					t.Errorf("%s refers to %s, which is not in the package", page, target)
				}
			}
		}
		// AGENTS.md of a new project sends its reader here.
		for _, needed := range []string{"docs/getting-started.md", "dist/index.d.ts", "dist/trainer-input.d.ts", "dist/index.js"} {
			if files[needed].data == nil {
				t.Errorf("no %s in the package", needed)
			}
		}
		if info, err := os.Stat(p.tarball(name)); err != nil || info.Size() > 60_000 {
			t.Errorf("%v, %d bytes", err, info.Size())
		}
	}
	// 6.1, 2: every program reports the version of the packages.
	for _, name := range binaries {
		out, err := run(".", filepath.Join(p.folder, p.platform, "bin", name), "--version")
		if err != nil || out != packedVersion+"\n" {
			t.Errorf("%s --version: %q, %v", name, out, err)
		}
	}
}

// testReproducible packs the sources elsewhere, as somebody with another umask
// checks them out at another time.
func testReproducible(t *testing.T, p packed) {
	listed, err := run("..", "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
	if err != nil {
		t.Skipf("not a repository: %v\n%s", err, listed)
	}
	checkout := filepath.Join(t.TempDir(), "another checkout")
	for name := range strings.SplitSeq(strings.TrimSuffix(listed, "\x00"), "\x00") {
		from, to := filepath.Join("..", name), filepath.Join(checkout, name)
		data, err := os.ReadFile(from)
		if errors.Is(err, os.ErrNotExist) {
			continue // removed and not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(to, time.Time{}, time.Unix(1e9, 0)); err != nil {
			t.Fatal(err)
		}
	}
	modules, err := filepath.Abs("../sdk/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(checkout, "sdk", "node_modules")); err != nil {
		t.Fatal(err)
	}
	again := packed{t.TempDir(), p.platform}
	out, err := run(checkout, "sh", "-c", `umask 077 && make npm "$@"`, "sh", "VERSION="+packedVersion, "PLATFORMS="+p.platform, "NPM="+again.folder)
	if err != nil {
		t.Fatalf("make npm: %v\n%s", err, out)
	}
	for _, name := range []string{"arkor", "create-arkor", p.platform} {
		first, second := readTarball(t, p.tarball(name)), readTarball(t, again.tarball(name))
		for path, f := range first {
			if g := second[path]; f.mode != g.mode || !bytes.Equal(f.data, g.data) {
				t.Errorf("%s: %s differs", name, path)
			}
		}
		one, err1 := os.ReadFile(p.tarball(name))
		two, err2 := os.ReadFile(again.tarball(name))
		if err := errors.Join(err1, err2); err != nil || !bytes.Equal(one, two) {
			t.Errorf("%s: two tarballs of one source, %v", name, err)
		}
	}
}

// testEmptyProject installs the tarballs where nothing is, and nothing can be
// fetched.
func testEmptyProject(t *testing.T, p packed) {
	f := newFolder(t)
	if err := os.WriteFile(filepath.Join(f.root, "package.json"), []byte(`{"private":true}`), 0o644); err != nil {
		t.Fatal(err)
	}
	f.run(f.root, "npm", "install", "--offline", p.tarball("arkor"), p.tarball(p.platform))
	if got := f.run(f.root, "npx", "arkor", "--version"); got != packedVersion+"\n" {
		t.Errorf("npx arkor --version says %q", got)
	}
	if out, err := f.try(f.root, "npx", "arkor", "--bad"); err == nil || !strings.Contains(out, "arkor: unknown option '--bad'") {
		t.Errorf("npx arkor --bad: %v\n%s", err, out)
	}
	// The types are all there, for a compiler that looks into every file.
	if err := os.CopyFS(filepath.Join(f.root, "consumer"), os.DirFS("../sdk/test/consumer")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(f.root, "consumer", "package.json"), []byte(`{"type":"module"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	compiler, err := filepath.Abs("../sdk/node_modules/.bin/tsc")
	if err != nil {
		t.Fatal(err)
	}
	f.run(f.root, compiler, "-p", "consumer")
	// Without the programs the launcher says what to do.
	f = newFolder(t)
	f.run(f.root, "npm", "install", "--offline", "--omit=optional", p.tarball("arkor"))
	out, err := f.try(f.root, "npx", "arkor", "--version")
	want := fmt.Sprintf("arkor: the package @arkor/%s, which holds arkor, is not installed\nhint: install again", p.platform)
	if err == nil || !strings.HasPrefix(out, want) {
		t.Errorf("npx arkor --version: %v\n%s", err, out)
	}
}

// testInterrupted presses Ctrl-C at a script of a project. The terminal sends it
// to the package manager, to the launcher and to the program, and a package
// manager may hand it on: the run is cancelled, not left at once.
func testInterrupted(t *testing.T, p packed) {
	f := newFolder(t)
	f.run(f.root, filepath.Join(binaries, "arkor"), "init", "-y", "--template", "blank", "--skip-install", "--skip-git")
	f.run(f.root, "npm", "install", "--offline", p.tarball("arkor"), p.tarball(p.platform))
	trainer := filepath.Join(f.root, "src", "arkor", "trainer.ts")
	source, err := os.ReadFile(trainer)
	if err != nil {
		t.Fatal(err)
	}
	endless := regexp.MustCompile(`numTrainEpochs: \d+`).ReplaceAll(source, []byte("numTrainEpochs: 5000"))
	if err := os.WriteFile(trainer, endless, 0o644); err != nil {
		t.Fatal(err)
	}
	defer f.try(f.root, "npx", "arkor", "backend", "stop")
	s := terminaltest.Start(t, terminaltest.Command{
		Path: "/usr/bin/env", Args: []string{"env", "npm", "start"}, Dir: f.root, Environ: append(f.environ, "PATH="+f.path),
	})
	s.Expect("step=10 ")
	s.Press(terminaltest.CtrlC)
	s.Expect("is cancelled")
	if state, text := s.End(); state.Success() {
		t.Errorf("%v:\n%s", state, text)
	}
}
