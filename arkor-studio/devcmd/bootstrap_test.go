package devcmd

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// TestMain lets the test binary stand in for arkor-auth, by its name.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != "arkor-auth" {
		os.Exit(m.Run())
	}
	home := os.Getenv("HOME")
	if text, err := os.ReadFile(filepath.Join(home, "refuse")); err == nil {
		os.Stderr.Write(text)
		os.Exit(1)
	}
	_ = os.MkdirAll(filepath.Join(home, ".arkor"), 0o700)
	text := fmt.Sprintf(`{"mode":"anon","token":"s3cret","anonymousId":"an_1","arkorCloudApiUrl":%q,"orgSlug":"anon-1"}`, os.Getenv("ARKOR_CLOUD_API_URL"))
	if err := os.WriteFile(filepath.Join(home, ".arkor", "credentials.json"), []byte(text), 0o600); err != nil {
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, "arkor: not signed in: using a new anonymous identity")
	fmt.Println(`{"token":"s3cret","mode":"anon"}`)
}

// fixture is a home and a project, and a deployment that says how to sign in.
type fixture struct {
	home, dir string
	env       []string
	asked     int
	url       string
}

func newFixture(t *testing.T, config string) *fixture {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("arkor-auth's stand-in is a link")
	}
	f := &fixture{home: t.TempDir(), dir: t.TempDir()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.asked++
		if r.URL.Path != "/v1/auth/cli/config" || r.Header.Get("X-Arkor-Client") != "arkor/0.0.0-dev" || config == "" { // L23
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		io.WriteString(w, config)
	}))
	t.Cleanup(server.Close)
	self, err := os.Executable()
	if err == nil {
		err = os.Symlink(self, filepath.Join(f.home, "arkor-auth"))
	}
	if err != nil {
		t.Fatal(err)
	}
	f.url = server.URL
	f.env = []string{"HOME=" + f.home, "PATH=/nowhere", "ARKOR_CLOUD_API_URL=" + server.URL}
	return f
}

func (f *fixture) write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) bootstrap(t *testing.T) (stderr string, err error) {
	t.Helper()
	var said bytes.Buffer
	c := &command{env: cli.Env{Dir: f.dir, Program: filepath.Join(f.home, "arkor-studio"), Environ: f.env, Stderr: &said}}
	err = c.bootstrap(t.Context())
	return said.String(), err
}

const (
	withOAuth    = `{"auth0Domain":"a.example","clientId":"c","audience":"d","callbackPorts":[]}`
	withoutOAuth = `{"auth0Domain":null,"clientId":"","audience":"d","callbackPorts":[]}`
)

// L24: who is to sign in with OAuth needs all of it.
func TestHalfOAuth(t *testing.T) {
	t.Parallel()
	for _, without := range []string{`"a.example"`, `"c"`, `"d"`} {
		for _, nothing := range []string{`null`, `""`} {
			said, err := newFixture(t, strings.Replace(withOAuth, ":"+without, ":"+nothing, 1)).bootstrap(t)
			if err != nil || !strings.HasPrefix(said, "No credentials on file. Requesting an anonymous token.\n") || strings.Contains(said, "--oauth") {
				t.Errorf("%s for %s: %v %s", nothing, without, err, said)
			}
		}
	}
}

// L22: where somebody is signed in, or nobody has to be, nothing happens.
func TestNoBootstrap(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*fixture){
		"signed in": func(f *fixture) {
			f.write(t, filepath.Join(f.home, ".arkor", "credentials.json"), `{"mode":"anon","token":"t","anonymousId":"a","orgSlug":"o","arkorCloudApiUrl":"https://a.example"}`)
		},
		"a token from the environment": func(f *fixture) { f.env = append(f.env, "ARKOR_TOKEN=t") },
		"the local backend by name":    func(f *fixture) { f.env = append(f.env, "ARKOR_BACKEND=local") },
		"the project's local backend": func(f *fixture) {
			f.env = f.env[:2]
			f.write(t, filepath.Join(f.dir, "arkor.config.ts"), "import x from 'y';\nexport default {\n  backend: \"local\",\n};\n")
		},
		"no home": func(f *fixture) { f.env = f.env[1:] },
	} {
		f := newFixture(t, withOAuth)
		prepare(f)
		if said, err := f.bootstrap(t); said != "" || err != nil || f.asked != 0 {
			t.Errorf("%s: %q %v, asked %d times", name, said, err, f.asked)
		}
	}
}

// A comment is no setting.
func TestSaysLocal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`export default { backend: "local" }`: true, "export default {\n  'x': 1, backend : 'local' }": true,
		`export default { backend: "cloud" } // backend: "local"`: false, "// backend: \"local\"\nexport default {}": false, "": false,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "arkor.config.mjs"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := (&command{env: cli.Env{Dir: dir}}).saysLocal(); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// L23 to L28: what is said on the way to an identity.
