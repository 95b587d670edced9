package scaffold

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Section 5.3 of the behaviour contract; tests carry the numbers of its rules.

func patchJSON(t *testing.T, old string) string {
	t.Helper()
	got, err := patchPackageJSON([]byte(old), "^1.2.3")
	if err != nil {
		t.Errorf("%q: %v", old, err)
		return ""
	}
	again, err := patchPackageJSON(got, "^1.2.3")
	if err != nil || string(again) != string(got) {
		t.Errorf("%q: not stable: %q, %v", old, again, err)
	}
	return string(got)
}

// The parts that the tests below are not about.
const (
	ownScripts = `"scripts": {"dev": "a", "build": "b", "start": "c"}`
	ownArkor   = `"devDependencies": {"arkor": "^9"}`
)

func TestRule5_10_AddsScriptsThatAreMissing(t *testing.T) {
	t.Parallel()
	for old, want := range map[string]string{
		`{"dev": "a"}`:                             `{"dev": "a", "build": "arkor build", "start": "arkor start"}`,
		`{"dev": "", "x": "y"}`:                    `{"dev": "arkor dev", "x": "y", "build": "arkor build", "start": "arkor start"}`,
		`{"start": "", "build": "", "dev": ""}`:    `{"start": "arkor start", "build": "arkor build", "dev": "arkor dev"}`,
		`{"dev": null, "build": 0, "start": {}}`:   `{"dev": null, "build": 0, "start": {}}`,
		`{"dev": " ", "build": "b", "start": [] }`: `{"dev": " ", "build": "b", "start": [] }`,
		`{}`: `{"dev": "arkor dev", "build": "arkor build", "start": "arkor start"}`,
		// A name may be written in more than one way.
		`{"d\u0065v": "a", "build": "b", "start": ""}`: `{"d\u0065v": "a", "build": "b", "start": "arkor start"}`,
	} {
		rest := ", " + ownArkor + "}\n"
		if got := patchJSON(t, `{"scripts": `+old+rest); got != `{"scripts": `+want+rest {
			t.Errorf("%s: got %s", old, got)
		}
	}
}

func TestRule5_11_AddsTheDependencyUnlessItIsThere(t *testing.T) {
	t.Parallel()
	for old, want := range map[string]string{
		`"dependencies": {"arkor": "workspace:*"}`:         `"dependencies": {"arkor": "workspace:*"}`,
		`"devDependencies": {"arkor": ""}`:                 `"devDependencies": {"arkor": ""}`,
		`"devDependencies": {"ark\u006fr": "1"}`:           `"devDependencies": {"ark\u006fr": "1"}`,
		`"peerDependencies": {"arkor": "1"}`:               `"peerDependencies": {"arkor": "1"}, "devDependencies": {"arkor": "^1.2.3"}`,
		`"dependencies": {"arkor-x": "1"}`:                 `"dependencies": {"arkor-x": "1"}, "devDependencies": {"arkor": "^1.2.3"}`,
		`"devDependencies": {"vite": "^5"}, "x": 1`:        `"devDependencies": {"vite": "^5", "arkor": "^1.2.3"}, "x": 1`,
		`"devDependencies": {}, "dependencies": {"a":"1"}`: `"devDependencies": {"arkor": "^1.2.3"}, "dependencies": {"a":"1"}`,
		`"x": {"devDependencies": {"arkor": "1"}}`:         `"x": {"devDependencies": {"arkor": "1"}}, "devDependencies": {"arkor": "^1.2.3"}`,
	} {
		if got := patchJSON(t, "{"+ownScripts+", "+old+"}"); got != "{"+ownScripts+", "+want+"}" {
			t.Errorf("%s: got %s", old, got)
		}
	}
}

func TestRule5_12_EverythingElseStays(t *testing.T) {
	t.Parallel()
	const old = `{
  "type": "commonjs",
  "private": false,
  "name": "@their/Name",
  "version": "1.0.0"
}
`
	if got := patchJSON(t, old); !strings.HasPrefix(got, strings.TrimSuffix(old, "\n}\n")+",\n") {
		t.Errorf("got %s", got)
	}
	// Their name is the project's, also where the file is about to be written.
	dir := t.TempDir()
	put(t, filepath.Join(dir, "package.json"), bom+old)
	write(t, dir)
	if data, _ := os.ReadFile(filepath.Join(dir, "README.md")); !strings.HasPrefix(string(data), "# @their/Name\n") {
		t.Errorf("README.md begins %.30q", data)
	}
	for _, nameless := range []string{`{}`, `{"name": ""}`, `{"name": 5}`, `{"name": {"a": "b"}}`, `{"name": "two\nlines"}`} {
		if got := packageName([]byte(nameless)); got != "" {
			t.Errorf("%s: named %q", nameless, got)
		}
	}
}

