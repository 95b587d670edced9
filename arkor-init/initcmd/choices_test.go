package initcmd

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-init/packagemanager"
	"github.com/arkorlab/arkor-go/shared/cli"
)

var fourTemplates = []string{"triage", "translate", "redaction", "blank"}

// typed returns a pointer to what stands behind an option.
func typed(text string) *string { return &text }

// 1.6 to 1.10: what contradicts itself, in the order in which it is looked at.
func TestRule1_6(t *testing.T) {
	t.Parallel()
	all := choices{
		git: true, skipGit: true, agents: true, noAgents: true, template: typed("toString"), target: "/tmp/!!!",
		managers: []packagemanager.Manager{packagemanager.NPM, packagemanager.Bun},
	}
	for _, c := range []struct {
		rule, text string
		mend       func(*choices)
	}{
		{"6", "Pick one of --git / --skip-git, not both.", func(c *choices) { c.skipGit = false }},
		{"7", "Pick one of --agents-md / --no-agents-md, not both.", func(c *choices) { c.agents = false }},
		{"8", "", func(c *choices) { c.name = typed("x") }}, // strict mode
		{"9", "Pick one of --use-npm / --use-pnpm / --use-yarn / --use-bun, not several.", func(c *choices) { c.managers = c.managers[1:] }},
		{"10", `Unknown template "toString". Available: triage, translate, redaction, blank`, func(c *choices) { c.template = typed("blank") }},
	} {
		err := all.check(true, fourTemplates)
		var usage *cli.UsageError
		var strict *strictError
		switch {
		case c.text == "" && !errors.As(err, &strict):
			t.Errorf("rule %s: %v", c.rule, err)
		case c.text != "" && (!errors.As(err, &usage) || err.Error() != c.text):
			t.Errorf("rule %s: %v", c.rule, err)
		}
		c.mend(&all)
	}
	if err := all.check(true, fourTemplates); err != nil {
		t.Errorf("nothing is wrong any more: %v", err)
	}
	if err := (choices{}).check(false, fourTemplates); err != nil {
		t.Errorf("nothing was typed: %v", err)
	}
}

// 1.9: the same manager twice is one.
func TestRule1_9(t *testing.T) {
	t.Parallel()
	twice := choices{managers: []packagemanager.Manager{packagemanager.Bun, packagemanager.Bun}}
	if err := twice.check(false, fourTemplates); err != nil || twice.manager() != packagemanager.Bun {
		t.Errorf("%v, %q", err, twice.manager())
	}
	if got := (choices{}).manager(); got != packagemanager.Undetected {
		t.Errorf("none is %q", got)
	}
}

