package session_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/porttest"
	"github.com/arkorlab/arkor-go/shared/session"
)

// The test binary plays arkor-auth when it is started by that name: it prints
// the next of the answers in its folder, and writes down how it was asked.
func TestMain(m *testing.M) {
	if !strings.HasPrefix(filepath.Base(os.Args[0]), "arkor-auth") {
		os.Exit(m.Run())
	}
	folder := os.Getenv("FAKE_AUTH")
	asked, _ := os.ReadDir(folder)
	n := 0
	for _, e := range asked {
		if strings.HasPrefix(e.Name(), "asked") {
			n++
		}
	}
	_ = os.WriteFile(filepath.Join(folder, fmt.Sprintf("asked-%d", n)), []byte(strings.Join(os.Args[1:], " ")), 0o600)
	answer, err := os.ReadFile(filepath.Join(folder, fmt.Sprintf("answer-%d", n)))
	if err != nil {
		fmt.Fprintln(os.Stderr, os.Getenv(cli.SpeaksAs)+": signed out")
		os.Exit(1)
	}
	os.Stdout.Write(answer)
	os.Exit(0)
}

type fake struct {
	t      *testing.T
	folder string
	env    cli.Env
	stderr bytes.Buffer
}

func newFake(t *testing.T) *fake {
	f := &fake{t: t, folder: t.TempDir()}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"bin", "project/src/arkor", "project/data"} {
		if err := os.MkdirAll(filepath.Join(f.folder, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(self, filepath.Join(f.folder, "bin", "arkor-auth")); err != nil {
		t.Skip(err)
	}
	if err := os.WriteFile(filepath.Join(f.folder, "project", "src", "arkor", "index.ts"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f.env = cli.Env{
		Dir: filepath.Join(f.folder, "project"), Program: filepath.Join(f.folder, "bin", "arkor-backend"),
		Environ: []string{"FAKE_AUTH=" + f.folder}, Stdout: io.Discard, Stderr: &f.stderr,
	}
	return f
}

// answers sets what arkor-auth will print, one after the other.
func (f *fake) answers(mode string, pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		data, _ := json.Marshal(map[string]any{
			"token": pairs[i], "mode": mode, "apiUrl": pairs[i+1],
			"scope": map[string]string{"orgSlug": "acme", "projectSlug": "bot", "projectId": "p"},
		})
		if err := os.WriteFile(filepath.Join(f.folder, fmt.Sprintf("answer-%d", i/2)), data, 0o600); err != nil {
			f.t.Fatal(err)
		}
	}
}

func (f *fake) asked() []string {
	var all []string
	for n := 0; ; n++ {
		data, err := os.ReadFile(filepath.Join(f.folder, fmt.Sprintf("asked-%d", n)))
		if err != nil {
			return all
		}
		all = append(all, string(data))
	}
}

// backend accepts one token and answers with the requests that it saw.
func backend(t *testing.T, token string) (address string, seen func() []string) {
	var requests []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests = append(requests, r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("Authorization")+" "+string(body))
		if r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":"unknown token"}`)
			return
		}
		fmt.Fprint(w, `{"job":{"id":"j","orgId":"o","projectId":"p","name":"n","status":"queued","config":{"model":"m"},"createdAt":"2026-03-04T05:06:07.000Z"}}`)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []string { return requests }
}

func TestOpen(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	address, seen := backend(t, "good")
	f.answers("oauth", "good", address)
	f.env.Dir = filepath.Join(f.env.Dir, "data")
	s, err := session.Open(t.Context(), f.env, "arkor jobs", "cloud")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Client.Job(t.Context(), s.Scope, "j"); err != nil {
		t.Fatal(err)
	}
	want := []string{"GET /v1/jobs/j?orgSlug=acme&projectSlug=bot Bearer good "}
	if diff := cmp.Diff(want, seen()); diff != "" || s.Local {
		t.Error(diff, s.Local)
	}
	if diff := cmp.Diff([]string{"token --json --scope --backend cloud"}, f.asked()); diff != "" {
		t.Error(diff)
	}
	if want := filepath.Join(f.folder, "project"); s.Dir != want {
		t.Errorf("%s, want %s", s.Dir, want)
	}
	check(t, "arkor jobs: the project is in ..\n", f.stderr.String())
}

// A refused token is renewed once, whatever the method: nothing was done.
func TestRefusedToken(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	address, seen := backend(t, "new")
	f.answers("oauth", "old", address, "new", address)
	s, err := session.Open(t.Context(), f.env, "arkor jobs", "")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := s.Client.CreateJob(t.Context(), s.Scope, "n", map[string]string{"model": "m"}); err != nil {
			t.Fatal(err)
		}
	}
	const path, body = "POST /v1/jobs?orgSlug=acme&projectSlug=bot ", ` {"config":{"model":"m"},"name":"n"}`
	want := []string{path + "Bearer old" + body, path + "Bearer new" + body, path + "Bearer new" + body}
	if diff := cmp.Diff(want, seen()); diff != "" {
		t.Error(diff)
	}
	const hash = "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4" // SHA-256 of "old"
	if diff := cmp.Diff([]string{"token --json --scope", "token --json --scope --rejected " + hash}, f.asked()); diff != "" {
		t.Error(diff)
	}
}

func TestNoOtherToken(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	address, _ := backend(t, "new")
	f.answers("token", "old", address, "old", address)
	s, err := session.Open(t.Context(), f.env, "arkor jobs", "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Client.Job(t.Context(), s.Scope, "j")
	var status *cloud.StatusError
	if !errors.As(err, &status) || status.Status != http.StatusUnauthorized {
		t.Error(err)
	}
	// arkor-auth, which has no third answer, says why itself.
	_, err = s.Client.Job(t.Context(), s.Scope, "j")
	var silent *cli.ExitError
	if !errors.As(err, &silent) || f.stderr.String() != "arkor jobs: signed out\n" {
		t.Errorf("%v, %q", err, f.stderr.String())
	}
}

// A local backend that left comes back at another port.
func TestLocalBackendIsGone(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	first := httptest.NewServer(http.NotFoundHandler())
	address, seen := backend(t, "t")
	f.answers("local", "t", first.URL, "t", address)
	s, err := session.Open(t.Context(), f.env, "arkor jobs", "")
	if err != nil {
		t.Fatal(err)
	}
	first.Close()
	porttest.AwaitNobody(first.Listener.Addr().String())
	if _, err := s.Streams.Job(t.Context(), s.Scope, "j"); err != nil || len(seen()) != 1 || !s.Local {
		t.Error(err, seen(), s.Local)
	}
}

func TestFolderOfNoProject(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.env.Dir = f.folder
	_, err := session.Open(t.Context(), f.env, "arkor jobs", "local")
	if err == nil || cli.HintOf(err) == "" {
		t.Fatal(err)
	}
	check(t, "this folder belongs to no project", err.Error())
	if len(f.asked()) > 0 {
		t.Error("arkor-auth was asked")
	}
}

func TestTokenIsNotShown(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	address, _ := backend(t, "s3cret-token")
	f.answers("oauth", "s3cret-token", address)
	s, err := session.Open(t.Context(), f.env, "arkor jobs", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		for _, value := range []any{s, *s, s.Client, *s.Client, session.Identity{Token: "s3cret-token", APIURL: address}} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, "s3cret-token") {
				t.Errorf("%s of %T: %s", verb, value, text)
			}
		}
	}
}

func check(t *testing.T, want, got string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
