//go:build unix

package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// programs is a folder with hooks and a gpg, all of which run the script in
// $HOOK, $GPG. They are written before the first process starts, which might
// hold them open.
var programs string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if programs, err = os.MkdirTemp("", "programs"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(programs)
		for name, variable := range map[string]string{"pre-commit": "HOOK", "gpg": "GPG"} {
			if err := os.WriteFile(filepath.Join(programs, name), []byte("#!/bin/sh\neval \"$"+variable+"\"\n"), 0o755); err != nil {
				panic(err)
			}
		}
		return m.Run()
	}())
}

const identity = "[user]\nname = A\nemail = a@example.com\n"

// folder is one with a file in it, and a git that knows no configuration but
// config.
func folder(t *testing.T, config string, environ ...string) Folder {
	t.Helper()
	home := t.TempDir()
	dir := filepath.Join(home, "my app")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{
		filepath.Join(home, "config"): "[init]\ndefaultBranch = trunk\n[core]\nhooksPath = " + programs + "\n" +
			"[gpg]\nprogram = " + programs + "/gpg\n" + config,
		filepath.Join(dir, "package-lock.json"): "{}\n",
		filepath.Join(dir, ".gitignore"):        "node_modules/\n",
		filepath.Join(dir, "node_modules"):      "", // a file is not ignored
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Folder{dir, append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_GLOBAL=" + filepath.Join(home, "config"),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CEILING_DIRECTORIES=" + home, "LC_ALL=de_DE.UTF-8", "LANGUAGE=de",
	}, environ...)}
}

// ask returns what git says in a folder.
func ask(t *testing.T, f Folder, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = f.Dir, f.Environ
	out, err := cmd.CombinedOutput()
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(out))
}

// begun counts.
type begun int

func (b *begun) begin() { *b++ }

// 9.6, 9.7, 9.11: a repository with one commit of everything, the lockfile too.
func TestRule9_6(t *testing.T) {
	t.Parallel()
	for _, message := range []string{"Initial commit from `arkor init`", "Initial commit from Create Arkor", `"$HOME" %s; --amend`} {
		f := folder(t, identity, "HOOK=pwd -P; echo $LC_ALL >.git/locale")
		var b begun
		if unsigned, err := f.Create(t.Context(), message, b.begin); unsigned || err != nil || b != 1 {
			t.Fatalf("%v, %v, begun %d times", unsigned, err, b)
		}
		got := []string{ask(t, f, "log", "--format=%an <%ae> %s"), ask(t, f, "ls-tree", "-r", "--name-only", "HEAD"),
			ask(t, f, "status", "--porcelain"), ask(t, f, "branch", "--show-current")}
		want := []string{"A <a@example.com> " + message, ".gitignore\nnode_modules\npackage-lock.json", "", "trunk"}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		// 9.8: what git says does not depend on the user's language.
		if locale, err := os.ReadFile(filepath.Join(f.Dir, ".git", "locale")); string(locale) != "C\n" {
			t.Errorf("locale %q, %v", locale, err)
		}
	}
}