// 1.12: ids are matched exactly.
func TestRule1_12(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"Triage", "triage ", "__proto__", "toString", ""} {
		err := choices{template: &id}.check(false, fourTemplates)
		if want := "Unknown template \"" + id + "\". Available: triage, translate, redaction, blank"; err == nil || err.Error() != want {
			t.Errorf("%q: %v", id, err)
		}
	}
	for _, id := range fourTemplates {
		if err := (choices{template: &id}).check(false, fourTemplates); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// 4.1, 4.2: what makes the mode strict.
func TestRule4_1(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{"1": true, "true": false, "0": false, "": false, "11": false} {
		env := cli.Env{Environ: []string{"CLAUDECODE=" + value}}
		if isStrict(env, false) != want || isStrict(env, true) {
			t.Errorf("%q: %v, with --yes %v", value, isStrict(env, false), isStrict(env, true))
		}
	}
	if isStrict(cli.Env{}, false) {
		t.Error("strict by itself")
	}
}

// 4.3, 4.7, 4.8: the block, when everything is missing in create mode and when
// nothing but a usable name is in init mode.
func TestRule4_7(t *testing.T) {
	t.Parallel()
	const tail = "  --template <triage|translate|redaction|blank>\n" +
		"      Starter template: what the first trainer learns.\n" +
		"  --git (recommended) or --skip-git\n" +
		"      Whether to run git init and commit the new files.\n" +
		"  --use-pnpm (or --use-npm / --use-yarn / --use-bun, or --skip-install)\n" +
		"      Which package manager installs the dependencies, if any.\n" +
		"  --agents-md (recommended) or --no-agents-md\n" +
		"      Whether to write AGENTS.md and CLAUDE.md, which tell coding agents where the documentation is.\n" +
		"Or pass -y/--yes to accept all defaults."
	for _, c := range []struct {
		choices choices
		want    string
	}{
		{choices{mode: createMode, target: "/tmp/app"}, "create-arkor: CLAUDECODE=1 detected. Interactive prompts are disabled.\n" +
			"Re-run with explicit flags:\n" +
			"  [dir] (e.g. `my-arkor-app`) or --name <name>\n" +
			"      Project directory; the name follows from it. A name without a letter or digit would become arkor-project.\n" + tail},
		{choices{mode: initMode, target: "/tmp/app"}, "arkor init: CLAUDECODE=1 detected. Interactive prompts are disabled.\n" +
			"Re-run with explicit flags:\n" + tail},
		{choices{mode: initMode, target: "/tmp/***"}, "arkor init: CLAUDECODE=1 detected. Interactive prompts are disabled.\n" +
			"Re-run with explicit flags:\n" +
			"  --name <name>\n" +
			"      Project directory or name has no letter or digit, so the project would be called arkor-project.\n" + tail},
	} {
		err := c.choices.check(true, fourTemplates)
		if err == nil || err.Error() != c.want {
			t.Errorf("got\n%v\nwant\n%s", err, c.want)
		}
		if err := c.choices.check(false, fourTemplates); err != nil {
			t.Errorf("not strict: %v", err)
		}
	}
}

// 4.3: each option takes the decision that it is about, and no other.
func TestRule4_3(t *testing.T) {
	t.Parallel()
	for option, c := range map[string]struct {
		choices choices
		taken   string
	}{
		"--template x":   {choices{template: typed("x")}, "--template"},
		"--git":          {choices{git: true}, "--git"},
		"--skip-git":     {choices{skipGit: true}, "--git"},
		"--use-yarn":     {choices{managers: []packagemanager.Manager{packagemanager.Yarn}}, "--use-pnpm"},
		"--skip-install": {choices{skipInstall: true}, "--use-pnpm"},
		"--agents-md":    {choices{agents: true}, "--agents-md"},
		"--no-agents-md": {choices{noAgents: true}, "--agents-md"},
	} {
		c.choices.target = "/tmp/app"
		var open []string
		for _, r := range c.choices.open(fourTemplates) {
			flag, _, _ := strings.Cut(r.flags, " ")
			open = append(open, flag)
		}
		want := slices.DeleteFunc([]string{"--template", "--git", "--use-pnpm", "--agents-md"}, func(s string) bool { return s == c.taken })
		if !slices.Equal(open, want) {
			t.Errorf("%s leaves %q open, want %q", option, open, want)
		}
	}
}

// 4.3 to 4.6: which names count.
func TestRule4_4(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		choices choices
		want    bool
	}{
		{choices{mode: createMode, dir: typed("my-app"), target: "/w/my-app"}, true},
		{choices{mode: createMode, dir: typed("Arkor Project"), target: "/w/Arkor Project"}, true},
		{choices{mode: createMode, dir: typed("arkor_project"), target: "/w/arkor_project"}, true},
		{choices{mode: createMode, dir: typed("."), target: "/w/app"}, true},
		{choices{mode: createMode, dir: typed(".."), target: "/***"}, false},
		{choices{mode: createMode, dir: typed("!!!"), target: "/w/!!!"}, false},
		{choices{mode: createMode, dir: typed("d\u00e9j\u00e0"), target: "/w/d\u00e9j\u00e0"}, true},
		{choices{mode: createMode, dir: typed("\u00e9"), target: "/w/\u00e9"}, false},
		{choices{mode: createMode, dir: typed("!!!"), target: "/w/!!!", name: typed("ok")}, true},
		{choices{mode: createMode, dir: typed("app"), target: "/w/app", name: typed("***")}, false},
		{choices{mode: createMode, dir: typed(""), target: "/w", name: typed("ok")}, false},
		{choices{mode: createMode, dir: typed(" \t"), target: "/w", name: typed("ok")}, false},
		{choices{mode: createMode, target: "/w"}, false},
		{choices{mode: createMode, target: "/w", name: typed("7")}, true},
		{choices{mode: createMode, target: "/w", name: typed("")}, false},
		{choices{mode: createMode, target: "/w", name: typed("  ")}, false},
		{choices{mode: initMode, target: "/w"}, true},
		{choices{mode: initMode, target: "/"}, false},
		{choices{mode: initMode, target: "/---"}, false},
		{choices{mode: initMode, target: "/---", name: typed("A")}, true},
		{choices{mode: initMode, target: "/w", name: typed("!!!")}, false},
		{choices{mode: initMode, dir: typed("app"), target: "/---/app"}, true}, // init takes a directory, too
	} {
		if got := c.choices.named(); got != c.want {
			t.Errorf("%+v: %v", c.choices, got)
		}
	}
}

// 4.10: with everything decided there is nothing to say.
func TestRule4_10(t *testing.T) {
	t.Parallel()
	for _, m := range []mode{initMode, createMode} {
		c := choices{mode: m, dir: typed("app"), target: "/w/app", template: typed("blank"), skipGit: true, skipInstall: true, noAgents: true}
		if err := c.check(true, fourTemplates); err != nil {
			t.Errorf("%s: %v", m.title(), err)
		}
	}
}
