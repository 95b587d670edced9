package oauthflow

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// listener is a callback that somebody waits for.
type listener struct {
	*Callback
	t       *testing.T
	request Request
	ignored atomic.Int32
}

func listen(t *testing.T) *listener {
	t.Helper()
	l := &listener{t: t, request: NewRequest()}
	var err error
	if l.Callback, err = Listen(t.Context(), []int{0}, l.request, func() { l.ignored.Add(1) }); err != nil {
		t.Fatal(err)
	}
	return l
}

// with is a callback's query with our state.
func (l *listener) with(query string) string { return query + "&state=" + l.request.State }

// shown is what the browser got.
type shown struct {
	status      int
	contentType string
	body        string
}

// visit sends the browser to a path of the listener.
func (l *listener) visit(method, path string) (shown, *http.Response) {
	req, err := http.NewRequest(method, strings.TrimSuffix(l.RedirectURI(), "/callback")+path, nil)
	if err != nil {
		l.t.Error(err)
		return shown{}, nil
	}
	client := &http.Client{Transport: &http.Transport{}}
	res, err := client.Do(req)
	if err != nil {
		l.t.Errorf("%s %s: %v", method, path, err)
		return shown{}, nil
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		l.t.Errorf("%s %s: %v", method, path, err)
	}
	return shown{res.StatusCode, res.Header.Get("Content-Type"), string(body)}, res
}

// visiting is visit for a page that comes when the sign-in is over.
func (l *listener) visiting(path string) <-chan shown {
	got := make(chan shown, 1)
	go func() {
		p, _ := l.visit(http.MethodGet, path)
		got <- p
	}()
	return got
}

// finish signs in as it should be, so that whatever came before must have
// changed nothing.
func (l *listener) finish() {
	l.t.Helper()
	got := l.visiting(l.with("/callback?code=good"))
	if code, err := l.Wait(l.t.Context()); code != "good" || err != nil {
		l.t.Errorf("the wait ended with %q, %v", code, err)
	}
	l.Close(nil)
	if p := <-got; p.status != http.StatusOK {
		l.t.Errorf("the last page: %+v", p)
	}
}

const plainText = "text/plain; charset=utf-8"

// O6, O7, App. C9, P1: what is not of this sign-in is answered and changes
// nothing; the wait goes on.
func TestCallbacksThatAreIgnored(t *testing.T) {
	t.Parallel()
	const mismatch = "State mismatch. Aborting to prevent CSRF."
	for _, test := range []struct {
		path    string
		status  int
		body    string
		ignored int32
	}{
		{"/", 404, "Not found", 0},
		{"/favicon.ico", 404, "Not found", 0},
		{"/callback/", 404, "Not found", 0},
		{"/Callback?code=c&state=OURS", 404, "Not found", 0},
		{"/callback", 400, "Missing code/state", 1},
		{"/callback?code=c", 400, "Missing code/state", 1},
		{"/callback?code=c&state=", 400, "Missing code/state", 1},
		{"/callback?code=c&state=wrong", 400, mismatch, 1},
		{"/callback?code=c&state=OURSx", 400, mismatch, 1},
		{"/callback?code=c&state=x&state=OURS", 400, mismatch, 1}, // the first counts
		{"/callback?code=c;state=OURS", 400, "Missing code/state", 1},
		{"/callback?state=wrong", 400, mismatch, 1},
		{"/callback?error=access_denied", 400, mismatch, 1},
		{"/callback?error=access_denied&state=wrong", 400, mismatch, 1},
	} {
		t.Run(test.path, func(t *testing.T) {
			t.Parallel()
			l := listen(t)
			got, _ := l.visit(http.MethodGet, strings.ReplaceAll(test.path, "OURS", l.request.State))
			if want := (shown{test.status, plainText, test.body}); got != want {
				t.Errorf("got %+v", got)
			}
			l.finish()
			if got := l.ignored.Load(); got != test.ignored {
				t.Errorf("%d callbacks were ignored", got)
			}
		})
	}
}

