package guard

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// L2: what a launch's secret looks like, and that a short one is refused.
func TestLaunch(t *testing.T) {
	t.Parallel()
	a, b := NewLaunch(4000), NewLaunch(4000)
	form := regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)
	seen := map[string]bool{}
	for _, secret := range []string{a.Token, b.Token} {
		if !form.MatchString(secret) || seen[secret] {
			t.Errorf("%s", secret)
		}
		seen[secret] = true
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, a); strings.Contains(text, a.Token) {
			t.Errorf("%s shows a secret", verb)
		}
	}
	for _, l := range []Launch{{4000, strings.Repeat("a", 15)}, {4000, ""}} {
		if _, err := New(l, http.NotFoundHandler()); err == nil {
			t.Errorf("%d characters are enough", len(l.Token))
		}
	}
	if _, err := New(Launch{4000, strings.Repeat("a", 16)}, http.NotFoundHandler()); err != nil {
		t.Error(err)
	}
}

// On port 80 browsers leave the port out, there and nowhere else.
func TestPort80(t *testing.T) {
	t.Parallel()
	for _, port := range []int{80, 4000} {
		g, err := New(NewLaunch(port), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		if err != nil {
			t.Fatal(err)
		}
		for _, host := range []string{"localhost", "127.0.0.1", "[::1]"} {
			r := httptest.NewRequest("GET", "/", nil)
			r.Host = host
			w := httptest.NewRecorder()
			g.ServeHTTP(w, r)
			if (w.Code == 200) != (port == 80) {
				t.Errorf("%s on port %d: %d", host, port, w.Code)
			}
		}
	}
}

// Whatever stands in a request: without a secret of the launch it is refused.
func FuzzGuard(f *testing.F) {
	f.Add("GET", "/api/jobs/a%2Fb/events", "localhost:4000", "", "")
	f.Add("OPTIONS", "*", "localhost:4000", "http://localhost:4000", "x")
	f.Add("GET", "http://localhost:4000/api/stream", "[::1]:4000", "null", "")
	f.Fuzz(func(t *testing.T, method, target, host, origin, token string) {
		launch := NewLaunch(4000)
		g, err := New(launch, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if IsAPI(r) {
				t.Errorf("%s %s of %s got through", method, target, host)
			}
			if r.Host != "localhost:4000" && r.Host != "127.0.0.1:4000" && r.Host != "[::1]:4000" {
				t.Errorf("the host %q got through", r.Host)
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequest(method, "http://x/", nil)
		if err != nil {
			return
		}
		if u, err := r.URL.Parse(target); err == nil {
			u.Scheme, u.Host = "", ""
			r.URL = u
		}
		r.Host = host
		r.Header = http.Header{"Origin": {origin}, Header: {token}}
		g.ServeHTTP(httptest.NewRecorder(), r)
	})
}
