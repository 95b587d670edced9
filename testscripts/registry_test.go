//go:build unix

package testscripts

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// serveProgramPackages is a registry with our packages of programs, all of the
// platforms, as the package arkor asks for them. Nobody may fetch one that is
// for another machine but yarn 1, which fetches first and looks then.
func serveProgramPackages(t *testing.T, p packed) *httptest.Server {
	t.Helper()
	tarball, err := os.ReadFile(p.tarball(p.platform))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum512(tarball)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		// Some ask for @arkor/linux-x64, others for @arkor%2flinux-x64.
		name, ok := strings.CutPrefix(r.URL.Path, "/@arkor/")
		os, cpu, named := strings.Cut(name, "-")
		if !ok || !named || strings.Contains(cpu, "/") {
			http.NotFound(w, r)
			return
		}
		version := map[string]any{
			"name": "@arkor/" + name, "version": packedVersion, "os": []string{os}, "cpu": []string{cpu},
			"preferUnplugged": true,
			"dist": map[string]any{
				"tarball":   server.URL + "/tarballs/" + name + ".tgz",
				"integrity": "sha512-" + base64.StdEncoding.EncodeToString(sum[:]),
			},
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"name": "@arkor/" + name, "dist-tags": map[string]string{"latest": packedVersion},
			"versions": map[string]any{packedVersion: version},
			"time":     map[string]string{packedVersion: "2020-01-01T00:00:00.000Z"}, // managers wait before they trust a new one
		})
	})
	mux.HandleFunc("/tarballs/", func(w http.ResponseWriter, r *http.Request) {
		if filepath.Base(r.URL.Path) != p.platform+".tgz" && !strings.HasPrefix(r.UserAgent(), "yarn/1.") {
			t.Errorf("%s was fetched on %s", r.URL.Path, p.platform)
		}
		_, _ = w.Write(tarball)
	})
	return server
}