// 9.1b, 9.5: what lies in a repository stays as it is.
func TestRule9_5(t *testing.T) {
	t.Parallel()
	f := folder(t, identity)
	if f.Inside(t.Context()) {
		t.Fatal("inside from the start")
	}
	if got := ask(t, f, "init", "-q"); got != "" {
		t.Fatal(got)
	}
	below := Folder{filepath.Join(f.Dir, "below"), f.Environ}
	if err := os.Mkdir(below.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range []Folder{f, below} {
		var b begun
		if unsigned, err := f.Create(t.Context(), "x", b.begin); unsigned || err != ErrInside || b != 0 || !f.Inside(t.Context()) {
			t.Errorf("%s: %v, %v, begun %d times", f.Dir, unsigned, err, b)
		}
	}
	if got := ask(t, f, "log"); got != "exit status 128" {
		t.Errorf("there is a commit: %s", got)
	}
}

// 9.1: without git, or without a directory, we are in no repository.
func TestRule9_1Unknown(t *testing.T) {
	t.Parallel()
	f := folder(t, identity)
	if got := ask(t, f, "init", "-q"); got != "" {
		t.Fatal(got)
	}
	if (Folder{f.Dir, []string{"PATH=" + t.TempDir()}}).Inside(t.Context()) {
		t.Error("inside, says no git")
	}
	if (Folder{filepath.Join(f.Dir, "gone"), f.Environ}).Inside(t.Context()) {
		t.Error("nowhere is inside")
	}
}

const signed = identity + "[commit]\ngpgsign = true\n"

// 9.8: signing is tried, and a commit that cannot be signed is made without.
func TestRule9_8(t *testing.T) {
	t.Parallel()
	const sign = `cat >/dev/null; echo "[GNUPG:] SIG_CREATED " >&2; echo "-----BEGIN PGP SIGNATURE-----"; echo; echo "-----END PGP SIGNATURE-----"`
	for _, c := range []struct {
		gpg      string
		unsigned bool
	}{
		{sign, false},
		{"echo 'gpg: no secret key' >&2; exit 2", true},
	} {
		f := folder(t, signed, "GPG="+c.gpg)
		unsigned, err := f.Create(t.Context(), "first", func() {})
		if unsigned != c.unsigned || err != nil {
			t.Errorf("%s: %v, %v", c.gpg, unsigned, err)
		}
		if got := strings.Contains(ask(t, f, "cat-file", "commit", "HEAD"), "PGP SIGNATURE"); got == c.unsigned {
			t.Errorf("%s: signature %v", c.gpg, got)
		}
		if got := ask(t, f, "log", "--format=%s"); got != "first" {
			t.Errorf("%s: commits %q", c.gpg, got)
		}
	}
}

// 9.8: which failures count as ones of signing.
func TestRule9_8Match(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"error: gpg failed to sign the data\nfatal: failed to write commit object": true,
		"error: Signing Failed: agent refused":                                     true,
		"GPG failed":                                                               true,
		"error: something else\nfatal: failed to write commit object":              false,
		"": false,
	} {
		if got := (&Error{Stderr: text}).ofSigning(); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// 9.9: a commit that a signal ended is one that failed.
func TestRule9_9(t *testing.T) {
	t.Parallel()
	f := folder(t, identity, "HOOK=kill -KILL $PPID")
	unsigned, err := f.Create(t.Context(), "x", func() {})
	if unsigned || err == nil || err.Error() != "`git commit` exited with code -1" {
		t.Errorf("%v, %v", unsigned, err)
	}
	f = folder(t, identity, "HOOK=case $GIT_CONFIG_PARAMETERS in *gpgsign*) ;; *) echo signing failed >&2; kill -KILL $PPID ;; esac")
	if unsigned, err := f.Create(t.Context(), "x", func() {}); !unsigned || err != nil {
		t.Errorf("with a word about signing: %v, %v", unsigned, err)
	}
}

// 9.10: any other failure names the command and its exit status.
func TestRule9_10(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config  string
		environ []string
		command string
		code    int
		stderr  string // in what it says
	}{
		"no identity":  {"[user]\nuseConfigOnly = true\n", nil, "git commit", 128, "auto-detection is disabled"},
		"a hook":       {identity, []string{"HOOK=printf '\\033[31mno\\033[0m\\n\\tway' >&2; exit 5"}, "git commit", 1, "[31mno[0m\n\tway"},
		"the retry":    {signed, []string{"GPG=exit 1", "HOOK=case $GIT_CONFIG_PARAMETERS in *gpgsign*) echo never >&2; exit 1 ;; esac"}, "git commit", 1, "never"},
		"a bad config": {"[user\n", nil, "git init", 128, "bad config"},
		"git init":     {identity, []string{"GIT_DIR=/dev/null/x"}, "git init", 128, "/dev/null/x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := folder(t, c.config, c.environ...)
			unsigned, err := f.Create(t.Context(), "x", func() {})
			var failure *Error
			if unsigned || !errors.As(err, &failure) || failure.Command != c.command || failure.Code != c.code || !strings.Contains(failure.Stderr, c.stderr) {
				t.Fatalf("%v, %#v", unsigned, err)
			}
			if want := "`" + c.command + "` exited with code " + strconv.Itoa(c.code) + ": " + failure.Stderr; err.Error() != want {
				t.Errorf("reads %q", err)
			}
		})
	}
}

// 9.10: nothing to commit, and no git at all.
func TestRule9_10Nothing(t *testing.T) {
	t.Parallel()
	f := folder(t, identity)
	empty := Folder{filepath.Join(filepath.Dir(f.Dir), "empty"), f.Environ}
	if err := os.Mkdir(empty.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := empty.Create(t.Context(), "x", func() {})
	if err == nil || !strings.HasPrefix(err.Error(), "`git commit` exited with code 1: ") || !strings.Contains(err.Error(), "nothing to commit") {
		t.Errorf("nothing to commit: %v", err)
	}
	f.Environ = []string{"PATH=" + t.TempDir()}
	if _, err = f.Create(t.Context(), "x", func() {}); !errors.Is(err, ErrMissing) || err.Error() != "`git init` did not start: git is not on PATH" {
		t.Errorf("no git: %v", err)
	}
}

// An end of the context ends git and the hooks that it runs.
func TestTheEndOfTheContextEndsGit(t *testing.T) {
	t.Parallel()
	f := folder(t, identity, "HOOK=sleep 600 & echo $! >.git/child; wait")
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	result := make(chan error, 1)
	go func() {
		_, err := f.Create(ctx, "x", func() {})
		result <- err
	}()
	child := 0
	for deadline := time.Now().Add(time.Minute); child == 0; time.Sleep(5 * time.Millisecond) {
		data, _ := os.ReadFile(filepath.Join(f.Dir, ".git", "child"))
		if bytes.HasSuffix(data, []byte("\n")) {
			child, _ = strconv.Atoi(strings.TrimSpace(string(data)))
		}
		if time.Now().After(deadline) {
			t.Fatal("the hook did not run")
		}
	}
	cancel(cause)
	select {
	case err := <-result:
		if err != cause {
			t.Errorf("got %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("it did not end")
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(child) + "/stat")
	if syscall.Kill(child, 0) == nil && (err != nil || !bytes.Contains(stat, []byte(") Z "))) {
		t.Error("the hook's child lives")
		_ = syscall.Kill(child, syscall.SIGKILL)
	}
	var b begun
	if _, err := f.Create(ctx, "x", b.begin); err != cause || b != 0 {
		t.Errorf("afterwards: %v, begun %d times", err, b)
	}
}

func TestTailIsBoundedAndPrintable(t *testing.T) {
	t.Parallel()
	var long tail
	for range 1000 {
		if n, err := long.Write([]byte("ä long line\n")); n != 13 || err != nil {
			t.Fatal(n, err)
		}
	}
	if got := long.String(); len(got) > most+3 || !strings.HasPrefix(got, "…") || !strings.HasSuffix(got, "\nä long line") {
		t.Errorf("%d bytes: %.40q", len(got), got)
	}
	short := tail{data: []byte(" \x1b]0;t\x07a\r\n\tb\xff\n")}
	if got := short.String(); got != "]0;ta\n\tb" {
		t.Errorf("got %q", got)
	}
}
