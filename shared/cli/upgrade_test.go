package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUpgradeCommand(t *testing.T) {
	t.Parallel()
	const listed = `{"devDependencies":{"arkor":"^1"}}`
	tests := []struct {
		name, agent, program string
		files                map[string]string
		want                 string
	}{
		{name: "nothing known", want: "npm install -g arkor@latest"},
		{name: "npm", agent: "npm/10.0.0 node/v20", program: "/home/a/.bun/bin/arkor", want: "npm install -g arkor@latest"},
		{name: "pnpm", agent: "pnpm/9.0.0 npm/? node/v20", want: "pnpm add -g arkor@latest"},
		{name: "yarn", agent: "yarn/4", want: "yarn global add arkor@latest"},
		{name: "bun", agent: "bun/1.1", want: "bun add -g arkor@latest"},
		{name: "agent without a version", agent: "bun", want: "bun add -g arkor@latest"},
		{name: "agent in another case", agent: "Bun/1.1", want: "npm install -g arkor@latest"},
		{name: "unknown agent", agent: "cnpm/1", program: "/home/a/.bun/bin/arkor", want: "bun add -g arkor@latest"},
		{name: "path of bun before that of pnpm", program: "/pnpm/x/.bun/arkor", want: "bun add -g arkor@latest"},
		{name: "path of pnpm before that of yarn", program: "/yarn/x/.pnpm/arkor", want: "pnpm add -g arkor@latest"},
		{name: "path of pnpm's home", program: "/home/a/.local/share/pnpm/arkor", want: "pnpm add -g arkor@latest"},
		{name: "path of Windows", program: `C:\Users\a\AppData\Yarn\bin\arkor.exe`, want: "yarn global add arkor@latest"},
		{name: "path of yarn's folder", program: "/home/a/.yarn/bin/arkor", want: "yarn global add arkor@latest"},
		{name: "a file called so", program: "/home/a/yarn", want: "npm install -g arkor@latest"},

		{name: "project", files: map[string]string{"package.json": listed}, want: "npm install -D arkor@latest"},
		{name: "project that runs it", files: map[string]string{"package.json": `{"dependencies":{"arkor":"*"}}`}, want: "npm install -D arkor@latest"},
		{name: "project under bun", agent: "bun/1", files: map[string]string{"package.json": listed}, want: "bun add -d arkor@latest"},
		{name: "project by path", program: "/p/node_modules/.pnpm/arkor", files: map[string]string{"package.json": listed}, want: "pnpm add -D arkor@latest"},
		{name: "project by yarn's lock", files: map[string]string{"package.json": listed, "yarn.lock": ""}, want: "yarn add -D arkor@latest"},
		{name: "project by pnpm's lock", files: map[string]string{"package.json": listed, "pnpm-lock.yaml": ""}, want: "pnpm add -D arkor@latest"},
		{name: "project by bun's lock", files: map[string]string{"package.json": listed, "bun.lock": ""}, want: "bun add -d arkor@latest"},
		{name: "project by bun's old lock", files: map[string]string{"package.json": listed, "bun.lockb": ""}, want: "bun add -d arkor@latest"},
		{name: "agent before lock", agent: "npm/10", files: map[string]string{"package.json": listed, "yarn.lock": ""}, want: "npm install -D arkor@latest"},
		{name: "path before lock", program: "/x/.bun/arkor", files: map[string]string{"package.json": listed, "yarn.lock": ""}, want: "bun add -d arkor@latest"},
		{name: "byte order mark", files: map[string]string{"package.json": "\uFEFF" + listed}, want: "npm install -D arkor@latest"},

		{name: "project that does not list it", files: map[string]string{"package.json": `{"dependencies":{"zod":"4"}}`, "yarn.lock": ""}, want: "npm install -g arkor@latest"},
		{name: "project of that name", files: map[string]string{"package.json": `{"name":"arkor"}`}, want: "npm install -g arkor@latest"},
		{name: "field in another case", files: map[string]string{"package.json": `{"DEPENDENCIES":{"arkor":"1"}}`}, want: "npm install -g arkor@latest"},
		{name: "bad JSON", files: map[string]string{"package.json": `{"dependencies":{"arkor":"1"}`}, want: "npm install -g arkor@latest"},
		{name: "a list", files: map[string]string{"package.json": `[{"arkor":1}]`}, want: "npm install -g arkor@latest"},
		{name: "one field of another type", files: map[string]string{"package.json": `{"dependencies":["arkor"],"devDependencies":{"arkor":"1"}}`}, want: "npm install -D arkor@latest"},
		{name: "too long", files: map[string]string{"package.json": `{"x":"` + strings.Repeat(" ", maxPackageJSON) + `","dependencies":{"arkor":"1"}}`}, want: "npm install -g arkor@latest"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, text := range tt.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			env := Env{Dir: dir, Program: tt.program, Environ: []string{"npm_config_user_agent=" + tt.agent}}
			if got := UpgradeCommand(env); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestUpgradeCommandOfAFolderInThePlaceOfPackageJSON(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "package.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := UpgradeCommand(Env{Dir: dir}); got != "npm install -g arkor@latest" {
		t.Errorf("got %q", got)
	}
}
