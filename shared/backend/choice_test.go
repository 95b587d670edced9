package backend

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// The test binary plays arkor-build when it is started by that name.
func TestMain(m *testing.M) {
	if strings.HasPrefix(filepath.Base(os.Args[0]), "arkor-build") {
		fmt.Println(os.Getenv("FAKE_CONFIG"))
		if os.Getenv("FAKE_CONFIG") == "" {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

type setup struct {
	flag        string
	environ     []string
	file        string // name of a config file to put in the project
	config      string // what arkor-build prints
	credentials string
	noBuild     bool // arkor-build is not installed
}

func (s setup) env(t *testing.T) cli.Env {
	root := t.TempDir()
	if s.file != "" {
		write(t, filepath.Join(root, "project", s.file), "export default {}")
	}
	if s.credentials != "" {
		write(t, filepath.Join(root, ".arkor", "credentials.json"), s.credentials)
	}
	if err := os.MkdirAll(filepath.Join(root, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if !s.noBuild {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(self, filepath.Join(root, "bin", "arkor-build")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(root, "project"), 0o755); err != nil {
		t.Fatal(err)
	}
	return cli.Env{
		Dir: filepath.Join(root, "project"), Program: filepath.Join(root, "bin", "arkor-auth"),
		Environ: append([]string{"HOME=" + root, "FAKE_CONFIG=" + s.config}, s.environ...),
		Stdout:  io.Discard, Stderr: io.Discard,
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestChoose(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links to the test binary need a privilege")
	}
	t.Parallel()
	local := func(from string) Choice { return Choice{Local: true, From: from} }
	at := func(url, from string) Choice { return Choice{URL: url, From: from} }
	everything := setup{
		flag:    "https://flag.test",
		environ: []string{"ARKOR_BACKEND=https://backend.test", "ARKOR_CLOUD_API_URL=https://url.test"},
		file:    "arkor.config.ts", config: `{"backend":"https://config.test"}`,
		credentials: `{"mode":"anon","token":"t","arkorCloudApiUrl":"https://stamp.test"}`,
	}
	without := func(change func(*setup)) setup { s := everything; change(&s); return s }
	noEnv := without(func(s *setup) { s.flag, s.environ = "", nil })
	noConfig := without(func(s *setup) { s.flag, s.environ, s.file = "", nil, "" })

	for _, c := range []struct {
		name  string
		setup setup
		want  Choice
		err   string
	}{
		{"the flag first", everything, at("https://flag.test", "--backend"), ""},
		{"the flag returns to the managed cloud", without(func(s *setup) { s.flag = "cloud" }), at(ManagedCloud, "--backend"), ""},
		{"then ARKOR_BACKEND", without(func(s *setup) { s.flag = "" }), at("https://backend.test", "ARKOR_BACKEND"), ""},
		{"an empty ARKOR_BACKEND is none", setup{environ: []string{"ARKOR_BACKEND="}}, at(ManagedCloud, "default"), ""},
		{"then ARKOR_CLOUD_API_URL", without(func(s *setup) { s.flag, s.environ = "", s.environ[1:] }), at("https://url.test", "ARKOR_CLOUD_API_URL"), ""},
		{"an empty address is not the managed cloud", setup{environ: []string{"ARKOR_CLOUD_API_URL="}}, Choice{}, "ARKOR_CLOUD_API_URL: the address is empty"},
		{"the address variable takes no words", setup{environ: []string{"ARKOR_CLOUD_API_URL=local"}}, Choice{}, "not an address"},
		{"then the config file", noEnv, at("https://config.test", "arkor.config.ts"), ""},
		{"in every extension", setup{file: "arkor.config.mjs", config: `{"backend":"local"}`}, local("arkor.config.mjs"), ""},
		{"the managed cloud by the config file", setup{file: "arkor.config.ts", config: `{"backend":"cloud"}`, credentials: noEnv.credentials}, at(ManagedCloud, "arkor.config.ts"), ""},
		{"a config file that says nothing", setup{file: "arkor.config.js", config: `{}`, credentials: noEnv.credentials}, at("https://stamp.test", "stamp"), ""},
		{"null says nothing", setup{file: "arkor.config.js", config: `{"backend":null}`}, at(ManagedCloud, "default"), ""},
		{"a config file with a number", setup{file: "arkor.config.ts", config: `{"backend":1}`}, Choice{}, "arkor.config.ts: backend is not"},
		{"a config file with a bad address", setup{file: "arkor.config.ts", config: `{"backend":"moon"}`}, Choice{}, `arkor.config.ts: "moon"`},
		{"a config file that fails", setup{file: "arkor.config.ts"}, Choice{}, "exit status 1"},
		{"a config file and no arkor-build", setup{file: "arkor.config.ts", noBuild: true}, Choice{}, "arkor.config.ts cannot be read: arkor-build is not installed"},
		{"no config file and no arkor-build", setup{noBuild: true}, at(ManagedCloud, "default"), ""},
		{"then the credentials", noConfig, at("https://stamp.test", "stamp"), ""},
		{"unless the token is from elsewhere", without(func(s *setup) { s.flag, s.environ, s.file = "", []string{"ARKOR_TOKEN=t"}, "" }), at(ManagedCloud, "default"), ""},
		{"credentials with a byte order mark", setup{credentials: "\uFEFF" + noEnv.credentials}, at("https://stamp.test", "stamp"), ""},
		{"credentials without an address belong to the managed cloud (U2)", setup{credentials: `{"mode":"anon","token":"t","arkorCloudApiUrl":7}`}, at(ManagedCloud, "stamp"), ""},
		{"an empty address stays empty (B8)", setup{credentials: `{"mode":"anon","token":"t","arkorCloudApiUrl":""}`}, Choice{}, "the address is empty"},
		{"credentials of an unknown mode are not used", setup{credentials: `{"mode":"x","token":"t","arkorCloudApiUrl":"https://stamp.test"}`}, at(ManagedCloud, "default"), ""},
		{"damaged credentials", setup{credentials: `{`}, at(ManagedCloud, "default"), ""},
		{"no home", setup{environ: []string{"HOME=", "USERPROFILE="}}, at(ManagedCloud, "default"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			env := c.setup.env(t)
			got, err := Choose(t.Context(), env, c.setup.flag)
			if strings.HasSuffix(got.From, "credentials.json") {
				got.From = "stamp"
			}
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Fatalf("error %v, want %q", err, c.err)
			}
			if err == nil && got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, url, err string }{
		{"https://team.test", "https://team.test", ""},
		{"https://team.test/arkor//", "https://team.test/arkor", ""},
		{"http://localhost:8080/", "http://localhost:8080", ""},
		{"http://127.9.0.1", "http://127.9.0.1", ""},
		{"http://[::1]:1", "http://[::1]:1", ""},
		{"http://team.test", "", "unencrypted"},
		{"http://localhost.evil.test", "", "unencrypted"},
		{"https://", "", "not an address"},
		{"team.test", "", "not an address"},
		{"ftp://team.test", "", "not an address"},
		{"https:team", "", "not an address"},
		{"Local", "", "not an address"},
		{"", "", "empty"},
		{"https://team.test?x=1", "", "must end with its path"},
		{"https://team.test/#x", "", "must end with its path"},
		{"https://me:secret@team.test", "", "user name"},
		{"https://me:secret@team.test:port", "", "not an address"},
	} {
		got, err := Parse(c.in, "--backend")
		switch {
		case c.err == "" && (err != nil || got != Choice{URL: c.url, From: "--backend"}):
			t.Errorf("%q: got %+v, %v", c.in, got, err)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%q: got %+v, %v, want %q", c.in, got, err, c.err)
		case err != nil && strings.Contains(err.Error(), "secret"):
			t.Errorf("%q: the error shows the password: %v", c.in, err)
		}
	}
}

func TestCredentialsThatCannotBeReadAreNotPassedOver(t *testing.T) {
	t.Parallel()
	env := setup{noBuild: true}.env(t)
	if err := os.MkdirAll(filepath.Join(env.Getenv("HOME"), ".arkor", "credentials.json"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := Choose(t.Context(), env, ""); err == nil {
		t.Errorf("got %+v", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"local", "https://a.test/", "http://[::1]:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got, err := Parse(value, "x")
		if err == nil && got.Local != (got.URL == "") {
			t.Errorf("%q: %+v", value, got)
		}
	})
}
