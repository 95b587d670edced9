package dataset

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-backend/blob"
	"github.com/arkorlab/arkor-go/arkor-backend/outbound"
)

// serve answers on a loopback port until the test ends.
func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); <-done })
	return "http://" + listener.Addr().String()
}

func newFetcher(t *testing.T) *Fetcher {
	t.Helper()
	blobs, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &Fetcher{Blobs: blobs, MaxBytes: 100, Rules: outbound.Rules{AllowPrivate: true}}
}

func TestTokenStaysWithItsHost(t *testing.T) {
	t.Parallel()
	var seen []string
	note := func(r *http.Request) { seen = append(seen, r.URL.Path+" "+r.Header.Get("Authorization")) }
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { note(r); _, _ = io.WriteString(w, "content") })
	var here string
	here = serve(t, func(w http.ResponseWriter, r *http.Request) {
		note(r)
		switch r.URL.Path {
		case "/a":
			http.Redirect(w, r, here+"/b", http.StatusFound)
		case "/b":
			http.Redirect(w, r, other+"/c", http.StatusFound)
		}
	})
	in, name, err := newFetcher(t).Fetch(context.Background(), here+"/a", "t0k")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Discard()
	if diff := cmp.Diff([]string{"/a Bearer t0k", "/b Bearer t0k", "/c "}, seen); diff != "" {
		t.Error(diff)
	}
	if name != "a" || in.Size != 7 {
		t.Errorf("got %q, %d bytes", name, in.Size)
	}
}

func TestFetchRefusals(t *testing.T) {
	t.Parallel()
	here := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/large":
			_, _ = io.WriteString(w, strings.Repeat("x", 101))
		case "/cut":
			w.Header().Set("Content-Length", "50")
			_, _ = io.WriteString(w, "x")
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	})
	f := newFetcher(t)
	for path, want := range map[string]string{
		"/large": "is longer than 100 bytes", "/cut": "unexpected EOF", "/loop": "redirected more than 5 times",
		"/file": "redirected to a URL that is not an absolute URL", "/missing": "dataset " + here + "/missing: the server answered 404 Not Found",
	} {
		_, _, err := f.Fetch(context.Background(), here+path+"?signature=t0psecret", "")
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "t0psecret") {
			t.Errorf("%s: %v", path, err)
		}
	}
	err := filepath.WalkDir(filepath.Dir(filepath.Dir(f.Blobs.Path(strings.Repeat("0", 64)))), func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}

	f.AllowPrivate = false
	for url, want := range map[string]string{
		here + "/large": "must begin with https://",
		strings.Replace(here, "http:", "https:", 1): "127.0.0.1 is not a public address",
		"https://localhost:1/x":                     "is not a public address",
		"https://[::1]:1/x":                         "is not a public address",
		"https://[::ffff:127.0.0.1]:1/x":            "is not a public address",
		"https://user@example.test/x":               "must not hold a user name",
		"ftp://example.test/x":                      "must begin with https://",
		"//example.test/x":                          "must begin with https://",
		"https:///x":                                "is not an absolute URL",
		"https://2130706433/x":                      "", // some resolvers take a number for an address
		"https:example.test":                        "is not an absolute URL",
	} {
		if _, _, err := f.Fetch(context.Background(), url, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", url, err)
		}
	}
}
