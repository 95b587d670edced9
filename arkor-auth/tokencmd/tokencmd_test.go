package tokencmd

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// The test binary plays arkor-backend when it is started by that name.
func TestMain(m *testing.M) {
	if strings.HasPrefix(filepath.Base(os.Args[0]), "arkor-backend") {
		if answer := os.Getenv("FAKE_BACKEND"); answer != "" && strings.Join(os.Args[1:], " ") == "ensure --json" {
			fmt.Println(answer)
			os.Exit(0)
		}
		fmt.Fprintln(os.Stderr, "arkor-backend: port 1 is in use")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

type result struct {
	status         int
	stdout, stderr string
}

type machine struct {
	root string
	env  cli.Env
}

func newMachine(t *testing.T, environ ...string) machine {
	if runtime.GOOS == "windows" {
		t.Skip("links to the test binary need a privilege")
	}
	root := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"bin", "Support Bot"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(self, filepath.Join(root, "bin", "arkor-backend")); err != nil {
		t.Fatal(err)
	}
	return machine{root, cli.Env{
		Dir: filepath.Join(root, "Support Bot"), Program: filepath.Join(root, "bin", "arkor-auth"),
		Environ: append([]string{"HOME=" + root}, environ...),
	}}
}

func (m machine) run(args ...string) result {
	var stdout, stderr bytes.Buffer
	env := m.env
	env.Args, env.Stdin, env.Stdout, env.Stderr = args, strings.NewReader(""), &stdout, &stderr
	status := cli.Run(context.Background(), env, New)
	return result{status, stdout.String(), stderr.String()}
}

func TestLocalBackend(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.Header.Get("Authorization") != "Bearer owner" {
			http.Error(w, `{"error":"unexpected request"}`, http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, `{"project":{"id":"p1","slug":"support-bot","name":"Support Bot","orgId":"o"}}`)
	}))
	defer server.Close()
	m := newMachine(t, `FAKE_BACKEND={"url":"`+server.URL+`/","token":"owner","pid":1,"version":"1"}`)

	want := `{"token":"owner","mode":"local","apiUrl":"` + server.URL + `","orgSlug":"local","expiresAt":null,"scope":null}` + "\n"
	if got := m.run("--backend", "local", "--json"); got != (result{0, want, ""}) {
		t.Errorf("without a scope: %+v", got)
	}
	want = strings.Replace(want, `"scope":null`, `"scope":{"orgSlug":"local","projectSlug":"support-bot","projectId":"p1"}`, 1)
	if got := m.run("--json", "--scope", "--backend=local"); got != (result{0, want, ""}) {
		t.Errorf("with a scope: %+v", got)
	}
	if got := m.run("--backend=local"); got != (result{0, "owner\n", ""}) {
		t.Errorf("bare: %+v", got)
	}
	m.env.Environ = append(m.env.Environ, "ARKOR_TOKEN=other")
	if got := m.run("--backend=local"); got != (result{0, "owner\n", ""}) {
		t.Errorf("a token from the environment is not the local backend's: %+v", got)
	}
}

func TestLocalBackendThatFails(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	if got := m.run("--backend=local"); got != (result{1, "", "arkor-backend: port 1 is in use\n"}) {
		t.Errorf("got %+v", got)
	}
	if err := os.Remove(filepath.Join(m.root, "bin", "arkor-backend")); err != nil {
		t.Fatal(err)
	}
	want := "arkor-auth token: arkor-backend is not installed\nhint: install arkor-backend beside arkor-auth, or put it on PATH\n"
	if got := m.run("--backend=local"); got != (result{1, "", want}) {
		t.Errorf("got %+v", got)
	}
}