func TestBootstrap(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]string{
		withOAuth: "No credentials on file. Bootstrapping an anonymous session. Run `arkor login --oauth` to sign in to your account instead.\n" +
			"Anonymous id: an_1. ADDRESS uses this id to recognise this client across sessions. Keep `FILE` to stay signed in as the same anonymous identity.\n" +
			"Anonymous sessions aren't guaranteed to persist. Sign in with `arkor login --oauth` to tie future work to your account at ADDRESS.\n" +
			"Signed in anonymously (anon-1).\n",
		withoutOAuth: "No credentials on file. Requesting an anonymous token.\n" +
			"Anonymous id: an_1. ADDRESS uses this id to recognise this client across sessions. Keep `FILE` to stay signed in as the same anonymous identity.\n" +
			"Signed in anonymously (anon-1).\n",
		"": "No credentials on file. Requesting an anonymous token.\n" +
			"Anonymous id: an_1. ADDRESS uses this id to recognise this client across sessions. Keep `FILE` to stay signed in as the same anonymous identity.\n" +
			"Signed in anonymously (anon-1).\n",
	} {
		for _, stored := range []string{"", "{half"} {
			f := newFixture(t, config)
			file := filepath.Join(f.home, ".arkor", "credentials.json")
			if stored != "" {
				f.write(t, file, stored)
			}
			if said, err := f.bootstrap(t); err != nil || said != strings.NewReplacer("FILE", file, "ADDRESS", f.url).Replace(want) {
				t.Errorf("%q: %v\n%s", config, err, said)
			}
		}
	}
}

// L29 to L32: what becomes of a refusal.
func TestRefusedBootstrap(t *testing.T) {
	t.Parallel()
	const unreachable = "arkor-auth token: cannot reach http://a (POST /v1/auth/anonymous): refused\nhint: check the network\n"
	const denied = "arkor-auth token: Failed to acquire anonymous token (403): no\nhint: anonymous sign-in may not be offered\n"
	for _, c := range []struct{ name, config, refusal, err, hint, said string }{
		{"L29", withOAuth, unreachable, "", "", "Could not reach URL (fetch failed). Studio will keep running and retry on first /api/credentials hit.\nhint: cannot reach http://a (POST /v1/auth/anonymous): refused\n"},
		{"L30", "", unreachable, "cannot reach http://a (POST /v1/auth/anonymous): refused", "check the network", ""},
		{"L31", withOAuth, denied, "Failed to bootstrap an anonymous session (HTTP 403). This deployment may require sign-in. Run `arkor login --oauth` and try again.", "", ""},
		{"L32, no OAuth", withoutOAuth, denied, "Failed to acquire anonymous token (403): no", "anonymous sign-in may not be offered", ""},
		{"L32, 5xx", withOAuth, "arkor-auth token: Failed to acquire anonymous token (503): down\n", "Failed to acquire anonymous token (503): down", "", ""},
		{"L32, disk", withOAuth, "arkor: warning: x\narkor-auth token: write /h: no space\nhint: make room\n", "write /h: no space", "make room", ""},
	} {
		f := newFixture(t, c.config)
		f.write(t, filepath.Join(f.home, "refuse"), c.refusal)
		said, err := f.bootstrap(t)
		_, said, _ = strings.Cut(said, "\n") // L25
		switch {
		case said != strings.ReplaceAll(c.said, "URL", f.url):
			t.Errorf("%s: %s", c.name, said)
		case c.err == "" && err != nil || c.err != "" && (err == nil || err.Error() != c.err || cli.HintOf(err) != c.hint):
			t.Errorf("%s: %v, %q", c.name, err, cli.HintOf(err))
		}
	}
	// P1: without arkor-auth there is a page that says so.
	f := newFixture(t, withOAuth)
	if err := os.Remove(filepath.Join(f.home, "arkor-auth")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.bootstrap(t); err != nil {
		t.Error(err)
	}
}

// A folder without a project is said to be one, with what to do, unless a
// backend was chosen for it.
func TestNoProjectHere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, environ string
		says          bool
	}{
		{"", "", true}, {"package.json", "", true}, {"arkor.config.mjs", "", false}, {"src/arkor/index.ts", "", false},
		{".arkor/state.json", "", false}, {"", "ARKOR_BACKEND=local", false}, {"", "ARKOR_CLOUD_API_URL=http://a", false},
	} {
		var said bytes.Buffer
		dir := t.TempDir()
		if c.file != "" {
			(&fixture{}).write(t, filepath.Join(dir, filepath.FromSlash(c.file)), "")
		}
		(&command{env: cli.Env{Dir: dir, Environ: []string{c.environ}, Stderr: &said}}).sayWhereWeAre()
		if got := strings.Contains(said.String(), "hint: `arkor init` "); got != c.says {
			t.Errorf("%q %q: %s", c.file, c.environ, said.String())
		}
	}
}
