package initcmd

import (
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-init/packagemanager"
)

const (
	npm  = packagemanager.NPM
	pnpm = packagemanager.PNPM
	yarn = packagemanager.Yarn
	bun  = packagemanager.Bun
	none = packagemanager.Undetected
)

// 10, init mode: what to type next.
func TestRule10Init(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		closing closing
		want    string
	}{
		{closing{manager: npm, install: installed}, "Next: `npm start`"},
		{closing{manager: pnpm, install: installed, git: true}, "Next: `pnpm start`"},
		{closing{manager: bun, install: landed}, "Next: `bun run start`"},
		{closing{manager: yarn, install: failed}, "Next: `yarn install`, then `yarn start`"},
		{closing{manager: npm, install: notDue, git: true}, "Next: `npm install`, then `npm start`"},
		{closing{manager: none}, "Next: `arkor start`\nFor the types in your editor, install dependencies (npm i / pnpm install / yarn / bun install)."},
		{closing{manager: npm, install: failed, git: true},
			"Next:\n  npm install\n  git init\n  git add -A\n  git commit -m \"Initial commit from arkor init\"\n  npm start"},
		{closing{manager: pnpm, install: landed, git: true},
			"Next:\n  git init\n  git add -A\n  git commit -m \"Initial commit from arkor init\"\n  pnpm start"},
		// In another directory, which init takes too.
		{closing{manager: npm, install: installed, dir: "my app"}, "Next:\n  cd 'my app'\n  npm start"},
		{closing{manager: none, dir: "demo"},
			"Next:\n  cd demo\n  arkor start\nFor the types in your editor, install dependencies (npm i / pnpm install / yarn / bun install)."},
	} {
		c.closing.mode, c.closing.goos = initMode, "linux"
		if got := c.closing.outro(); got != c.want {
			t.Errorf("%+v:\n%s", c.closing, got)
		}
	}
}

// 10, create mode.
func TestRule10Create(t *testing.T) {
	t.Parallel()
	const git = "  git init\n  git add -A\n  git commit -m \"Initial commit from Create Arkor\"\n"
	for _, c := range []struct {
		closing closing
		want    string
	}{
		{closing{manager: npm, install: installed, dir: "demo"}, "Next steps:\n  cd demo\n  npm start"},
		{closing{manager: npm, install: installed}, "Next steps:\n  npm start"},
		{closing{manager: yarn, install: installed, git: true, dir: "demo"}, "Next steps:\n  cd demo\n  yarn start"},
		{closing{manager: bun, install: failed, dir: "demo"}, "Next steps:\n  cd demo\n  bun install\n  bun run start"},
		{closing{manager: pnpm, install: failed, git: true, dir: "demo"}, "Next steps:\n  cd demo\n  pnpm install\n" + git + "  pnpm start"},
		{closing{manager: pnpm, install: landed, git: true, dir: "demo"}, "Next steps:\n  cd demo\n" + git + "  pnpm start"},
		{closing{manager: pnpm, install: notDue, git: true, dir: "demo"}, "Next steps:\n  cd demo\n  pnpm install\n  pnpm start"},
		{closing{manager: none, dir: "demo"},
			"Next steps:\n  cd demo\n  arkor start\nFor the types in your editor, install dependencies (npm i / pnpm install / yarn / bun install)."},
	} {
		c.closing.mode, c.closing.goos = createMode, "linux"
		if got := c.closing.outro(); got != c.want {
			t.Errorf("%+v:\n%s", c.closing, got)
		}
	}
}

// 10.1: no line needs a particular shell, and none is a comment.
func TestRule10_1(t *testing.T) {
	t.Parallel()
	for _, m := range []mode{initMode, createMode} {
		for _, install := range []outcome{notDue, installed, landed, failed} {
			got := closing{m, npm, "my app", "windows", install, true}.outro()
			if strings.ContainsAny(got, "&;`#") {
				t.Errorf("%s, %d:\n%s", m.title(), install, got)
			}
		}
	}
}

// 10.3: the line with cd, for the shells of each system.
func TestRule10_3(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ goos, dir, want string }{
		{"linux", "my-app", "cd my-app"},
		{"linux", "a/b_c.d+e@f:g-H9", "cd a/b_c.d+e@f:g-H9"},
		{"linux", "My App", "cd 'My App'"},
		{"linux", "a,b", "cd 'a,b'"},
		{"linux", "it's", `cd 'it'\''s'`},
		{"linux", "a`$\\\"%!", "cd 'a`$\\\"%!'"},
		{"linux", "-foo", "cd ./-foo"},
		{"linux", "-f oo", "cd './-f oo'"},
		{"windows", "my-app", "cd my-app"},
		{"windows", "C:/a/b", "cd C:/a/b"},
		{"windows", `C:\a`, `cd "C:\\a"`},
		{"windows", "my app$x", "cd \"my app`$x\""},
		{"windows", "a`b", "cd \"a``b\""},
		{"windows", "`$", "cd \"```$\""},
		{"windows", `a"b`, `cd "a\"b"`},
		{"windows", `a\"b`, `cd "a\\\"b"`},
		{"windows", "-foo", `cd ".\\-foo"`},
		{"windows", "it's", `cd "it's"`},
		{"windows", "a%b", "cd 'a%b'"},
		{"windows", "a%'b", "cd 'a%''b'"},
		{"windows", "-f%b%", `cd '.\-f%b%'`},
	} {
		got := closing{mode: createMode, manager: npm, install: installed, dir: c.dir, goos: c.goos}.outro()
		if want := "Next steps:\n  " + c.want + "\n  npm start"; got != want {
			t.Errorf("%s %q:\n%s", c.goos, c.dir, got)
		}
	}
}

// 8.2, 8.8: what is said before an install, and after one that failed.
func TestRule8_8Texts(t *testing.T) {
	t.Parallel()
	if got := installStep(bun); got != "Installing dependencies with bun" {
		t.Error(got)
	}
	const look = "`pnpm install` exited non-zero, but the lockfile and node_modules look populated. Inspect them before you rely on them."
	for _, c := range []struct {
		closing closing
		want    string
	}{
		{closing{mode: initMode, install: failed}, "Retry manually: pnpm install"},
		{closing{mode: initMode, install: failed, git: true}, "Retry manually: pnpm install"},
		{closing{mode: createMode, install: failed}, "Retry manually: `pnpm install`."},
		{closing{mode: createMode, install: failed, dir: "my app"}, "Retry manually: run `pnpm install` in `my app`."},
		{closing{mode: initMode, install: failed, dir: "demo"}, "Retry manually: run `pnpm install` in `demo`."},
		{closing{mode: initMode, install: landed}, look},
		{closing{mode: createMode, install: landed, dir: "demo"}, look},
		{closing{mode: initMode, install: landed, git: true}, ""}, // git's word says it
		{closing{mode: initMode, install: installed}, ""},
		{closing{mode: createMode, install: notDue}, ""},
	} {
		c.closing.manager = pnpm
		if got := c.closing.afterInstall(); got != c.want {
			t.Errorf("%+v: %q", c.closing, got)
		}
	}
}
