package envfile

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/cli"
)

var files = []struct{ name, text string }{
	{"plain", "A=1\nB = two words \nC=\n"},
	{"no newline at the end", "A=1"},
	{"empty", ""},
	{"comments", "# one\n# two\nA=1 # three\nB=a#b\n"},
	{"export", "export A=1\nexported=3\n"},
	{"quotes", "A=\"x # y\"\nB='x # y' # comment\nC=`it's \"fine\"`\nD=it's\n"},
	{"spaces in quotes", "A=\"  x  \"\n"},
	{"several lines", "A=\"one\ntwo\n\nfour\"\nB='x\ny'\nC=after\n"},
	{"escapes", "A=\"one\\ntwo\\tthree\"\nB='one\\ntwo'\nC=one\\ntwo\n"},
	{"nothing is expanded or run", "A=pa$$wo$RD\nB=\"$(touch x) ${A} `id`\"\nC=$(touch x)\n"},
	{"line ends of Windows", "A=1\r\nB=\"x\r\ny\"\r\nC='z'\r\n"},
	{"last one wins", "A=1\nA=2\n"},
	{"a value with =", "A=b=c==\n"},
	{"JSON", `A={"b": "c"}` + "\n" + `B='{"b": "c"}'` + "\n"},
	{"letters of other languages", "A=Grüße 木\n"},
}

// A file means what it means to node, which knows the format since 20.12.
func TestFilesMeanWhatTheyMeanToNode(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip(err)
	}
	const script = `const { parseEnv } = require("node:util");
process.stdout.write(JSON.stringify(JSON.parse(process.argv[1]).map((text) => parseEnv(text))))`
	var texts []string
	for _, file := range files {
		texts = append(texts, file.text)
	}
	argument, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(node, "-e", script, string(argument)).CombinedOutput()
	if err != nil {
		t.Skipf("this node does not read env files: %v\n%s", err, out)
	}
	var wants []map[string]string
	if err := json.Unmarshal(out, &wants); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, file := range files {
		variables, err := parse(file.text)
		if err != nil {
			t.Errorf("%s: %v", file.name, err)
		}
		got := map[string]string{}
		for _, v := range variables {
			got[v.name] = v.value
		}
		if diff := cmp.Diff(wants[i], got); diff != "" {
			t.Errorf("%s (-node +ours):\n%s", file.name, diff)
		}
	}
}

// Where versions of node differ, or are wrong.
func TestBeyondNode(t *testing.T) {
	t.Parallel()
	got, err := parse("\uFEFFA=1\n\n  # two\nexport\tB=2\n")
	if diff := cmp.Diff([]variable{{"A", "1"}, {"B", "2"}}, got, cmp.AllowUnexported(variable{})); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, err string }{
		{"no value", "A=1\nhunter2\n", ".env:2: no = behind the name of a variable"},
		{"no name", "# x\n\n=hunter2\n", ".env:3: what stands before = is not the name of a variable"},
		{"a name of two words", "hunter 2=x\n", ".env:1: what stands before = is not the name of a variable"},
		{"a quote that is never closed", "A=1\nB=\"hunter2\nC=3\n", ".env:2: the quote is never closed"},
		{"something behind a quote", "A=\"x\ny\" hunter2\n", ".env:2: something follows the closing quote"},
		{"UTF-16", "A\x00=\x00", "read the env file .env: it is not UTF-8 text"},
		{"another encoding", "A=hunter2\xff", "read the env file .env: it is not UTF-8 text"},
		{"too large", "A=" + strings.Repeat("x", maxSize), "read the env file .env: it is larger than 1048576 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			env, err := Add(cli.Env{Dir: dir}, []string{".env"})
			if err == nil || err.Error() != test.err || len(env.Environ) > 0 {
				t.Errorf("%v, %q, want %s", err, env.Environ, test.err)
			}
		})
	}
	if _, err := Add(cli.Env{Dir: t.TempDir()}, []string{"none"}); err == nil || err.Error() != "read the env file none: no such file or directory" {
		t.Error(err)
	}
	if _, err := Add(cli.Env{Dir: t.TempDir()}, []string{"."}); err == nil || err.Error() != "read the env file .: is a directory" {
		t.Error(err)
	}
}

func TestWhoWins(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"one": "A=1\nB=1\nC=1\n", "two": "B=2\nD=2\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := []string{"C=0", "E="}
	env, err := Add(cli.Env{Dir: dir, Environ: before}, []string{"one", filepath.Join(dir, "two")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"C=0", "E=", "A=1", "B=2", "D=2"}, env.Environ); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, file := range files {
		f.Add(file.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		variables, err := parse(text)
		if err != nil && len(variables) > 0 {
			t.Error("an error and variables")
		}
		for _, v := range variables {
			if !validName.MatchString(v.name) {
				t.Errorf("a variable called %q", v.name)
			}
			if !strings.Contains(text, v.name) {
				t.Errorf("%q is not in the text", v.name)
			}
		}
	})
}