// O6, App. C9: a callback with our state and without a code is the provider's
// refusal.
func TestCallbacksThatFail(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ query, body, err string }{
		{"error=access_denied", "Authentication failed: access_denied", ""},
		{"error=access_denied&code=c", "Authentication failed: access_denied", ""}, // tested first
		{"error=access_denied&error_description=", "Authentication failed: access_denied", ""},
		{"error=e&error_description=no+%26+<b>never</b>", "Authentication failed: e. no & <b>never</b>", ""},
		{"error=e&error_description=" + url.QueryEscape("a\x1b[2J\nb\xff"), "Authentication failed: e. a\x1b[2J\nb\xff", "Authentication failed: e. a [2J b\uFFFD"},
		{"error=e&error_description=" + strings.Repeat("%C3%A9", 400), "Authentication failed: e. " + strings.Repeat("é", 400), "Authentication failed: e. " + strings.Repeat("é", 237)},
		{"x=y", "Missing code/state", "Missing code/state in callback"},
		{"code=", "Missing code/state", "Missing code/state in callback"},
	} {
		l := listen(t)
		got, _ := l.visit(http.MethodGet, l.with("/callback?"+test.query))
		if want := (shown{http.StatusBadRequest, plainText, test.body}); got != want {
			t.Errorf("%s: got %+v", test.query, got)
		}
		want := test.err
		if want == "" {
			want = test.body
		}
		if code, err := l.Wait(t.Context()); code != "" || message(err) != want {
			t.Errorf("%s: the wait ended with %q, %v", test.query, code, err)
		}
		l.Close(nil)
	}
}

// App. C9, C10, O6: the browser shows how it ended, and not before it is known.
func TestCallbackThatCounts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		outcome error
		status  int
		text    string
	}{
		{"success", nil, http.StatusOK, "<h1>Signed in to arkor</h1>\n<p>You can close this tab and return to the terminal.</p>"},
		{"failure", errors.New(`<script>"&'`), http.StatusBadGateway, "<h1>Sign-in failed</h1>\n<p>&lt;script&gt;&#34;&amp;&#39;. Return to the terminal.</p>"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut} {
			l := listen(t)
			first := make(chan shown, 1)
			go func() {
				got, _ := l.visit(method, l.with("/callback?code=c%2Fd"))
				first <- got
			}()
			if code, err := l.Wait(t.Context()); code != "c/d" || err != nil {
				t.Errorf("the wait ended with %q, %v", code, err)
			}
			// O11: it counts once, whatever comes second.
			for _, query := range []string{"code=c%2Fd", "code=other", "error=access_denied", "x=y"} {
				got, _ := l.visit(http.MethodGet, l.with("/callback?"+query))
				if want := (shown{http.StatusGone, plainText, "This sign-in is over. Return to the terminal."}); got != want {
					t.Errorf("a second callback with %s: %+v", query, got)
				}
			}
			select {
			case got := <-first:
				t.Errorf("the browser knows too early: %+v", got)
			default:
			}
			l.Close(test.outcome)
			got := <-first
			if got.status != test.status || got.contentType != "text/html; charset=utf-8" ||
				!strings.Contains(got.body, "<title>arkor CLI</title>") || !strings.Contains(got.body, test.text) || strings.Contains(got.body, "<script>") {
				t.Errorf("%s, %s: %+v", test.name, method, got)
			}
			if l.ignored.Load() != 0 {
				t.Error("one was ignored")
			}
		}
	}
}

// O6, P2: what every answer says to the browser.
func TestCallbackHeaders(t *testing.T) {
	t.Parallel()
	l := listen(t)
	for _, path := range []string{"/", "/callback?code=c&state=wrong", l.with("/callback?error=e"), l.with("/callback?code=c")} {
		_, res := l.visit(http.MethodGet, path)
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
			"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if !res.Close {
			t.Errorf("%s: the connection is kept", path)
		}
	}
	l.Close(nil)
}

func TestTheEndOfTheContextEndsTheWait(t *testing.T) {
	t.Parallel()
	l := listen(t)
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if code, err := l.Wait(ctx); code != "" || err != cause {
		t.Errorf("got %q, %v", code, err)
	}
	l.Close(cause)
}
