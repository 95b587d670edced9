package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/arkorlab/arkor-go/arkor-studio/guard"
)

var launch = guard.Launch{Port: 4000, Token: `a&b<c>"d'e0123456`}

func get(t *testing.T, h http.Handler, method, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, "http://localhost:4000/", nil)
	r.URL.Path = path
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func bodyOf(t *testing.T, res *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

const page = "<html><head><title>t</title></head><body></body></html>"

func site(t *testing.T) http.Handler {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"index.html": page, "assets/app-ABCDEFGH.js": strings.Repeat("let a;", 100), "a.css": "a{}", "a.json": "{}", "a.map": "{}", "a.svg": "<svg/>",
		"a.png": "p", "a.ico": "i", "a.woff2": "w", "a.mjs": "m", "other.html": "<p>", "a.bin": "b", "a.wasm": "w",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	h, err := handler(files, launch)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// F1, F3, F8, S10.
func TestThePage(t *testing.T) {
	t.Parallel()
	h := site(t)
	want := `<html><head><title>t</title><meta name="arkor-studio-token" content="a&amp;b&lt;c&gt;&#34;d&#39;e0123456"></head><body></body></html>`
	for _, path := range []string{"/", "/index.html", "/jobs/abc", "/jobs/", "/a.b/c"} {
		res := get(t, h, "GET", path)
		if body := bodyOf(t, res); res.StatusCode != 200 || body != want || res.Header.Get("Content-Type") != "text/html; charset=utf-8" || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s %v", path, res.StatusCode, body, res.Header)
		}
		if got := res.Header.Get("Set-Cookie"); got != "" {
			t.Errorf("%s: %s", path, got)
		}
	}
	if got := string(withToken([]byte("no head"), "t")); got != `<meta name="arkor-studio-token" content="t">no head` {
		t.Error(got)
	}
}

// F2, F4, F5, F6.
func TestFiles(t *testing.T) {
	t.Parallel()
	h := site(t)
	for path, contentType := range map[string]string{
		"/assets/app-ABCDEFGH.js": "text/javascript; charset=utf-8", "/a.mjs": "text/javascript; charset=utf-8", "/a.css": "text/css; charset=utf-8",
		"/a.json": "application/json", "/a.map": "application/json", "/a.svg": "image/svg+xml; charset=utf-8", "/a.png": "image/png", "/a.ico": "image/x-icon",
		"/a.woff2": "font/woff2", "/other.html": "text/html; charset=utf-8", "/a.bin": "application/octet-stream", "/a.wasm": "application/octet-stream",
	} {
		res := get(t, h, "GET", path)
		if body := bodyOf(t, res); res.StatusCode != 200 || res.Header.Get("Content-Type") != contentType || strings.Contains(body, "token") || res.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %s %s", path, res.StatusCode, res.Header.Get("Content-Type"), body)
		}
	}
	for _, path := range []string{"/none.js", "/assets/none.CSS", "/../a.css", "/assets/../a.css", "/..\\a.css", "//etc/passwd", "/a\x00", "/./", "/assets//x", "/.env"} {
		if res := get(t, h, "GET", path); res.StatusCode != 404 || bodyOf(t, res) != "Not found" {
			t.Errorf("%q: %d", path, res.StatusCode)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
		if res := get(t, h, method, "/"); res.StatusCode != 405 || res.Header.Get("Allow") != "GET, HEAD" || strings.Contains(bodyOf(t, res), "token") {
			t.Errorf("%s: %d", method, res.StatusCode)
		}
	}
}

// F8, F9.
func TestCachingAndCompression(t *testing.T) {
	t.Parallel()
	h := site(t)
	const app = "/assets/app-ABCDEFGH.js"
	res := get(t, h, "GET", app, "Accept-Encoding", "br, gzip")
	packed, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(packed)
	if err != nil || string(body) != strings.Repeat("let a;", 100) || res.Header.Get("Content-Encoding") != "gzip" || res.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("%s %v", body, res.Header)
	}
	if got := res.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Error(got)
	}
	for _, accept := range []string{"", "br", "gzip;q=0", "gzip; q=0.0", "x-gzip"} {
		if res := get(t, h, "GET", app, "Accept-Encoding", accept); res.Header.Get("Content-Encoding") != "" {
			t.Errorf("%q: %v", accept, res.Header)
		}
	}
	for _, accept := range []string{"gzip;q=0.5", "br;q=1, gzip;q=1"} {
		if res := get(t, h, "GET", app, "Accept-Encoding", accept); res.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%q: %v", accept, res.Header)
		}
	}
	res = get(t, h, "GET", "/a.css")
	etag := res.Header.Get("ETag")
	if res.Header.Get("Cache-Control") != "no-cache" || etag == "" {
		t.Errorf("%v", res.Header)
	}
	if res := get(t, h, "GET", "/a.css", "If-None-Match", etag); res.StatusCode != 304 || bodyOf(t, res) != "" {
		t.Errorf("%d", res.StatusCode)
	}
	if res := get(t, h, "GET", "/", "Accept-Encoding", "gzip"); res.Header.Get("Content-Encoding") != "" {
		t.Error("the page with the token is compressed")
	}
}

// S13, S17: the page that is committed needs no script or style inside it, and
// nothing of other hosts.
func TestTheCommittedPage(t *testing.T) {
	t.Parallel()
	h, err := Handler(launch)
	if err != nil {
		t.Fatal(err)
	}
	html := bodyOf(t, get(t, h, "GET", "/"))
	if !strings.Contains(html, "<title>Arkor Studio</title>") || regexp.MustCompile(`<script[^>]*>[^<]|<style|style=|\son\w+=|https?://`).MatchString(html) {
		t.Error(html)
	}
	refs := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(html, -1)
	if len(refs) < 4 {
		t.Error(html)
	}
	for _, ref := range refs {
		if res := get(t, h, "GET", ref[1]); res.StatusCode != 200 {
			t.Errorf("%s: %d", ref[1], res.StatusCode)
		}
	}
	var total bytes.Buffer
	_ = fs.WalkDir(dist, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			data, _ := fs.ReadFile(dist, name)
			total.Write(compress(data))
		}
		return err
	})
	if total.Len() > 150<<10 {
		t.Errorf("the page is %d bytes", total.Len())
	}
}
