package browser

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"

	"github.com/arkorlab/arkor-go/shared/openidtest"
)

// front stands before a backend that others use too: what a test puts there
// answers in its place.
type front struct {
	*httptest.Server
	provider *openidtest.Provider

	mu      sync.Mutex
	answers map[string]http.HandlerFunc // by method and path
}

// newFront starts a backend that takes anonymous identities and accounts of a
// provider.
func newFront(t *testing.T, p *project) *front {
	t.Helper()
	f := &front{provider: openidtest.Start(), answers: map[string]http.HandlerFunc{}}
	t.Cleanup(f.provider.Close)
	cmd := exec.Command(filepath.Join(binaries, "arkor-backend"), "serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(p.home, "team"), "--anonymous",
		"--oidc-issuer", f.provider.Issuer(), "--oidc-client", openidtest.ClientID, "--oidc-audience", openidtest.Audience)
	cmd.Dir, cmd.Env = p.home, p.env
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	address := regexp.MustCompile(`http://\S+`).FindString(line)
	target, parseErr := url.Parse(address)
	if err != nil || address == "" || parseErr != nil {
		t.Fatalf("arkor backend serve: %q %v", line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	proxy := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		answer := f.answers[r.Method+" "+r.URL.Path]
		if answer == nil {
			answer = f.answers["*"]
		}
		f.mu.Unlock()
		if answer != nil {
			answer(w, r)
		}
		if answer == nil || w.Header().Get("X-Go-On") != "" {
			w.Header().Del("X-Go-On")
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() { f.CloseClientConnections(); f.Close() })
	return f
}

// on answers a request, like "GET /v1/jobs"; "*" is every one. An answer with the
// header X-Go-On is the backend's.
func (f *front) on(request string, answer http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[request] = answer
}

func refuse(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"error":"the test says no"}`)
	}
}

// serveFronted starts a Studio that works on such a backend, with an anonymous
// identity.
func serveFronted(t *testing.T) (*studio, *front) {
	t.Helper()
	p := newProject(t)
	f := newFront(t, p)
	p.env = append(p.env, "ARKOR_BACKEND="+f.URL)
	return serve(t, p), f
}
