package devcmd

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-studio/guard"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

const here = "http://localhost:4000"

func at(home string) (*command, *bytes.Buffer) {
	var stderr bytes.Buffer
	return &command{env: cli.Env{Environ: []string{"HOME=" + home}, Stderr: &stderr}}, &stderr
}

// entries returns what is in the folder of the token.
func entries(t *testing.T, home string) (names []string) {
	t.Helper()
	found, err := os.ReadDir(filepath.Join(home, ".arkor"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range found {
		names = append(names, entry.Name())
	}
	return names
}

// T1, T2, T6.
func TestTokenFile(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	c, stderr := at(home)
	launch := guard.NewLaunch(4000)
	remove := c.writeToken(launch, here)
	path := filepath.Join(home, ".arkor", "studio-token")
	content, err := os.ReadFile(path)
	if err != nil || string(content) != launch.Token {
		t.Errorf("%q %v", content, err)
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if names := entries(t, home); len(names) != 1 || stderr.Len() > 0 {
		t.Errorf("%q %s", names, stderr)
	}
	remove()
	remove()
	if names := entries(t, home); len(names) != 0 {
		t.Errorf("%q", names)
	}
}

// T5, T6, T7: the last launch owns the file, and nobody takes another's away.
func TestTokenFileOfAnotherLaunch(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	c, _ := at(home)
	path := filepath.Join(home, ".arkor", "studio-token")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("left by a crash"), 0o644); err != nil { // T7
		t.Fatal(err)
	}
	first := c.writeToken(guard.NewLaunch(4000), here)
	second := guard.NewLaunch(4001)
	removeSecond := c.writeToken(second, here)
	first()
	if content, err := os.ReadFile(path); err != nil || string(content) != second.Token {
		t.Errorf("%q %v", content, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	removeSecond() // a missing file is none of its business
}

// T4, T2: a file that cannot be written is a warning, and leaves nothing.
func TestTokenFileThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	path := filepath.Join(home, ".arkor", "studio-token")
	if err := os.MkdirAll(filepath.Join(path, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	c, stderr := at(home)
	c.writeToken(guard.NewLaunch(4000), here)()
	want := fmt.Sprintf("Could not write %s (", path)
	end := "). The Studio at http://localhost:4000 is unaffected.\n"
	if got := stderr.String(); !bytes.HasPrefix(stderr.Bytes(), []byte(want)) || !bytes.HasSuffix([]byte(got), []byte(end)) {
		t.Errorf("%s", got)
	}
	if names := entries(t, home); len(names) != 1 {
		t.Errorf("%q", names)
	}
	// Without a home as well.
	c, stderr = at("")
	c.env.Environ = nil
	c.writeToken(guard.NewLaunch(4000), here)()
	if !bytes.HasSuffix(stderr.Bytes(), []byte(end)) {
		t.Errorf("%s", stderr)
	}
}

// T3: a file whose permissions cannot be set is there, and a warning.
func TestTokenFileWithoutPermissions(t *testing.T) {
	t.Parallel()
	c, stderr := at(t.TempDir())
	c.warn("/h/studio-token", &wholefile.ModeError{Path: "/h/studio-token", Err: os.ErrPermission}, here)
	if got := stderr.String(); got != "arkor dev: warning: could not set permissions on /h/studio-token: permission denied\n" {
		t.Errorf("%s", got)
	}
}
