package oauthflow

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cli/oauth/api"
)

// O7: whatever the query, a state other than ours never yields an outcome, and
// what the provider says does not steer the terminal.
func FuzzCallback(f *testing.F) {
	const ours = "T5Vw0kxQZJtYt0q7yQ9a1g"
	for _, query := range []string{
		"", "code=c&state=" + ours, "state=" + ours, "error=e&error_description=d&state=" + ours, "code=c&state=x&state=" + ours,
		"code=c&state=" + ours + "%00", "code=%zz&state=" + ours, "a=b;state=" + ours, "state=%54" + ours[1:] + "&code=c", "error=%1b%5b2J&state=" + ours,
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		ignored := 0
		c := &Callback{state: ours, ignored: func() { ignored++ }, arrived: make(chan arrival, 1), done: make(chan struct{})}
		close(c.done)
		res := httptest.NewRecorder()
		c.ServeHTTP(res, &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/callback", RawQuery: query}})
		isOurs := false
		for pair := range strings.SplitSeq(query, "&") { // the first state decides
			name, value, _ := strings.Cut(pair, "=")
			name, nameErr := url.QueryUnescape(name)
			value, valueErr := url.QueryUnescape(value)
			if name == "state" && nameErr == nil && valueErr == nil && !strings.Contains(pair, ";") {
				isOurs = value == ours
				break
			}
		}
		select {
		case a := <-c.arrived:
			if !isOurs || ignored != 0 || (a.code == "") == (a.err == nil) {
				t.Errorf("code %q, error %v, %d ignored", a.code, a.err, ignored)
			}
			if a.err != nil {
				checkShown(t, a.err.Error())
			}
		default:
			if isOurs || ignored != 1 || res.Code != http.StatusBadRequest {
				t.Errorf("status %d, %d ignored", res.Code, ignored)
			}
		}
	})
}

// checkShown checks what a text that is shown must be, whoever wrote it.
func checkShown(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) || len(text) > maxShown {
		t.Errorf("%d bytes: %q", len(text), text)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
		t.Errorf("steers the terminal: %q", text)
	}
}

// O8: an error repeats no token.
func FuzzShown(f *testing.F) {
	for _, text := range []string{
		"", "plain", "\x1b]0;title\x07", strings.Repeat("a", 19), strings.Repeat("a", 600), "x" + strings.Repeat("é", 400),
		`{"access_token":"eyJhbGciOi.JSUzI1N-iIsInR_5cCI6"}`, "\xff" + strings.Repeat("\xe2\x80", 300), "\u202e\u2066\u009b",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		post := &poster{body: []byte(text)}
		got := post.shown()
		checkShown(t, got)
		run := 0
		for _, r := range got {
			if r < utf8.RuneSelf && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("_-.~+/=", r)) {
				run++
			} else {
				run = 0
			}
			if run >= 20 {
				t.Fatalf("looks like a token: %q", got)
			}
		}
	})
}

// App. B9: no answer makes us panic, or hold for longer than anybody lives.
func FuzzAnswers(f *testing.F) {
	for _, body := range []string{
		"", "null", "[]", "{}", `{"expires_in":3600}`, `{"expires_in":"3600"}`, `{"expires_in":1e308}`, `{"expires_in":-1}`,
		`{"device_code":"d"}`, `{"device_code":1,"interval":null}`, `{"device_code":"d","interval":0,"Interval":[]}`, `{"expires_in":9223372036854775807}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		post := &poster{body: body, at: time.Unix(1_700_000_000, 0)}
		tokens, err := post.tokens(&api.AccessToken{Token: "a", RefreshToken: "r"})
		if err != nil || tokens.Access != "a" || tokens.Refresh != "r" || tokens.ClockOffset != 0 {
			t.Errorf("%+v, %v", tokens, err)
		}
		if at := tokens.ExpiresAt; at != nil && (*at < 1_700_000_000 || *at > 1_700_000_000+100*365*24*3600) {
			t.Errorf("holds until %d", *at)
		}
		complete := withInterval(body)
		if bytes.Equal(complete, body) {
			return
		}
		var before, after map[string]any
		if json.Unmarshal(body, &before) != nil || json.Unmarshal(complete, &after) != nil {
			t.Fatalf("%q became %q", body, complete)
		}
		if before["interval"] != nil || after["interval"] != 5.0 {
			t.Errorf("%q became %q", body, complete)
		}
	})
}
