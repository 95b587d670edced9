//go:build unix

package initcmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/terminaltest"
)

// person is somebody at a terminal in a folder of their own.
type person struct {
	t         *testing.T
	root, dir string
	environ   []string
}

func newPerson(t *testing.T, environ ...string) *person {
	t.Helper()
	root := t.TempDir()
	p := &person{t: t, root: root, dir: filepath.Join(root, "Support Bot")}
	for _, dir := range []string{p.dir, filepath.Join(root, "home")} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	p.environ = append([]string{
		"HOME=" + filepath.Join(root, "home"), "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color",
		"GIT_CEILING_DIRECTORIES=" + root, // our temporary folder may lie in a repository
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.test",
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.test",
	}, environ...)
	return p
}

// run starts arkor-init, with a mode and its arguments.
func (p *person) run(args ...string) *terminaltest.Session {
	p.t.Helper()
	return terminaltest.Start(p.t, p.command(args...))
}

func (p *person) command(args ...string) terminaltest.Command {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	return terminaltest.Command{Path: self, Args: append([]string{"arkor-init"}, args...), Dir: p.dir, Environ: p.environ}
}

func (p *person) read(path string) string {
	p.t.Helper()
	data, err := os.ReadFile(filepath.Join(p.dir, path))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(data)
}

// content lists the folder.
func (p *person) content() []string {
	p.t.Helper()
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		p.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// subject is that of the only commit in a folder below the person's.
func (p *person) subject(folder string) string {
	p.t.Helper()
	cmd := exec.Command("git", "log", "--format=%s")
	cmd.Dir, cmd.Env = filepath.Join(p.dir, folder), p.environ
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("git log: %v\n%s", err, out)
	}
	return strings.TrimSuffix(string(out), "\n")
}
