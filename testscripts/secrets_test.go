package testscripts

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// secret matches what no program may print: anonymous tokens and keys of the
// backend, the provider's tokens and codes, and what scripts call a secret.
var secret = regexp.MustCompile(`(?:anon|ark_live)_[A-Za-z0-9_-]{20,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ|(?:rt|code|dc)_[A-Za-z0-9_-]{20,}|s3cret[A-Za-z0-9._-]*`)

// handsOut matches the commands whose stdout is a secret by its purpose.
var handsOut = regexp.MustCompile(`arkor-auth token|backend ensure|arkor endpoints create`)

// watched is a test that fails when what its scripts' programs printed holds a
// secret, or an escape sequence: no script runs on a terminal (I3).
type watched struct{ *testing.T }

func (w watched) Run(name string, f func(testscript.T)) {
	w.T.Run(name, func(t *testing.T) { f(watched{t}) })
}

// Verbose keeps the output of phases that went well.
func (w watched) Verbose() bool { return true }

func (w watched) Log(args ...any) {
	w.T.Helper()
	for _, arg := range args {
		if text, ok := arg.(string); ok {
			w.search(text)
		}
	}
	w.T.Log(args...)
}

// search looks through a script's log: commands, each followed by what it
// printed.
func (w watched) search(log string) {
	expected, stdout := false, false
	for _, line := range strings.Split(log, "\n") {
		switch {
		case strings.HasPrefix(line, "> "):
			expected, stdout = handsOut.MatchString(line), false
			continue // the script's own words
		case strings.HasPrefix(line, "["):
			stdout = line == "[stdout]"
		}
		if strings.ContainsRune(line, '\x1b') {
			w.T.Errorf("an escape sequence was printed: %q", line)
		}
		if found := secret.FindString(line); found != "" && !(expected && stdout) {
			w.T.Errorf("a secret was printed: %.8s... in %q", found, strings.ReplaceAll(line, found, "..."))
		}
	}
}

// searchFiles looks through what a script's programs left in its folder:
// redirected output, logs, state. Credentials, the backend's data, what git has
// packed, and files that a script names after the secrets in them are where secrets belong.
func searchFiles(t testscript.T, folder string) {
	w, ok := t.(watched)
	if !ok {
		t.Fatal("the scripts are not watched")
	}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name == ".arkor" && filepath.Base(filepath.Dir(path)) == "home" || name == "data" || name == ".git"):
			return filepath.SkipDir
		case !entry.Type().IsRegular(), strings.HasPrefix(name, "arkor") && isProgram(entry), strings.HasPrefix(name, "secret"), name == "owner-token", strings.HasSuffix(name, ".jsonl"), strings.HasSuffix(name, "API.log"):
			return nil
		}
		content, err := os.ReadFile(path)
		if isText := bytes.IndexByte(content, 0) < 0; isText && bytes.ContainsRune(content, '\x1b') {
			w.T.Errorf("%s holds an escape sequence", name)
		}
		if found := secret.Find(content); found != nil {
			w.T.Errorf("%s holds a secret: %.8s...", name, found)
		}
		return err
	})
	if err != nil {
		w.T.Error(err)
	}
}

// isProgram reports whether a file can be run, as a copy of a binary can.
func isProgram(entry fs.DirEntry) bool {
	info, err := entry.Info()
	return err == nil && info.Mode()&0o111 != 0
}
