package server

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-studio/guard"
)

// wire is a connection that takes any bytes for a request.
type wire struct {
	t    *testing.T
	addr string
	conn net.Conn
	in   *bufio.Reader
}

func (w *wire) ask(method, text string) (int, http.Header, string) {
	w.t.Helper()
	if w.conn == nil {
		conn, err := net.Dial("tcp", w.addr)
		must(w.t, err)
		w.conn, w.in = conn, bufio.NewReader(conn)
		w.t.Cleanup(func() { conn.Close() })
	}
	_, err := io.WriteString(w.conn, text)
	must(w.t, err)
	res, err := http.ReadResponse(w.in, &http.Request{Method: method})
	if err != nil {
		w.t.Fatalf("%v after %q", err, text)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(w.t, err)
	if res.Close {
		w.hangUp()
	}
	return res.StatusCode, res.Header, string(body)
}

func (w *wire) hangUp() {
	if w.conn != nil {
		w.conn.Close()
		w.conn = nil
	}
}

var everyMethod = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"}

// S1 to S9, S12: every route x method x Host x Origin x token, over a raw
// socket. What should happen is worked out here a second time, from the rules.
func TestGuardTable(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	port := fmt.Sprint(s.launch.Port)
	passed := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) })
	g, err := guard.New(s.launch, passed)
	must(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	server := &http.Server{Handler: g, DisableGeneralOptionsHandler: true}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	w := &wire{t: t, addr: listener.Addr().String()}

	paths := []string{"/", "/index.html", "/assets/app.js", "/jobs/abc", WellKnown, "/api", "/api/nothing", "/apifoo"}
	paths = append(paths, slices.Sorted(maps.Keys(s.concrete()))...)
	good := map[string]bool{"localhost:" + port: true, "127.0.0.1:" + port: true, "[::1]:" + port: true}
	hosts := []string{"localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port, "localhost", "localhost:1", "evil.example:" + port,
		"192.168.1.5:" + port, "localhost.evil.example:" + port, "127.0.0.1.evil.example:" + port, "0.0.0.0:" + port,
		"localhost:", "localhost:abc", "LOCALHOST:" + port, "127.1:" + port, "localhost:0" + port, ""}
	origins := []string{"", "Origin: http://HOST\r\n", "Origin: http://evil.example\r\n", "Origin: null\r\n", "Origin: https://HOST\r\n",
		"Origin: http://localhost:1\r\n", "Sec-Fetch-Site: same-origin\r\n", "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n",
		"Origin: http://HOST\r\nSec-Fetch-Site: same-origin\r\n", "Origin: http://HOST\r\nOrigin: http://evil.example\r\n"}
	ours := []string{origins[0], origins[1], origins[6], origins[9]}
	header := "X-Arkor-Studio-Token: "
	cookie := "Cookie: arkor_studio_" + port + "="
	tokens := []string{"", header + s.launch.Token, header + s.launch.Token[1:], header + strings.Repeat("A", 43), header,
		cookie + s.launch.Token, "Authorization: Bearer " + s.launch.Token, header + "wrong\r\n" + cookie + s.launch.Token,
		"?studioToken=" + s.launch.Token, header + s.launch.Token + " ", header + strings.ToLower(s.launch.Token),
		header + s.launch.Token + "\r\n" + header + "wrong"}

	asked := 0
	check := func(path, method, host, origin, token string) {
		t.Helper()
		asked++
		target, fields := path, token
		if strings.HasPrefix(token, "?") {
			target, fields = path+token, ""
		}
		if fields != "" {
			fields += "\r\n"
		}
		text := method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + strings.ReplaceAll(origin, "HOST", host) + fields + "Content-Length: 0\r\n\r\n"
		status, h, body := w.ask(method, text)

		api := path == "/api" || strings.HasPrefix(path, "/api/")
		// A server cannot see spaces at the end of a field.
		knows := strings.TrimRight(token, " ") == header+s.launch.Token
		want, wantBody := http.StatusTeapot, ""
		switch {
		case !good[host] && api:
			want, wantBody = 403, `{"error":"Studio API is loopback-only"}`
		case !good[host]:
			want, wantBody = 403, "Studio is loopback-only"
		case api && !(slices.Contains(ours, origin) && knows):
			want, wantBody = 403, `{"error":"Missing or invalid studio token"}`
		}
		if method == "HEAD" {
			wantBody = ""
		}
		if status != want || body != wantBody {
			t.Errorf("%q\ngot %d %q, want %d %q", text, status, body, want, wantBody)
		}
		for name := range h {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%q: %s", text, name)
			}
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Frame-Options") != "DENY" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") ||
			strings.Contains(h.Get("Content-Security-Policy"), "unsafe") || h.Get("Referrer-Policy") != "no-referrer" ||
			h.Get("Cross-Origin-Opener-Policy") != "same-origin" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Fatalf("%q: headers %v", text, h)
		}
	}
	right := header + s.launch.Token
	for _, path := range paths {
		for _, method := range everyMethod {
			for _, host := range hosts {
				check(path, method, host, "", right)
				check(path, method, host, "", "")
			}
			for _, origin := range origins {
				for _, token := range tokens {
					check(path, method, hosts[0], origin, token)
				}
			}
		}
	}
	if asked < 30000 {
		t.Errorf("only %d requests", asked)
	}
}