func TestRule5_13_NothingToAdd(t *testing.T) {
	t.Parallel()
	const odd = "\n\t{ \"scripts\" :{\"dev\":\"a\",\r\n\"start\":\"b\"  , \"build\":\"c\" }\n, \"dependencies\":\n{\"arkor\":1}}  \n\n"
	dir := t.TempDir()
	put(t, filepath.Join(dir, "package.json"), odd)
	got := write(t, dir)
	if data, _ := os.ReadFile(filepath.Join(dir, "package.json")); string(data) != odd || got[len(got)-1] != (Entry{OK, "package.json"}) {
		t.Errorf("got %v, %q", got, data)
	}
	put(t, filepath.Join(dir, "package.json"), "{}")
	if got := write(t, dir); got[len(got)-1] != (Entry{Patched, "package.json"}) {
		t.Errorf("got %v", got)
	}
}

func TestRule5_14_KeepsTheLayout(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, old, want string }{
		{"two spaces", "{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\n  \"scripts\": {\n    \"dev\": \"arkor dev\",\n    \"build\": \"arkor build\",\n    \"start\": \"arkor start\"\n  },\n" +
			"  \"devDependencies\": {\n    \"arkor\": \"^1.2.3\"\n  }\n}\n"},
		{"tabs, CRLF, a byte order mark, no final newline",
			"\ufeff{\r\n\t\"scripts\": {\r\n\t\t\"dev\": \"next\"\r\n\t},\r\n\t\"z\": 1\r\n}",
			"\ufeff{\r\n\t\"scripts\": {\r\n\t\t\"dev\": \"next\",\r\n\t\t\"build\": \"arkor build\",\r\n\t\t\"start\": \"arkor start\"\r\n\t},\r\n\t\"z\": 1,\r\n" +
				"\t\"devDependencies\": {\r\n\t\t\"arkor\": \"^1.2.3\"\r\n\t}\r\n}"},
		{"four spaces, empty objects", "{\n    \"scripts\": {},\n    \"devDependencies\": {\n    }\n}\n\n",
			"{\n    \"scripts\": {\n        \"dev\": \"arkor dev\",\n        \"build\": \"arkor build\",\n        \"start\": \"arkor start\"\n    },\n" +
				"    \"devDependencies\": {\n        \"arkor\": \"^1.2.3\"\n    }\n}\n\n"},
		{"a value on a line of its own", "{\n  " + ownScripts + ",\n  \"a\":\n    1\n}", "{\n  " + ownScripts + ",\n  \"a\":\n    1,\n  \"devDependencies\": {\n    \"arkor\": \"^1.2.3\"\n  }\n}"},
		{"minified", `{"a":1,"scripts":{"dev":"x"}}`,
			`{"a":1,"scripts":{"dev":"x","build":"arkor build","start":"arkor start"},"devDependencies":{"arkor":"^1.2.3"}}`},
		{"one line", `{ "a": 1 }`,
			`{ "a": 1, "scripts": { "dev": "arkor dev", "build": "arkor build", "start": "arkor start" }, "devDependencies": { "arkor": "^1.2.3" } }`},
		{"nothing but braces", " {} \r\n", " {\r\n  \"scripts\": {\r\n    \"dev\": \"arkor dev\",\r\n    \"build\": \"arkor build\",\r\n    \"start\": \"arkor start\"\r\n  },\r\n" +
			"  \"devDependencies\": {\r\n    \"arkor\": \"^1.2.3\"\r\n  }\r\n} \r\n"},
		{"an object in one line within lines", "{\n  " + ownArkor + ",\n\n  \"scripts\": {\"dev\": \"x\"}\n}",
			"{\n  " + ownArkor + ",\n\n  \"scripts\": {\"dev\": \"x\", \"build\": \"arkor build\", \"start\": \"arkor start\"}\n}"},
		{"a blank line before the last member", "{\n  " + ownScripts + ",\n\n  \"a\": 1\n}", "{\n  " + ownScripts + ",\n\n  \"a\": 1,\n  \"devDependencies\": {\n    \"arkor\": \"^1.2.3\"\n  }\n}"},
		{"commas in front", "{ " + ownScripts + "\n, \"a\": 1\n}", "{ " + ownScripts + "\n, \"a\": 1, \"devDependencies\": { \"arkor\": \"^1.2.3\"}\n}"},
		{"nothing escaped that was not", "{\"x\": \"<a> & \u2028 \\u0026 \\/\", " + ownScripts + "}", "{\"x\": \"<a> & \u2028 \\u0026 \\/\", " + ownScripts + ", \"devDependencies\": {\"arkor\": \"^1.2.3\"}}"},
	} {
		if got := patchJSON(t, c.old); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestRule5_14_EscapesNoHTML(t *testing.T) {
	t.Parallel()
	const sdk = `file:../<a> & "b".tgz`
	const want = `"devDependencies": {"arkor": "file:../<a> & \"b\".tgz"}`
	if got, err := patchPackageJSON([]byte("{"+ownScripts+"}"), sdk); err != nil || !strings.Contains(string(got), want) {
		t.Errorf("patched: %s, %v", got, err)
	}
	if got, err := newPackageJSON("demo", sdk); err != nil || !strings.Contains(string(got), `"arkor": "file:../<a> & \"b\".tgz"`) {
		t.Errorf("created: %s, %v", got, err)
	}
}

func TestRule5_15_RefusesBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ content, err string }{
		{"", ":1:1: unexpected end of JSON input"},
		{"\ufeff", ":1:1: unexpected end of JSON input"},
		{"{\n  \"a\": 1,\n}\n", ":3:1: invalid character '}' looking for beginning of object key string"},
		{"{\n  \"d\u00e9j\u00e0\": oops\n}", ":2:11: invalid character 'o' looking for beginning of value"},
		{"{\"a\": 1", ":1:8: unexpected end of JSON input"},
		{"{} x", ":1:4: invalid character 'x' after top-level value"},
		{"// mine\n{}", ":1:1: invalid character '/' looking for beginning of value"},
		{"\n []", ":2:2: the top level is not an object"},
		{"\"text\"", ":1:1: the top level is not an object"},
		{"null", ":1:1: the top level is not an object"},
		{"{\n\t\"scripts\": []}", ":2:13: \"scripts\" is not an object"},
		{"\ufeff{\"scripts\": null}", ":1:13: \"scripts\" is not an object"},
		{"{\"scripts\": \"{}\"}", ":1:13: \"scripts\" is not an object"},
		{"{\"devDependencies\": 1}", ":1:21: \"devDependencies\" is not an object"},
		{"{\"dependencies\": []}", ":1:18: \"dependencies\" is not an object"},
		{"{\"a\": 1,\r\n \"\\u0061\": 2}", ":2:2: duplicate key \"a\""},
		{"{\"scripts\": {}, \"scripts\": {}}", ":1:17: duplicate key \"scripts\""},
		{"{\"scripts\": {\"x\": \"1\",\n \"x\": \"2\"}}", ":2:2: duplicate key \"x\""},
		{"{\"dependencies\": {\"x\": \"1\", \"x\": \"2\"}}", ":1:29: duplicate key \"x\""},
		{"{\"a\": \"" + strings.Repeat("x", maxFile) + "\"}", "is longer than 1048576 bytes"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "package.json")
		put(t, path, c.content)
		_, err := plan(t, dir)
		if err == nil || !strings.HasSuffix(err.Error(), c.err) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("%.30q: %v", c.content, err)
		}
		var syntax *SyntaxError
		if strings.HasPrefix(c.err, ":") && (!errors.As(err, &syntax) || syntax.Path != path) {
			t.Errorf("%.30q: %T", c.content, err)
		}
		if got := contents(t, dir); len(got) != 1 || got["package.json"] != c.content {
			t.Errorf("%.30q: left %v", c.content, got)
		}
	}
}

// What a duplicate does elsewhere is none of our business.
func TestRule5_15_ReadsWhatNpmReads(t *testing.T) {
	t.Parallel()
	for _, old := range []string{
		`{"jest": {"a": 1, "a": 2}, "": 0, "a.b": {"*": "#"}}`,
		`{"a": ` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`,
	} {
		if got := patchJSON(t, old); !strings.HasPrefix(got, strings.TrimSuffix(old, "}")) {
			t.Errorf("got %s", got)
		}
	}
}

func TestRule5_16_AsksForTheReleaseOfThisTool(t *testing.T) {
	t.Parallel()
	created, err := newPackageJSON("demo", SDKRange("v1.2.3"))
	if err != nil {
		t.Fatal(err)
	}
	patched, err := patchPackageJSON([]byte("{}"), SDKRange("v1.2.3"))
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{created, patched} {
		if !strings.Contains(string(data), `"arkor": "^1.2.3"`) {
			t.Errorf("got %s", data)
		}
	}
}
