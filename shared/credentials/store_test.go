package credentials

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// home is a user with a store.
func home(t *testing.T) (Store, *bytes.Buffer) {
	t.Helper()
	said := &bytes.Buffer{}
	s, err := Open(cli.Env{Environ: []string{"HOME=" + t.TempDir()}, Stderr: said})
	if err != nil {
		t.Fatal(err)
	}
	return s, said
}

func put(t *testing.T, s Store, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.Path()), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.Path(), []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func save(t *testing.T, s Store, c Credentials) error {
	t.Helper()
	locked, err := s.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer locked.Unlock()
	return locked.Save(c)
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// F2, F3, F4, B1: the folder is 0700, the file 0600, the text the contract's.
func TestSave(t *testing.T) {
	t.Parallel()
	s, said := home(t)
	if _, err := s.Load(); !errors.Is(err, ErrSignedOut) {
		t.Errorf("nothing is there: %v", err)
	}
	if err := save(t, s, anonymous); err != nil {
		t.Fatal(err)
	}
	if got := content(t, s.Path()); got != anonymousFile {
		t.Errorf("got %s", got)
	}
	for path, want := range map[string]fs.FileMode{s.Path(): 0o600, filepath.Dir(s.Path()): 0o700} {
		if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	entries, err := os.ReadDir(filepath.Dir(s.Path()))
	if err != nil || len(entries) != 2 { // and the lock
		t.Errorf("left behind: %v, %v", entries, err)
	}
	if said.Len() > 0 {
		t.Errorf("said %s", said)
	}
}

func TestSaveKeepsUnknownFields(t *testing.T) {
	t.Parallel()
	s, _ := home(t)
	put(t, s, strings.Replace(anonymousFile, "{", `{"theme": "dark",`, 1), 0o600)
	if err := save(t, s, oauth); err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(oauthFile, "\n}", ",\n  \"theme\": \"dark\"\n}", 1)
	if got := content(t, s.Path()); got != want {
		t.Errorf("got %s", got)
	}
}

// C2, B6: never silently replaced.
func TestACorruptFileIsKeptAside(t *testing.T) {
	t.Parallel()
	s, said := home(t)
	put(t, s, "{half", 0o600)
	if err := save(t, s, anonymous); err != nil {
		t.Fatal(err)
	}
	aside, err := filepath.Glob(s.Path() + ".corrupt-*")
	if err != nil || len(aside) != 1 || content(t, aside[0]) != "{half" {
		t.Fatalf("aside: %v, %v", aside, err)
	}
	want := "arkor: warning: " + s.Path() + " could not be parsed and is being replaced. Run `arkor login` to sign in again.\n" +
		"arkor: warning: its content is kept in " + aside[0] + "\n"
	if said.String() != want {
		t.Errorf("said %s", said)
	}
	if content(t, s.Path()) != anonymousFile {
		t.Error("it was not replaced")
	}
}

// C3, B5 and the decision about unknown modes: left alone.
func TestWhatCannotBeUsedIsLeftAlone(t *testing.T) {
	t.Parallel()
	s, _ := home(t)
	const later = `{"mode":"passkey"}`
	put(t, s, later, 0o600)
	if err := save(t, s, anonymous); !errors.Is(err, ErrUnusable) || !strings.Contains(err.Error(), s.Path()) {
		t.Errorf("got %v", err)
	}
	if content(t, s.Path()) != later {
		t.Error("it was overwritten")
	}
	if err := os.Remove(s.Path()); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(s.Path(), "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Peek(); err == nil || errors.Is(err, ErrSignedOut) {
		t.Errorf("a directory: %v", err)
	}
	if err := save(t, s, anonymous); err == nil {
		t.Error("a directory was overwritten")
	}
	locked, err := s.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer locked.Unlock()
	if _, err := locked.Remove(); err == nil { // D3
		t.Error("a directory was removed")
	}
	if _, err := os.Stat(filepath.Join(s.Path(), "x")); err != nil {
		t.Error(err)
	}
}

// C4: mentioned once, because afterwards it is in order. B4: Peek says nothing.
func TestAFileThatOthersCanRead(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there are no modes")
	}
	s, said := home(t)
	put(t, s, anonymousFile, 0o644)
	if _, err := s.Peek(); err != nil || said.Len() > 0 {
		t.Errorf("%v, said %s", err, said)
	}
	for range 2 {
		if _, err := s.Load(); err != nil {
			t.Fatal(err)
		}
	}
	want := "arkor: warning: " + s.Path() + " had mode 0644; it is 0600 now. If others use this machine, sign in again\n"
	if said.String() != want {
		t.Errorf("said %s", said)
	}
	if info, _ := os.Stat(s.Path()); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

// C4: the link stays, its target is replaced; also when there is no target yet.
func TestALink(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege")
	}
	s, _ := home(t)
	put(t, s, "", 0o600)
	target := filepath.Join(t.TempDir(), "elsewhere.json")
	if err := errors.Join(os.Remove(s.Path()), os.Symlink(target, s.Path())); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(); !errors.Is(err, ErrSignedOut) {
		t.Errorf("a link to nothing: %v", err)
	}
	for range 2 {
		if err := save(t, s, anonymous); err != nil {
			t.Fatal(err)
		}
		if got, err := os.Readlink(s.Path()); err != nil || got != target || content(t, target) != anonymousFile {
			t.Errorf("link %s, %v", got, err)
		}
	}
	locked, err := s.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer locked.Unlock()
	if _, err := locked.Remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(target); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the secret is still there")
	}
}