// S3, S9: what a client might send past the Host header.
func TestGuardOnOddRequests(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	w := &wire{t: t, addr: s.url[len("http://"):]}
	host := fmt.Sprintf("localhost:%d", s.launch.Port)
	token := guard.Header + ": " + s.launch.Token + "\r\n"
	for _, c := range []struct {
		request string
		status  int
	}{
		{"GET / HTTP/1.1\r\n\r\n", 400}, // no Host at all
		{"GET / HTTP/1.0\r\n\r\n", 403},
		{"GET /api/jobs HTTP/1.0\r\n" + token + "\r\n", 403},
		{"GET http://" + host + "/api/jobs HTTP/1.1\r\nHost: " + host + "\r\n" + token + "\r\n", 403},
		{"GET http://evil.example/api/jobs HTTP/1.1\r\nHost: " + host + "\r\n" + token + "\r\n", 403},
		{"GET http://evil.example/ HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 403},
		{"OPTIONS * HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403},
		{"OPTIONS * HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 405},
		{"OPTIONS /api/jobs HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 403}, // S9
		{"CONNECT localhost:22 HTTP/1.1\r\nHost: localhost:22\r\n\r\n", 403},
		{"GET / HTTP/1.1\r\nHost: " + host + "\r\nHost: evil.example\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: " + host + "\r\n\r\n", 403},
		{"GET /%61pi/jobs HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 403},
		{"GET //api/jobs HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 404},
		{"GET /x/../api/jobs HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 404},
		{"GET /api/../api/jobs HTTP/1.1\r\nHost: " + host + "\r\n" + token + "\r\n", 404},
		{"GET /api/jobs/../jobs/a/events HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 403},
		{"GET /api/stream/ HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 403},
		{"GET / HTTP/1.1\r\nHost: " + host + "\r\nX-Long: " + strings.Repeat("x", 80<<10) + "\r\n\r\n", 431}, // S14
	} {
		method, _, _ := strings.Cut(c.request, " ")
		status, _, body := w.ask(method, c.request)
		if status != c.status || strings.Contains(body, "arkor-studio-token") || strings.Contains(body, s.launch.Token) {
			t.Errorf("%.120q: got %d %.80q, want %d", c.request, status, body, c.status)
		}
		w.hangUp()
	}
	if calls, asked := s.calls(), s.cloud.requests(); len(calls) > 0 || len(asked) > 0 {
		t.Errorf("refused requests had effects: %q %v", calls, asked) // S7
	}
}

// F5, A11: no path reaches a file that is not the page's, and no id reaches a
// path of the backend that is not its route's.
func TestTraversalCorpus(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	const canary = "canary-3f9a"
	s.write("bot/src/arkor/index.ts", canary)
	s.write("bot/canary.txt", canary)
	s.write("home/.arkor/credentials.json", canary)
	s.write("canary.txt", canary)
	w := &wire{t: t, addr: s.url[len("http://"):]}
	host := fmt.Sprintf("127.0.0.1:%d", s.launch.Port)

	dots := []string{"..", "%2e%2e", ".%2e", "%2E.", "..%00", "...", "..;", "%252e%252e", ".", "%c0%ae%c0%ae"}
	slashes := []string{"/", "%2f", "%2F", "\\", "%5c", "//", "/./", "%252f", "/%00/"}
	bases := []string{"", "/assets", "/.well-known", "/api", "/api/jobs/j_1"}
	for pattern := range s.routes() {
		bases = append(bases, strings.NewReplacer("{id}", "j_1", "{artifact}", "c", "{keyId}", "k").Replace(pattern))
	}
	slices.Sort(bases) // the same requests in every run
	ends := []string{"etc/passwd", "canary.txt", "home/.arkor/credentials.json", "bot/src/arkor/index.ts", "index.html", "v1/me", "", "events", "cancel", "keys/k", "note", "source", "api/signout", "api/entry"}
	corpus := map[string]bool{}
	for pattern := range s.routes() { // dots in the place of an id
		if !strings.Contains(pattern, "{") {
			continue
		}
		for _, dot := range dots {
			for _, slash := range slashes {
				corpus[strings.NewReplacer("{id}", dot, "{artifact}", dot, "{keyId}", dot).Replace(pattern)] = true
				corpus[strings.NewReplacer("{id}", dot+slash+dot, "{artifact}", dot, "{keyId}", slash).Replace(pattern)] = true
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(from []string) string { return from[random.IntN(len(from))] }
	for fixed := len(corpus); len(corpus) < fixed+4000; {
		path := pick(bases) + pick(slashes)
		for range 1 + random.IntN(5) {
			path += pick(dots) + pick(slashes)
		}
		path += pick(ends)
		if !strings.HasPrefix(path, "/") {
			path = "/" + path
		}
		corpus[path] = true
	}
	for _, path := range slices.Sorted(maps.Keys(corpus)) {
		method := pick([]string{"GET", "GET", "GET", "HEAD", "DELETE", "POST", "PUT", "PATCH"})
		text := method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + guard.Header + ": " + s.launch.Token + "\r\nContent-Length: 0\r\n\r\n"
		status, h, body := w.ask(method, text)
		page := status == 200 && strings.Contains(body, "<title>Arkor Studio</title>")
		switch {
		case strings.Contains(body, canary), strings.Contains(body, "root:"):
			t.Errorf("%s: a file: %.80q", path, body)
		case status == 200 && method == "GET" && !page && h.Get("Content-Type") != "application/json":
			t.Errorf("%s: %d %.80q", path, status, body)
		case status >= 300 && status < 400, status >= 500:
			t.Errorf("%s %s: status %d %.80q", method, path, status, body)
		}
	}
	for _, r := range s.cloud.requests() {
		path, _, _ := strings.Cut(r.URI, "?")
		for _, segment := range strings.Split(path, "/") {
			if segment == "." || segment == ".." || strings.EqualFold(segment, "%2e%2e") {
				t.Errorf("the backend was asked for %s", r.URI)
			}
		}
		if !strings.HasPrefix(path, "/v1/jobs") && !strings.HasPrefix(path, "/v1/endpoints") && !strings.HasPrefix(path, "/v1/datasets/") {
			t.Errorf("the backend was asked for %s", r.URI)
		}
	}
	if n := s.called("build") + s.called("auth login") + s.called("auth logout"); n > 0 {
		t.Errorf("children were started: %q", s.calls())
	}
	for _, name := range []string{"notes.json", "studio.json", "source"} {
		if _, err := os.Stat(filepath.Join(s.dir, ".arkor", name)); !os.IsNotExist(err) {
			t.Errorf("%s was written: %v", name, err)
		}
	}
}
