package initcmd

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
)

type result struct {
	status         int
	stdout, stderr string
}

func run(dir string, environ []string, args ...string) result {
	var stdout, stderr bytes.Buffer
	env := cli.Env{
		Args: append([]string{"init"}, args...), Dir: dir, Environ: environ,
		Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
	}
	status := cli.Run(context.Background(), env, New)
	return result{status, stdout.String(), stderr.String()}
}

const files = `Files
  created  src/arkor/index.ts
  created  src/arkor/trainer.ts
  created  arkor.config.ts
  created  data/train.jsonl
  created  data/heldout.jsonl
  created  README.md
  created  .gitignore
  created  tsconfig.json
  created  package.json
  created  AGENTS.md
  created  CLAUDE.md
`

const types = "For the types in your editor, install dependencies (npm i / pnpm install / yarn / bun install).\n"

func TestSaysWhatWasWrittenAndWhatToTypeNext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		next string
	}{
		{[]string{"demo", "--template", "triage", "--yes", "--skip-git"}, "Next:\n  cd demo\n  arkor start\n"},
		{[]string{"-y", "--skip-git"}, "Next: `arkor start`\n"},
		{[]string{}, "Next: `arkor start`\n"}, // no terminal: nothing is asked
		{[]string{"."}, "Next: `arkor start`\n"},
		{[]string{"--", "-foo"}, "Next:\n  cd ./-foo\n  arkor start\n"},
	} {
		if got := run(t.TempDir(), nil, c.args...); got != (result{0, files, c.next + types}) {
			t.Errorf("%q: %+v", c.args, got)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		dir, spec string
		args      []string
		want      string // in package.json
	}{
		{"Support Bot", "", nil, `"name": "support-bot"`},
		{"x", "", []string{"--name", "My App"}, `"name": "my-app"`},
		{"x", "", []string{"--name", "!!!"}, `"name": "arkor-project"`},
		{"x", " file:../a&b.tgz ", nil, `"arkor": "file:../a&b.tgz"`},
	} {
		root := t.TempDir()
		got := run(root, []string{"ARKOR_INTERNAL_SCAFFOLD_ARKOR_SPEC=" + c.spec}, append(c.args, c.dir)...)
		data, err := os.ReadFile(filepath.Join(root, c.dir, "package.json"))
		if got.status != 0 || err != nil || !strings.Contains(string(data), c.want) {
			t.Errorf("%q: %+v, package.json %s", c.args, got, data)
		}
	}
}

// 3.2.6, 3.2.7: the name that a project has unless somebody says otherwise.
func TestRule3_2_6(t *testing.T) {
	t.Parallel()
	here, trail := ".", "trail/"
	for _, c := range []struct {
		choices choices
		want    string
	}{
		{choices{mode: initMode, target: "/w/Support Bot"}, "Support Bot"},
		{choices{mode: initMode, target: string(filepath.Separator)}, "arkor-project"},
		{choices{mode: initMode, target: "/w", name: typed("My App")}, "My App"},
		{choices{mode: createMode, target: "/w"}, "arkor-project"},
		{choices{mode: createMode, target: "/w", name: typed("My App")}, "my-app"},
		{choices{mode: createMode, target: "/w/app", dir: &here}, "app"},
		{choices{mode: createMode, target: "/w/trail", dir: &trail}, "trail"},
		{choices{mode: createMode, target: string(filepath.Separator), dir: &here}, "arkor-project"},
	} {
		if got := (answers{choices: c.choices}).usualName(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.choices, got, c.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "taken"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   []string
		stderr string
	}{
		{[]string{"--template", "toString"}, "arkor init: Unknown template \"toString\". Available: triage, translate, redaction, blank\n"},
		{[]string{"--template=Triage"}, "arkor init: Unknown template \"Triage\". Available: triage, translate, redaction, blank\n"},
		{[]string{"--name"}, "arkor init: option '--name <name>' argument missing\n"},
		{[]string{"--nmae=x"}, "arkor init: unknown option '--nmae'\nhint: did you mean --name?\n"},
		{[]string{"a", "b"}, "arkor init: too many arguments for 'init'. Expected 1 argument but got 2.\n"},
		{[]string{""}, "arkor init: the directory has no name\nhint: use `.` for the current directory\n"},
		{[]string{"taken"}, "arkor init: " + filepath.Join(root, "taken") + " is not a directory\nhint: choose another directory: arkor init <dir>\n"},
	} {
		if got := run(root, nil, c.args...); got != (result{1, "", c.stderr}) {
			t.Errorf("%q: %+v", c.args, got)
		}
	}
	if content, err := os.ReadDir(root); err != nil || len(content) != 1 {
		t.Errorf("left %v, %v", content, err)
	}
}