// C5: one at a time; whoever waits can give up.
func TestLockIsExclusive(t *testing.T) {
	t.Parallel()
	s, _ := home(t)
	first, err := s.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	cancel(cause)
	if _, err := s.Lock(ctx); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	first.Unlock()
	second, err := s.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second.Unlock()
}

// F1: the variable is named.
func TestWithoutAHome(t *testing.T) {
	t.Parallel()
	_, err := Open(cli.Env{})
	if err == nil || !strings.Contains(err.Error(), "HOME") || cli.HintOf(err) == "" {
		t.Errorf("got %v, %q", err, cli.HintOf(err))
	}
}

// A home that cannot be written says what to do and leaves the file whole.
func TestAHomeThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	s, _ := home(t)
	blocked := filepath.Dir(s.Path())
	if err := os.WriteFile(blocked, []byte("a file where the folder should be"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := s.Lock(t.Context())
	var write *WriteError
	if !errors.As(err, &write) || !strings.Contains(err.Error(), s.Path()) || !strings.Contains(cli.HintOf(err), "writable") {
		t.Errorf("got %v, %q", err, cli.HintOf(err))
	}
}

// F3, B3: a file system without modes is no reason to fail.
func TestAModeThatTheSystemRefuses(t *testing.T) {
	t.Parallel()
	s, said := home(t)
	locked, err := s.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer locked.Unlock()
	refuse := func(path string, data []byte, _ fs.FileMode) error {
		return &wholefile.ModeError{Path: path, Err: &fs.PathError{Op: "chmod", Path: path, Err: errors.New("not supported here")}}
	}
	if err := locked.replace(nil, refuse); err != nil {
		t.Errorf("got %v", err)
	}
	if want := "arkor: warning: could not set permissions on " + s.Path() + ": not supported here\n"; said.String() != want {
		t.Errorf("said %s", said)
	}
}

// Nothing secret stays behind without a word.
func TestRemoveLooksAroundTheFile(t *testing.T) {
	t.Parallel()
	s, _ := home(t)
	put(t, s, anonymousFile, 0o600)
	stale, corrupt := filepath.Join(filepath.Dir(s.Path()), ".credentials.json-123"), s.Path()+".corrupt-20260101T000000.000Z"
	for _, path := range []string{stale, corrupt} {
		if err := os.WriteFile(path, []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	locked, err := s.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer locked.Unlock()
	kept, err := locked.Remove()
	if err != nil || len(kept) != 1 || kept[0] != corrupt {
		t.Errorf("kept %v, %v", kept, err)
	}
	if _, err := os.Stat(stale); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what a killed write left: %v", err)
	}
}
