package packagemanager

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// 8.3: what an install finds in its environment besides ours.
func TestRule8_3(t *testing.T) {
	t.Parallel()
	ours := append(make([]string, 0, 8), "A=1", "NODE_ENV=production", "YARN_ENABLE_IMMUTABLE_INSTALLS=0")
	added := []string{"ADBLOCK=1", "NODE_ENV=development", "DISABLE_OPENCOLLECTIVE=1"}
	for _, m := range []Manager{NPM, PNPM, Bun} { // 8.4: others than yarn see its variable untouched
		if got := environment(m, t.TempDir(), ours); !slices.Equal(got, append(slices.Clone(ours), added...)) {
			t.Errorf("%s: %q", m, got)
		}
	}
	if !slices.Equal(ours, []string{"A=1", "NODE_ENV=production", "YARN_ENABLE_IMMUTABLE_INSTALLS=0"}) {
		t.Errorf("ours became %q", ours)
	}
}

// 8.4: yarn may write the first lockfile, and keeps its owner's rule afterwards.
func TestRule8_4(t *testing.T) {
	t.Parallel()
	const off = "YARN_ENABLE_IMMUTABLE_INSTALLS=false"
	for _, c := range []struct {
		given        []string
		first, later []string // without a yarn.lock, and with one
	}{
		{nil, []string{off}, nil},
		{[]string{"YARN_ENABLE_IMMUTABLE_INSTALLS=true"}, []string{off}, []string{"YARN_ENABLE_IMMUTABLE_INSTALLS=true"}},
		{[]string{"yarn_enable_immutable_installs=1", "Yarn_Enable_Immutable_Installs=true"}, []string{off},
			[]string{"yarn_enable_immutable_installs=1", "Yarn_Enable_Immutable_Installs=true"}},
		{[]string{"YARN_ENABLE_IMMUTABLE_INSTALLS="}, []string{off}, nil},
		{[]string{"YARN_ENABLE_IMMUTABLE_INSTALLS=False"}, []string{off}, nil},
		{[]string{"yarn_enable_immutable_installs=0"}, []string{off}, nil},
		{[]string{"YARN_ENABLE_IMMUTABLE_INSTALLS=NO"}, []string{off}, nil},
		{[]string{"YARN_ENABLE_IMMUTABLE_INSTALLS=off"}, []string{off}, []string{"YARN_ENABLE_IMMUTABLE_INSTALLS=off"}},
		{[]string{"YARN_ENABLE_IMMUTABLE_INSTALLS=1", "YARN_ENABLE_IMMUTABLE_INSTALLS=0"}, []string{off}, nil},
		{[]string{"YARN_ENABLE_IMMUTABLE_INSTALLS_=0"},
			[]string{"YARN_ENABLE_IMMUTABLE_INSTALLS_=0", off}, []string{"YARN_ENABLE_IMMUTABLE_INSTALLS_=0"}},
	} {
		dir := t.TempDir()
		if got := lockable(dir, slices.Clone(c.given)); !slices.Equal(got, c.first) {
			t.Errorf("%q, no lockfile: %q", c.given, got)
		}
		write(t, filepath.Join(dir, "yarn.lock"))
		if got := lockable(dir, slices.Clone(c.given)); !slices.Equal(got, c.later) {
			t.Errorf("%q, a lockfile: %q", c.given, got)
		}
	}
}

// 8.5: a lockfile counts however far above it lies.
func TestRule8_5(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, filepath.Join(root, "yarn.lock"))
	deep := root
	for range 40 {
		deep = filepath.Join(deep, "d")
	}
	if got := lockable(deep, nil); len(got) != 0 {
		t.Errorf("not seen: %q", got)
	}
	if s := take(deep); s.lockfile != filepath.Join(root, "yarn.lock") || s.depth != 40 {
		t.Errorf("%+v", s)
	}
}

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
}
