package initcmd

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-init/packagemanager"
)

// 9.1: the first test that matches decides, and later ones are not made.
func TestRule9_1(t *testing.T) {
	t.Parallel()
	left := errors.New("left")
	for _, c := range []struct {
		rule        string
		choices     choices
		interactive bool
		inside      bool
		answer      bool
		err         error
		want        bool
		say         string
		consulted   string // whom it came to
	}{
		{"1a", choices{skipGit: true, yes: true}, true, true, true, nil, false, "", ""},
		{"1b", choices{git: true}, true, true, true, nil, false, gitInside, "git"},
		{"1b", choices{}, false, true, true, nil, false, gitInside, "git"},
		{"1c", choices{git: true}, true, false, false, nil, true, "", "git"},
		{"1c", choices{yes: true}, true, false, false, nil, true, "", "git"},
		{"1c", choices{git: true}, false, false, false, nil, true, "", "git"},
		{"1d", choices{}, false, false, true, nil, false, "", "git"},
		{"1e", choices{}, true, false, true, nil, true, "", "git person"},
		{"1e", choices{}, true, false, false, nil, false, "", "git person"},
		{"1e", choices{}, true, false, false, left, false, "", "git person"},
	} {
		var consulted []string
		want, say, err := c.choices.wantsGit(t.Context(), c.interactive,
			func(context.Context) bool { consulted = append(consulted, "git"); return c.inside },
			func(context.Context) (bool, error) { consulted = append(consulted, "person"); return c.answer, c.err })
		if want != c.want || say != c.say || err != c.err || strings.Join(consulted, " ") != c.consulted {
			t.Errorf("%s %+v: %v, %q, %v, consulted %q", c.rule, c.choices, want, say, err, consulted)
		}
	}
}

// 9.3, 9.4: no repository after an install that failed, but one without install.
func TestRule9_3(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		install outcome
		start   string
	}{
		{failed, "Skipping git init too. `pnpm install` failed"},
		{landed, "Skipping git init: `pnpm install` exited non-zero"},
	} {
		if got := gitAfterFailure(packagemanager.PNPM, c.install); !strings.HasPrefix(got, c.start) {
			t.Errorf("%d: %q", c.install, got)
		}
	}
	for _, fine := range []outcome{notDue, installed} {
		if got := gitAfterFailure(packagemanager.PNPM, fine); got != "" {
			t.Errorf("%d: %q", fine, got)
		}
	}
}

// 9.1b, 9.5, 9.6, 9.7, 9.8, 9.10, 3.2: what programs look for.
func TestRule9Texts(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		gitQuestion:                "Initialise a git repository and create an initial commit?",
		gitInside:                  "Directory is already inside a git repository. Skipping git init.",
		gitBecame:                  "Directory became a git repository during install. Skipping git init.",
		gitStep:                    "Initialising git repository",
		gitUnsigned:                "Commit signing failed: created an unsigned commit. Re-sign with `git commit --amend -S` once your signing setup is fixed.",
		gitByHand:                  "You can initialise git manually later.",
		initMode.commitMessage():   "Initial commit from `arkor init`",
		createMode.commitMessage(): "Initial commit from Create Arkor",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
