package packagemanager

import (
	"slices"
	"testing"
)

// 7.1, 7.2: a choice wins, then the variable; nothing is guessed.
func TestRule7_1(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		chosen Manager
		agent  string
		want   Manager
	}{
		{NPM, "pnpm/9.0.0 npm/? node/v20.0.0 linux x64", NPM},
		{Bun, "", Bun},
		{"", "pnpm/9.0.0 npm/? node/v20.0.0 linux x64", PNPM},
		{"", "yarn/1.22.22 npm/? node/v20.0.0 linux x64", Yarn},
		{"", "bun/1.1.0 npm/? node/v22.0.0 linux x64", Bun},
		{"", "npm/10.8.2 node/v20.0.0 linux x64 workspaces/false", NPM},
		{"", "", Undetected},
		{"", "NPM/10", Undetected},
		{"", " npm/10", Undetected},
		{"", "cnpm/9.0.0 npm/? node/v20.0.0", Undetected},
		{"", "deno/2.0.0", Undetected},
	} {
		if got := Detect(c.chosen, c.agent); got != c.want {
			t.Errorf("%q, %q: %q", c.chosen, c.agent, got)
		}
	}
}

// 7.3: one name for both kinds of yarn.
func TestRule7_3(t *testing.T) {
	t.Parallel()
	if got := Detect("", "yarn/4.1.0 npm/? node/v20.0.0 linux x64"); got != Yarn {
		t.Errorf("yarn 4 is %q", got)
	}
	if got := All(); !slices.Equal(got, []Manager{"npm", "pnpm", "yarn", "bun"}) {
		t.Errorf("all: %q", got)
	}
}

// 10: what a person types.
func TestRule10Commands(t *testing.T) {
	t.Parallel()
	for m, want := range map[Manager][2]string{
		NPM:        {"npm install", "npm start"},
		PNPM:       {"pnpm install", "pnpm start"},
		Yarn:       {"yarn install", "yarn start"},
		Bun:        {"bun install", "bun run start"},
		Undetected: {"install dependencies (npm i / pnpm install / yarn / bun install)", "arkor start"},
	} {
		if got := [2]string{m.InstallCommand(), m.StartCommand()}; got != want {
			t.Errorf("%q: %q", m, got)
		}
	}
}
