package project

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

const personal = "anon-1f2e"

func personalCloud(t *testing.T) (*projects, *cloud.Client) {
	server, client := backend(t)
	server.org = personal
	return server, client
}

func stateOf(t *testing.T, dir string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, StateFile))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// S7, S8, App. E5, K: an anonymous first run creates the project and remembers it.
func TestEnsureCloudCreates(t *testing.T) {
	t.Parallel()
	server, client := personalCloud(t)
	dir := folder(t, "Support Bot")
	for range 2 {
		got, err := EnsureCloud(t.Context(), client, dir, personal)
		if want := (Scope{personal, "support-bot", "p1"}); err != nil || got != want {
			t.Fatalf("got %v, %v", got, err)
		}
	}
	want := "{\n  \"orgSlug\": \"anon-1f2e\",\n  \"projectSlug\": \"support-bot\",\n  \"projectId\": \"p1\"\n}\n"
	if got := stateOf(t, dir); got != want {
		t.Errorf("state.json is %s", got)
	}
	if server.created != 1 || server.known[0].Name != "Support Bot" { // E2: the name is sent unchanged
		t.Errorf("created %d: %v", server.created, server.known)
	}
}

// S8, E5: a slug that is taken is the project; any other refusal is the answer.
func TestEnsureCloudAfterAConflict(t *testing.T) {
	t.Parallel()
	server, client := personalCloud(t)
	server.known = []cloud.Project{{ID: "old", Slug: "bot", Name: "Bot", OrgID: "o"}}
	if got, err := EnsureCloud(t.Context(), client, folder(t, "bot"), personal); err != nil || got.ProjectID != "old" {
		t.Errorf("got %v, %v", got, err)
	}
	for status, lists := range map[int]int{http.StatusConflict: 1, http.StatusForbidden: 0} {
		listed := 0
		refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				listed++
				w.Write([]byte(`{"projects":[]}`))
				return
			}
			w.WriteHeader(status)
			w.Write([]byte(`{"error":"no"}`))
		}))
		_, err := EnsureCloud(t.Context(), &cloud.Client{BaseURL: refusing.URL}, folder(t, "bot"), personal)
		refusing.Close()
		var failed *cloud.StatusError
		if !errors.As(err, &failed) || failed.Status != status || listed != lists {
			t.Errorf("%d: got %v after %d lists", status, err, listed)
		}
	}
}

// S2, S4, S5, E1, E6: who may use a file that is there.
func TestEnsureCloudWithAState(t *testing.T) {
	t.Parallel()
	_, client := personalCloud(t)
	for _, c := range []struct {
		name, state, personalOrg string
		want                     error
	}{
		{"anonymous, its own", `{"orgSlug":"anon-1f2e","projectSlug":"","projectId":""}`, personal, nil},
		{"anonymous, somebody else's", `{"orgSlug":"acme","projectSlug":"b","projectId":"p"}`, personal, ErrStateMismatch},
		{"an account, any", `{"orgSlug":"acme","projectSlug":"b","projectId":"p"}`, "", nil},
	} {
		dir := t.TempDir()
		put(t, dir, "state.json", c.state)
		if _, err := EnsureCloud(t.Context(), client, dir, c.personalOrg); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := stateOf(t, dir); got != c.state {
			t.Errorf("%s: the file became %s", c.name, got)
		}
	}
	dir := t.TempDir()
	put(t, dir, "state.json", "{half") // S1
	if _, err := EnsureCloud(t.Context(), client, dir, personal); err == nil || !strings.Contains(err.Error(), "state.json") || stateOf(t, dir) != "{half" {
		t.Errorf("a damaged file: %v", err)
	}
}

// S6: the words that other programs look for, and what to do.
func TestEnsureCloudWithoutAState(t *testing.T) {
	t.Parallel()
	_, client := personalCloud(t)
	_, err := EnsureCloud(t.Context(), client, t.TempDir(), "")
	want := "No .arkor/state.json found. Create it by hand with { orgSlug, projectSlug, projectId } pointing at the project you want to use."
	if err == nil || err.Error() != want || !strings.Contains(cli.HintOf(err), "arkor login") {
		t.Errorf("got %v, %q", err, cli.HintOf(err))
	}
}

// S10: two first runs, one project.
func TestEnsureCloudAtOnce(t *testing.T) {
	t.Parallel()
	server, client := personalCloud(t)
	dir := folder(t, "bot")
	var runs sync.WaitGroup
	for range 8 {
		runs.Go(func() {
			if got, err := EnsureCloud(t.Context(), client, dir, personal); err != nil || got.ProjectID != "p1" {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	runs.Wait()
	if server.created != 1 {
		t.Errorf("%d projects were created", server.created)
	}
}

func TestBindKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	scope := Scope{"acme", "bot", "p_1"}
	if err := Bind(t.Context(), dir, scope); err != nil {
		t.Fatal(err)
	}
	if err := Bind(t.Context(), dir, Scope{"b", "b", "b"}); err == nil {
		t.Error("it was overwritten")
	}
	if got, err := State(dir); err != nil || got != scope {
		t.Errorf("got %v, %v", got, err)
	}
}
