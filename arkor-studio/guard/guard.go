package guard

import (
	"net"
	"net/http"
	"strconv"
	"strings"
)

// Guard stands in front of every path and method. What it does not know to be
// allowed is refused.
type Guard struct {
	launch Launch
	hosts  map[string]bool
	next   http.Handler
}

// New returns a guard in front of next.
func New(launch Launch, next http.Handler) (*Guard, error) {
	if err := launch.check(); err != nil {
		return nil, err
	}
	g := &Guard{launch: launch, hosts: map[string]bool{}, next: next}
	for _, name := range []string{"127.0.0.1", "localhost", "::1"} {
		g.hosts[net.JoinHostPort(name, strconv.Itoa(launch.Port))] = true
	}
	if launch.Port == 80 { // browsers leave it out
		g.hosts["127.0.0.1"], g.hosts["localhost"], g.hosts["[::1]"] = true, true, true
	}
	return g, nil
}

func (g *Guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	protect(w.Header())
	if isForeign(r) {
		if IsAPI(r) {
			refuse(w, "application/json", `{"error":"This Studio belongs to another user of this machine","code":"other_user"}`)
		} else {
			refuse(w, "text/plain; charset=utf-8", "This Studio belongs to another user of this machine")
		}
		return
	}
	// A page of another site, whose name somebody resolves to this machine,
	// cannot send our Host. A proxy's absolute address is nothing that a browser
	// sends to us.
	if r.URL.Host != "" || !g.hosts[r.Host] {
		if IsAPI(r) {
			refuse(w, "application/json", `{"error":"Studio API is loopback-only"}`)
		} else {
			refuse(w, "text/plain; charset=utf-8", "Studio is loopback-only")
		}
		return
	}
	if IsAPI(r) && !(sameOrigin(r) && g.knows(r)) {
		refuse(w, "application/json", `{"error":"Missing or invalid studio token"}`)
		return
	}
	g.next.ServeHTTP(w, r)
}

// IsAPI reports whether a request is for the API rather than for the page.
func IsAPI(r *http.Request) bool {
	return r.URL.Path == "/api" || strings.HasPrefix(r.URL.Path, "/api/")
}

func refuse(w http.ResponseWriter, contentType, body string) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusForbidden)
	_, _ = w.Write([]byte(body)) // HEAD and a client that is gone lose it
}

// sameOrigin reports whether a request comes from our own page, or from no page
// at all. Browsers say so themselves, and pages cannot change what they say.
func sameOrigin(r *http.Request) bool {
	for _, origin := range r.Header.Values("Origin") {
		if origin != "http://"+r.Host {
			return false
		}
	}
	for _, site := range r.Header.Values("Sec-Fetch-Site") {
		// Another port of this host is another origin of the same site.
		if site != "same-origin" {
			return false
		}
	}
	return true
}

// knows reports whether a request shows the token of the launch, once.
func (g *Guard) knows(r *http.Request) bool {
	tokens := r.Header.Values(Header)
	return len(tokens) == 1 && same(tokens[0], g.launch.Token)
}

// policy lets the page load its own files and ask its own server, and nothing
// else: no script or style inside HTML, no other host, no frame around it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// protect sets what every answer carries, refusals included. There is no CORS
// header among them, and never will be.
func protect(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Content-Security-Policy", policy)
}