func TestTokenFromTheEnvironment(t *testing.T) {
	t.Parallel()
	hash := func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) }
	m := newMachine(t, "ARKOR_TOKEN= s3cret\n", "ARKOR_CLOUD_API_URL=https://team.test/")
	want := `{"token":"s3cret","mode":"token","apiUrl":"https://team.test","orgSlug":null,"expiresAt":null,"scope":null}` + "\n"
	if got := m.run("--json"); got != (result{0, want, ""}) {
		t.Errorf("got %+v", got)
	}
	if got := m.run("--json", "--rejected", hash("another")); got != (result{0, want, ""}) {
		t.Errorf("another token was rejected: %+v", got)
	}
	if got := m.run("--rejected", strings.ToUpper(hash("s3cret"))); got.status != 1 || got.stdout != "" || !strings.Contains(got.stderr, "does not accept") {
		t.Errorf("this token was rejected: %+v", got)
	}
	if got := m.run("--scope"); got.status != 1 || !strings.Contains(got.stderr, "No .arkor/state.json found.") {
		t.Errorf("no state: %+v", got)
	}
	if err := os.Mkdir(filepath.Join(m.env.Dir, ".arkor"), 0o755); err != nil {
		t.Fatal(err)
	}
	state := `{"orgSlug":"acme","projectSlug":"bot","projectId":"p"}`
	if err := os.WriteFile(filepath.Join(m.env.Dir, ".arkor", "state.json"), []byte(state), 0o600); err != nil {
		t.Fatal(err)
	}
	got := m.run("--json", "--scope")
	var answer struct{ Scope json.RawMessage }
	if err := json.Unmarshal([]byte(got.stdout), &answer); err != nil || string(answer.Scope) != state {
		t.Errorf("with a state: %+v", got)
	}
}

// S9: whoever signs in while the project is made is not mixed into the answer.
func TestASignInInTheMiddle(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	file := filepath.Join(m.root, ".arkor", "credentials.json")
	var server *httptest.Server
	signIn := func(name string) {
		text := `{"mode":"anon","token":"` + name + `","anonymousId":"` + name + `","orgSlug":"org-` + name + `","arkorCloudApiUrl":"` + server.URL + `"}`
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Error(err)
		}
	}
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer first" || r.URL.RequestURI() != "/v1/projects?orgSlug=org-first" {
			t.Errorf("%s for %q", r.URL, r.Header.Get("Authorization"))
		}
		if r.Method == http.MethodPost {
			signIn("second")
			w.WriteHeader(http.StatusConflict)
			return
		}
		fmt.Fprint(w, `{"projects":[{"id":"p1","slug":"support-bot","name":"Support Bot","orgId":"o"}]}`)
	}))
	defer server.Close()
	if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	signIn("first")
	want := `{"token":"first","mode":"anon","apiUrl":"` + server.URL + `","orgSlug":"org-first","expiresAt":null,` +
		`"scope":{"orgSlug":"org-first","projectSlug":"support-bot","projectId":"p1"}}` + "\n"
	if got := m.run("--json", "--scope"); got != (result{0, want, ""}) {
		t.Errorf("got %+v", got)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		environ []string
		args    []string
		stderr  string
	}{
		{"nobody is signed in, and the server is away", []string{"ARKOR_CLOUD_API_URL=http://127.0.0.1:1"}, nil,
			"arkor-auth token: cannot reach http://127.0.0.1:1 (GET /v1/auth/cli/config): dial tcp 127.0.0.1:1: connect: connection refused\n" +
				"hint: check the network, and that this is the right address\n"},
		{"no home", []string{"HOME=", "ARKOR_CLOUD_API_URL=http://127.0.0.1:1"}, nil,
			"arkor-auth token: no home directory: HOME is not set\nhint: set HOME to a folder that you may write to\n"},
		{"a token with a line break", []string{"ARKOR_TOKEN=s3cret\nX: y"}, nil,
			"arkor-auth token: ARKOR_TOKEN holds a character that no token has\n" +
				"hint: set it again without blanks, quotes or line breaks\n"},
		{"a hash that is none", nil, []string{"--rejected", "s3cret"},
			"arkor-auth token: --rejected takes a SHA-256 in hexadecimal\n"},
		{"an argument", nil, []string{"x"}, "arkor-auth token: unexpected argument \"x\"\n"},
	} {
		if got := newMachine(t, c.environ...).run(c.args...); got != (result{1, "", c.stderr}) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
