//go:build unix

package authcmd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/terminaltest"
)

// patience is how long a test waits for what ought to come. Nothing depends on
// its length.
const patience = 30 * time.Second

// person is somebody with a home and a project folder.
type person struct {
	t         *testing.T
	home, dir string
	environ   []string
}

func newPerson(t *testing.T, environ ...string) *person {
	t.Helper()
	p := &person{t: t, home: t.TempDir(), dir: filepath.Join(t.TempDir(), "Support Bot")}
	if err := os.MkdirAll(filepath.Join(p.dir, "src", "arkor"), 0o755); err != nil {
		t.Fatal(err)
	}
	p.environ = append([]string{"HOME=" + p.home, "TERM=xterm-256color"}, environ...)
	return p
}

func (p *person) file() string { return filepath.Join(p.home, ".arkor", "credentials.json") }

// stores makes text what is on file.
func (p *person) stores(text string) {
	p.t.Helper()
	err := errors.Join(os.MkdirAll(filepath.Dir(p.file()), 0o700), os.WriteFile(p.file(), []byte(text), 0o600))
	if err != nil {
		p.t.Fatal(err)
	}
}

// stored is what is on file, "" for nothing.
func (p *person) stored() string { return p.read(p.file()) }

// state is the project of the folder, "" for none.
func (p *person) state() string { return p.read(filepath.Join(p.dir, ".arkor", "state.json")) }

func (p *person) read(path string) string {
	p.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.t.Fatal(err)
	}
	return string(data)
}

// session is a command that somebody runs at a terminal.
type session struct {
	*terminaltest.Session
	t *testing.T
}

// run starts arkor-auth. stdout is where its results go, nil for the terminal.
func (p *person) run(stdout *os.File, args ...string) *session {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	return &session{terminaltest.Start(p.t, terminaltest.Command{
		Path: self, Args: append([]string{"arkor-auth"}, args...), Dir: p.dir, Environ: p.environ, Stdout: stdout,
	}), p.t}
}

const (
	up     = terminaltest.Up
	down   = terminaltest.Down
	right  = terminaltest.Right
	enter  = terminaltest.Enter
	escape = terminaltest.Escape
	ctrlC  = terminaltest.CtrlC
	ctrlD  = terminaltest.CtrlD
)
