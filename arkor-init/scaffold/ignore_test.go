package scaffold

import (
	"os"
	"path/filepath"
	"testing"
)

// Sections 5.4 and 5.8 of the behaviour contract.

func TestSection5_4_NewGitignore(t *testing.T) {
	t.Parallel()
	const short = "node_modules/\ndist/\n.arkor/\n"
	const long = short + ".yarn/cache\n.yarn/install-state.gz\n"
	for _, c := range []struct {
		manager  string
		existing bool
		want     string
	}{
		{"", false, long}, {"yarn", false, long}, {"npm", false, short}, {"pnpm", false, short}, {"bun", false, short},
		{"", true, short}, {"yarn", true, short}, {"npm", true, short},
	} {
		dir := t.TempDir()
		if c.existing {
			put(t, filepath.Join(dir, ".notes"), "mine")
		}
		got := actions(write(t, dir, packageManager(c.manager)))
		if data, err := os.ReadFile(filepath.Join(dir, ".gitignore")); string(data) != c.want || got[".gitignore"] != Created {
			t.Errorf("%q, existing %v: %v %q %v", c.manager, c.existing, got[".gitignore"], data, err)
		}
		if got := actions(write(t, dir, packageManager(c.manager))); got[".gitignore"] != OK {
			t.Errorf("%q, again: %v", c.manager, got[".gitignore"])
		}
	}
}

func TestRules5_17and18_GitignoreThatExists(t *testing.T) {
	t.Parallel()
	for old, want := range map[string]string{
		"node_modules\n.arkor/\n":        "", // "" is unchanged
		"  .arkor/  \n":                  "",
		".arkor":                         "",
		"/.arkor\r\n":                    "",
		"x\n/.arkor/":                    "",
		"\ufeff.arkor/\n":                "",
		"":                               ".arkor/\n",
		"\ufeff":                         "\ufeff.arkor/\n",
		"\n":                             "\n.arkor/\n",
		"build\n":                        "build\n.arkor/\n",
		"build":                          "build\n.arkor/\n",
		"a\r\nb\r\n":                     "a\r\nb\r\n.arkor/\r\n",
		"a\r\nb":                         "a\r\nb\r\n.arkor/\r\n",
		"a\r\nb\nc\n":                    "a\r\nb\nc\n.arkor/\n",
		"a\r\nb\nc\r\n":                  "a\r\nb\nc\r\n.arkor/\r\n",
		"# .arkor/\n.arkor/build\n*.ark": "# .arkor/\n.arkor/build\n*.ark\n.arkor/\n",
		"d\u00e9j\u00e0\xff\n\n":         "d\u00e9j\u00e0\xff\n\n.arkor/\n",
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, ".gitignore")
		put(t, path, old)
		action := Patched
		if want == "" {
			want, action = old, OK
		}
		got := actions(write(t, dir, packageManager("yarn")))
		if data, err := os.ReadFile(path); string(data) != want || got[".gitignore"] != action {
			t.Errorf("%q: %v %q %v", old, got[".gitignore"], data, err)
		}
		if got := actions(write(t, dir)); got[".gitignore"] != OK {
			t.Errorf("%q, again: %v", old, got[".gitignore"])
		}
	}
}

func TestSection5_8_YarnSettings(t *testing.T) {
	t.Parallel()
	for _, manager := range []string{"", "npm", "pnpm", "yarn", "bun"} {
		dir := t.TempDir()
		got, handled := actions(write(t, dir, packageManager(manager)))[".yarnrc.yml"]
		data, err := os.ReadFile(filepath.Join(dir, ".yarnrc.yml"))
		if manager == "yarn" {
			if got != Created || string(data) != "nodeLinker: node-modules\n" {
				t.Errorf("yarn: %v %q %v", got, data, err)
			}
		} else if handled || !os.IsNotExist(err) {
			t.Errorf("%q: %v %q %v", manager, got, data, err)
		}
	}
}

func TestRule5_36_YarnSettingsOfOthersStay(t *testing.T) {
	t.Parallel()
	for _, settings := range []string{"", "nodeLinker: node-modules\n", "nodeLinker: pnp\n", "enableTelemetry: false\n", ": not yaml"} {
		for _, manager := range []string{"", "npm", "yarn"} {
			dir := t.TempDir()
			put(t, filepath.Join(dir, ".yarnrc.yml"), settings)
			result := scaffold(t, dir, packageManager(manager))
			got, handled := actions(result.Entries)[".yarnrc.yml"]
			if handled != (manager == "yarn") || handled && got != Kept || len(result.Warnings) > 0 {
				t.Errorf("%s, %q: %v", manager, settings, result)
			}
			if data, _ := os.ReadFile(filepath.Join(dir, ".yarnrc.yml")); string(data) != settings {
				t.Errorf("%s, %q: now %q", manager, settings, data)
			}
		}
	}
	// An existing project without the file does not get it.
	dir := t.TempDir()
	put(t, filepath.Join(dir, "package.json"), "{}")
	if got, handled := actions(write(t, dir, packageManager("yarn")))[".yarnrc.yml"]; handled {
		t.Errorf("got %v", got)
	}
}

// Section 5.7 does not apply: design.md.
func TestSection5_7_NoWorkspaceForPnpm(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, packageManager("pnpm"))
	if _, err := os.Stat(filepath.Join(dir, "pnpm-workspace.yaml")); !os.IsNotExist(err) {
		t.Errorf("got %v", err)
	}
	put(t, filepath.Join(dir, "pnpm-workspace.yaml"), "packages: []\n")
	if got, handled := actions(write(t, dir, packageManager("pnpm")))["pnpm-workspace.yaml"]; handled {
		t.Errorf("got %v", got)
	}
}
