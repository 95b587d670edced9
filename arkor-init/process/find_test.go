package process

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// 8.6: package managers are found through PATH and PATHEXT, not by a shell.
func TestRule8_6(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pathext string
		want    []string
	}{
		{".COM;.EXE;.BAT;.CMD;.VBS", []string{"npm.com", "npm.exe", "npm.bat", "npm.cmd", "npm.vbs"}},
		{" .CMD ;;exe;.", []string{"npm.cmd"}},
		{"", []string{"npm.com", "npm.exe", "npm.bat", "npm.cmd"}},
		{";", []string{"npm.com", "npm.exe", "npm.bat", "npm.cmd"}},
	} {
		if got := withEndings("npm", c.pathext); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %q", c.pathext, got)
		}
	}
}

func TestFindLooksAtThePathOfTheEnvironment(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	file := "npm"
	if runtime.GOOS == "windows" {
		file = "npm.cmd"
	}
	for _, path := range []string{"good/" + file, "folder/" + file + "/x", "plain/other"} {
		path = filepath.Join(root, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if runtime.GOOS != "windows" {
		if err := os.WriteFile(filepath.Join(root, "plain", "npm"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	path := func(folders ...string) []string {
		return []string{"PATH=/overridden", "PATH=" + strings.Join(folders, string(filepath.ListSeparator))}
	}
	in := func(name string) string { return filepath.Join(root, name) }
	for _, c := range []struct {
		environ []string
		want    string
	}{
		{path(in("missing"), in("folder"), in("plain"), in("good")), filepath.Join(root, "good", file)},
		{path("", ".", "good"), ""},
		{path(in("plain")), ""},
		{nil, ""},
	} {
		if got := Find(c.environ, "npm"); got != c.want {
			t.Errorf("%q: %q", c.environ, got)
		}
	}
}
