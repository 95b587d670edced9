// Package web serves the page. Its files are part of the program; nothing is
// ever read from the disk.
package web

//go:generate go run ../internal/embed

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/arkorlab/arkor-go/arkor-studio/guard"
)

//go:embed dist
var dist embed.FS

// types by ending. The machine's own table is not asked.
var types = map[string]string{
	".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".map": "application/json", ".svg": "image/svg+xml; charset=utf-8",
	".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2", ".html": "text/html; charset=utf-8",
}

// asset is one file of the page.
type asset struct {
	contentType string
	cache       string
	etag        string
	body        []byte
	zipped      func() []byte // nil where compressing gains nothing
}

type pages struct {
	index  []byte
	assets map[string]asset // by path
}

// Handler serves the page of one launch.
func Handler(launch guard.Launch) (http.Handler, error) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	return handler(files, launch)
}

func handler(files fs.FS, launch guard.Launch) (http.Handler, error) {
	p := &pages{assets: map[string]asset{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if name == "index.html" {
			p.index = withToken(body, launch.Token)
			return nil
		}
		p.assets["/"+name] = newAsset(name, body)
		return nil
	})
	if err == nil && p.index == nil {
		err = errors.New("the page has no index.html")
	}
	return p, err
}

// hashed matches names that change with their content.
var hashed = regexp.MustCompile(`-[A-Z0-9]{8}\.[a-z0-9]+$`)

func newAsset(name string, body []byte) asset {
	sum := sha256.Sum256(body)
	a := asset{contentType: types[path.Ext(name)], cache: "no-cache", etag: `"` + hex.EncodeToString(sum[:8]) + `"`, body: body}
	if a.contentType == "" {
		a.contentType = "application/octet-stream"
	}
	if hashed.MatchString(name) {
		a.cache = "public, max-age=31536000, immutable"
	}
	if strings.Contains(a.contentType, "charset") || a.contentType == "application/json" {
		a.zipped = sync.OnceValue(func() []byte { return compress(body) })
	}
	return a
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // a valid level
	_, _ = w.Write(body)                                  // a Buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// withToken puts the launch's token into a page, once.
func withToken(page []byte, token string) []byte {
	meta := `<meta name="arkor-studio-token" content="` + html.EscapeString(token) + `">`
	if head, rest, ok := bytes.Cut(page, []byte("</head>")); ok {
		return []byte(string(head) + meta + "</head>" + string(rest))
	}
	return []byte(meta + string(page))
}

// file matches paths that ask for a file; any other is a view of the page.
var file = regexp.MustCompile(`(?i)\.[a-z0-9]+$`)

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		text(w, http.StatusMethodNotAllowed, "Method not allowed")
		return
	}
	asked := r.URL.Path
	if found, ok := p.assets[asked]; ok {
		found.serve(w, r)
		return
	}
	trimmed := strings.TrimSuffix(asked, "/")
	if strings.ContainsAny(asked, "\\\x00") || trimmed != "" && path.Clean(asked) != trimmed ||
		asked != "/index.html" && file.MatchString(asked) {
		text(w, http.StatusNotFound, "Not found")
		return
	}
	h := w.Header()
	h.Set("Content-Type", types[".html"])
	h.Set("Cache-Control", "no-store") // it carries the token
	_, _ = w.Write(p.index)            // of a HEAD the server keeps the body
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("Cache-Control", a.cache)
	h.Set("ETag", a.etag)
	body := a.body
	if a.zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body = a.zipped()
		}
	}
	if r.Header.Get("If-None-Match") == a.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(body)
}

func acceptsGzip(r *http.Request) bool {
	for _, offer := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.ReplaceAll(offer, " ", ""), ";")
		if name == "gzip" {
			return strings.Trim(strings.TrimPrefix(quality, "q="), "0.") != "" || quality == ""
		}
	}
	return false
}

func text(w http.ResponseWriter, status int, body string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}
