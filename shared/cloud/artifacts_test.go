package cloud

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// artifactServer has one artifact, of the bytes that it is given.
func artifactServer(t *testing.T, body string, a Artifact) *Client {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/jobs/j/artifacts", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("orgSlug") != "o" || r.URL.Query().Get("projectSlug") != "p" {
			w.WriteHeader(http.StatusBadRequest)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"artifacts": []Artifact{a}})
	})
	mux.HandleFunc("GET /v1/jobs/j/artifacts/a_1", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(body))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return &Client{BaseURL: server.URL, Version: "1.0.0"}
}

// Rule 8.6: the client checks size and hash, and renames.
func TestDownload(t *testing.T) {
	t.Parallel()
	const body = "the weights"
	good := Artifact{ID: "a_1", Kind: "adapter", Name: "final/sub/weights", Size: int64(len(body)), SHA256: hashOf(body)}
	scope := Scope{"o", "p"}
	c := artifactServer(t, body, good)
	list, err := c.Artifacts(t.Context(), scope, "j")
	if diff := cmp.Diff([]Artifact{good}, list); err != nil || diff != "" {
		t.Fatal(err, diff)
	}
	dir := t.TempDir()
	seen := int64(0)
	if err := c.Download(t.Context(), scope, "j", good, dir, "final/", func(n int64) { seen = n }); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "sub", "weights")); err != nil || string(data) != body || seen != good.Size {
		t.Error(string(data), err, seen)
	}
}

func TestDownloadRefusesDamage(t *testing.T) {
	t.Parallel()
	const body = "the weights"
	for name, served := range map[string]string{"short": "the weigh", "long": body + "!", "changed": "THE weights"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := Artifact{ID: "a_1", Name: "final/weights", Size: int64(len(body)), SHA256: hashOf(body)}
			dir := t.TempDir()
			err := artifactServer(t, served, a).Download(t.Context(), Scope{"o", "p"}, "j", a, dir, "final/", nil)
			var damaged *DamagedError
			if !errors.As(err, &damaged) || !strings.HasPrefix(err.Error(), "final/weights is damaged: it should be ") {
				t.Error(err)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("%v is left", left)
			}
		})
	}
}

// Rule 8.6: a name that leaves the target folder is rejected, before a byte is fetched.
func TestDownloadRefusesNames(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	dir := filepath.Join(parent, "in")
	for _, name := range []string{"final/../../x", "final//etc/passwd", "final/", "other/x", "final/a/../../x", `final/..\x`, "final/.."} {
		a := Artifact{ID: "a_1", Name: name, Size: 0, SHA256: hashOf("")}
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // so that a request would be another error
		err := (&Client{BaseURL: "http://127.0.0.1:1"}).Download(ctx, Scope{}, "j", a, dir, "final/", nil)
		if err == nil || !strings.Contains(err.Error(), "leads out of its folder") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, _ := os.ReadDir(parent); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func TestArtifactsThatLackWhatIsNeeded(t *testing.T) {
	t.Parallel()
	for _, a := range []Artifact{{Name: "x", SHA256: hashOf("")}, {ID: "a_1", SHA256: hashOf("")}, {ID: "a_1", Name: "x", SHA256: "12"}, {ID: "a_1", Name: "x", Size: -1, SHA256: hashOf("")}} {
		if _, err := artifactServer(t, "", a).Artifacts(t.Context(), Scope{"o", "p"}, "j"); err == nil {
			t.Errorf("%+v was accepted", a)
		}
	}
}
