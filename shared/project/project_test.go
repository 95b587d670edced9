package project

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

func TestNameAndSlug(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ dir, name, slug string }{
		{"/home/a/Support Bot!", "Support Bot!", "support-bot"},
		{"/home/a/my_app/", "my_app", "my-app"},
		{`C:\src\D` + "\u00e9j\u00e0-vu", "D\u00e9j\u00e0-vu", "d-j--vu"},
		{`C:\src\D` + "e\u0301ja\u0300-vu", "De\u0301ja\u0300-vu", "de-ja--vu"},
		{"/x/a\U0001F600b", "a\U0001F600b", "a--b"},
		{"/home/a/---", "---", "project"},
		{"/", "project", "project"},
		{"/x/\u0130zmir", "\u0130zmir", "i-zmir"},
		{"/x/\u212Aelvin", "\u212Aelvin", "kelvin"},
		{"/x/" + strings.Repeat("a", 39) + "-b", strings.Repeat("a", 39) + "-b", strings.Repeat("a", 39) + "-"},
	} {
		if name, slug := Name(c.dir), Slug(c.dir); name != c.name || slug != c.slug {
			t.Errorf("%q: got %q and %q, want %q and %q", c.dir, name, slug, c.name, c.slug)
		}
	}
}

func FuzzSlug(f *testing.F) {
	f.Add("/x/\u0130zmir")
	f.Add("\xff/\xf0")
	f.Fuzz(func(t *testing.T, dir string) {
		slug := Slug(dir)
		if slug == "" || len(slug) > maxSlug || slug[0] == '-' || strings.Trim(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Errorf("Slug(%q) = %q", dir, slug)
		}
	})
}

func TestState(t *testing.T) {
	t.Parallel()
	want := Scope{"acme", "bot", "p_1"}
	for _, c := range []struct{ name, content, err string }{
		{"complete", `{"orgSlug":"acme","projectSlug":"bot","projectId":"p_1","more":[1]}`, ""},
		{"with a byte order mark", "\uFEFF" + `{"orgSlug":"acme","projectSlug":"bot","projectId":"p_1"}`, ""},
		{"not JSON", `{"orgSlug":`, "does not hold"},
		{"a field missing", `{"orgSlug":"acme","projectSlug":"bot"}`, "does not hold"},
		{"a field of another type", `{"orgSlug":"acme","projectSlug":"bot","projectId":1}`, "does not hold"},
		{"not an object", `null`, "does not hold"},
		{"names in another case", `{"OrgSlug":"acme","projectslug":"bot","projectId":"p_1"}`, "does not hold"},
		{"too long", `{"orgSlug":"` + strings.Repeat("x", maxState) + `"}`, "longer than"},
	} {
		dir := t.TempDir()
		put(t, dir, "state.json", c.content)
		got, err := State(dir)
		switch {
		case c.err == "" && (err != nil || got != want):
			t.Errorf("%s: got %v, %v", c.name, got, err)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err) || !strings.Contains(err.Error(), "state.json")):
			t.Errorf("%s: got %v, %v", c.name, got, err)
		}
	}
	if _, err := State(t.TempDir()); err != ErrNoState {
		t.Errorf("without a file: %v", err)
	}
}

func put(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, Folder), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, Folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// projects is the part of the API that projects are made with.
type projects struct {
	sync.Mutex
	org     string
	known   []cloud.Project
	created int
}

func (p *projects) forget() {
	p.Lock()
	defer p.Unlock()
	p.known = nil
}

func (p *projects) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.Lock()
	defer p.Unlock()
	if r.URL.Path != "/v1/projects" || r.URL.Query().Get("orgSlug") != p.org {
		http.Error(w, `{"error":"not found"}`, http.StatusNotFound)
		return
	}
	if r.Method == http.MethodGet {
		json.NewEncoder(w).Encode(map[string]any{"org": map[string]string{"slug": p.org}, "projects": p.known})
		return
	}
	var body struct{ Name, Slug string }
	json.NewDecoder(r.Body).Decode(&body)
	for _, k := range p.known {
		if k.Slug == body.Slug {
			http.Error(w, `{"error":"Slug already taken"}`, http.StatusConflict)
			return
		}
	}
	p.created++
	made := cloud.Project{ID: fmt.Sprintf("p%d", p.created), Slug: body.Slug, Name: body.Name, OrgID: "o"}
	p.known = append(p.known, made)
	w.WriteHeader(http.StatusCreated)
	json.NewEncoder(w).Encode(map[string]any{"project": made})
}

func backend(t *testing.T) (*projects, *cloud.Client) {
	p := &projects{org: LocalOrg}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return p, &cloud.Client{BaseURL: server.URL, Version: "1.0.0"}
}

func folder(t *testing.T, name string) string {
	dir := filepath.Join(t.TempDir(), name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestEnsureLocalRemembers(t *testing.T) {
	t.Parallel()
	server, client := backend(t)
	dir := folder(t, "Support Bot")
	for range 2 {
		got, err := EnsureLocal(t.Context(), client, dir)
		if want := (Scope{"local", "support-bot", "p1"}); err != nil || got != want {
			t.Fatalf("got %v, %v, want %v", got, err, want)
		}
	}
	// The directory may be renamed: the project stays.
	moved := filepath.Join(filepath.Dir(dir), "other")
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	if got, err := EnsureLocal(t.Context(), client, moved); err != nil || got.ProjectID != "p1" {
		t.Fatalf("moved: got %v, %v", got, err)
	}
	if server.created != 1 {
		t.Errorf("%d projects were created", server.created)
	}
	info, err := os.Stat(filepath.Join(moved, Folder, "local.json"))
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("local.json has mode %v", info.Mode())
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Local(dir); err != ErrNoState {
		t.Errorf("without a file: %v", err)
	}
	put(t, dir, "local.json", `{"orgSlug":"local","projectSlug":"bot","projectId":"p1"}`)
	if got, err := Local(dir); err != nil || got != (Scope{"local", "bot", "p1"}) {
		t.Errorf("got %v, %v", got, err)
	}
	put(t, dir, "local.json", `{`)
	if _, err := Local(dir); err == nil || !strings.Contains(err.Error(), "local.json") {
		t.Errorf("a damaged file: %v", err)
	}
}

func TestEnsureLocalAfterTheBackendLostItsData(t *testing.T) {
	t.Parallel()
	server, client := backend(t)
	dir := folder(t, "bot")
	if _, err := EnsureLocal(t.Context(), client, dir); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "local.json", `{"orgSlug":"local","projectSlug":"bot","projectId":"p1","note":"mine"}`)
	server.forget()
	got, err := EnsureLocal(t.Context(), client, dir)
	if want := (Scope{"local", "bot", "p2"}); err != nil || got != want {
		t.Fatalf("got %v, %v, want %v", got, err, want)
	}
	data, err := os.ReadFile(filepath.Join(dir, Folder, "local.json"))
	if err != nil || !strings.Contains(string(data), `"p2"`) || !strings.Contains(string(data), `"note": "mine"`) {
		t.Errorf("local.json: %s %v", data, err)
	}
}

func TestEnsureLocalTakesTheProjectOfTheSameSlug(t *testing.T) {
	t.Parallel()
	server, client := backend(t)
	server.known = []cloud.Project{{ID: "old", Slug: "bot", Name: "bot", OrgID: "o"}}
	if got, err := EnsureLocal(t.Context(), client, folder(t, "bot")); err != nil || got.ProjectID != "old" {
		t.Fatalf("got %v, %v", got, err)
	}
}

func TestEnsureLocalKeepsADamagedFile(t *testing.T) {
	t.Parallel()
	_, client := backend(t)
	dir := folder(t, "bot")
	put(t, dir, "local.json", "{")
	_, err := EnsureLocal(t.Context(), client, dir)
	data, _ := os.ReadFile(filepath.Join(dir, Folder, "local.json"))
	if err == nil || !strings.Contains(err.Error(), "local.json") || string(data) != "{" {
		t.Errorf("got %v, and the file holds %q", err, data)
	}
}

func TestEnsureLocalAtOnce(t *testing.T) {
	t.Parallel()
	server, client := backend(t)
	dir := folder(t, "bot")
	var runs sync.WaitGroup
	scopes := make([]Scope, 8)
	for i := range scopes {
		runs.Go(func() {
			var err error
			if scopes[i], err = EnsureLocal(context.Background(), client, dir); err != nil {
				t.Error(err)
			}
		})
	}
	runs.Wait()
	for _, s := range scopes {
		if s != scopes[0] {
			t.Errorf("different projects: %v", scopes)
		}
	}
	if server.created != 1 {
		t.Errorf("%d projects were created", server.created)
	}
}
