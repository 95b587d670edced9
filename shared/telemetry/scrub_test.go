package telemetry

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
)

func TestScrub(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"", ""},
		{"no trainer", "no trainer"},
		{"Failed to acquire anonymous token (503): upstream is down", "Failed to acquire anonymous token (503): upstream is down"},
		{"this build can't sign in; set ARKOR_TOKEN or pass --no-browser", "this build can't sign in; set ARKOR_TOKEN or pass --no-browser"},
		{"open /home/ada/app/a.ts: permission denied", "open * permission denied"},
		{"open /home/ada/my secret plan/b c.ts: permission denied", "open * permission denied"},
		{`open C:\Users\Ada Byron\plan.ts: Access is denied.`, "open * Access is denied."},
		{"no trainer at src/arkor/index.ts", "no trainer at *"},
		{"train.jsonl:3: not JSON", "* not JSON"},
		{"cannot reach https://api.example.test (GET /v1/me): connection refused", "cannot reach * (GET * connection refused"},
		{"look up api.example.test: no such host", "look up * no such host"},
		{"listen tcp 127.0.0.1:52521: bind: address already in use", "listen tcp * bind: address already in use"},
		{"mail ada@example.test about it", "mail * about it"},
		{"project \"acme plan\" is taken", "project * is taken"},
		{`project "a "quoted" plan" is taken`, "project * is taken"},
		{`name "ends nowhere: acme plan`, "name *"},
		{"unknown option '--acme', and it's wrong", "unknown option * and it's wrong"},
		{"it's 'my plan' that isn't there", "it's * that isn't there"},
		{"run `arkor login acme` again", "run * again"},
		{"the plan “acme plan” is taken", "the plan * is taken"},
		{"token anon_t0k was refused", "token * was refused"},
		{"key sk-live-abcdef", "key *"},
		{"key QwErTyUiOp", "key *"},
		{"key qwertyuiopasdfghjkl", "key *"},
		{"key 123456789", "key *"},
		{"org anon-1f2e and my-secret-project", "org * and *"},
		{"Réglages privés", "*"},
		{"two\nlines\tof words", "two lines of words"},
		{"\x1b[31mred", "*"},
	}
	for _, tt := range tests {
		if got := scrub(tt.in, nil); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestScrubTakesOutWhatIsPersonal(t *testing.T) {
	t.Parallel()
	env := cli.Env{
		Dir: "/srv/Peach Plan", Args: []string{"init", "plum", "--template", "pear", "--name=cherry", "-y"},
		Environ: []string{"HOME=/home/Ada Byron"},
	}
	for in, want := range map[string]string{
		"nothing in Peach Plan":            "nothing in *",
		"plum exists, pear does not":       "* exists, * does not",
		"cherry is taken":                  "* is taken",
		"init failed":                      "init failed",
		"/home/Ada Byron is full":          "* is full",
		"user Ada Byron is over quota":     "user * is over quota",
		"cd /srv/Peach Plan/sub dir: gone": "cd * gone",
	} {
		if got := scrub(in, newSecrets(personal(env, nil)...)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for _, err := range []error{
		fmt.Errorf("a: %w", &fs.PathError{Op: "open", Path: "apple pie", Err: fs.ErrNotExist}),
		fmt.Errorf("b: %w", &url.Error{Op: "Get", URL: "apple pie", Err: errors.New("refused")}),
	} {
		if got := scrub(err.Error(), newSecrets(personal(env, err)...)); strings.Contains(got, "apple") || strings.Contains(got, "pie") {
			t.Errorf("%v: %q", err, got)
		}
	}
}

// Whatever an error says, no property of any event holds a token.
func TestNoTokenLeaves(t *testing.T) {
	t.Parallel()
	access := webToken(`{"sub":"auth0|7"}`)
	const anonymous = "plainlettertoken" // nothing but the file tells that it is one
	wrappings := []func(string) string{
		func(s string) string { return s },
		func(s string) string { return "the token " + s + " was refused" },
		func(s string) string { return "Bearer " + s + ": refused" },
		func(s string) string { return `{"access_token":"` + s + `"}` },
		func(s string) string { return fmt.Sprintf("header %q", s) },
		func(s string) string { return "GET https://api.example.test/v1/me?token=" + s + " failed" },
		func(s string) string { return url.QueryEscape("a b=" + s) },
		func(s string) string { return "/home/ada/" + s + "/x: gone" },
		func(s string) string { return strings.Repeat("word ", 38) + s }, // at the cut
		func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		func(s string) string { return hex.EncodeToString([]byte(s)) },
		func(s string) string { return s[:10] + "\n" + s },
	}
	files := map[string]struct {
		content string
		tokens  []string
	}{
		"anon":  {`{"mode":"anon","token":"` + anonymous + `","anonymousId":"an_1"}`, []string{anonymous}},
		"oauth": {`{"mode":"oauth","accessToken":"` + access + `","refreshToken":"rt_refresh","more":"hidden secret"}`, []string{access, "rt_refresh", "hidden secret"}},
	}
	in := newInbox(t)
	runs := 0
	for name, file := range files {
		for _, token := range file.tokens {
			for _, wrap := range wrappings {
				// Stored before the command, or by it.
				for _, before := range []bool{true, false} {
					r := newRun(t)
					if before {
						r.store(t, "credentials.json", file.content)
					}
					r.exec(t.Context(), in.URL, "login", func() error {
						r.store(t, "credentials.json", file.content)
						return errors.New(wrap(token))
					})
					runs++
				}
			}
		}
		sent := in.everything()
		for _, token := range file.tokens {
			for form, text := range map[string]string{
				"as it is": token, "hex": hex.EncodeToString([]byte(token)), "base64": base64.StdEncoding.EncodeToString([]byte(token)),
			} {
				if strings.Contains(sent, text) {
					t.Errorf("%s: token %q was sent (%s)", name, token, form)
				}
			}
		}
	}
	if got := len(in.received()); got != 2*runs {
		t.Errorf("%d events of %d runs", got, runs)
	}
	for _, e := range in.received() {
		if e.Event == "cli_command_failed" && e.Properties["error_message"] == "" {
			t.Error("an error without a message")
		}
	}
}

// Every text goes the same way, not only the message of an error.
func TestNoTokenInAnyProperty(t *testing.T) {
	t.Parallel()
	in, r := newInbox(t), newRun(t, "npm_config_user_agent=npm/10 node/v20.1.2024", "ARKOR_TOKEN=v20.1.2024")
	r.command(t.Context(), in.URL, "init", nil)
	if sent := in.everything(); strings.Contains(sent, "v20.1.2024") || len(in.received()) != 2 {
		t.Errorf("sent: %s", sent)
	}
}

func TestMessagesAreCutBehindScrubbing(t *testing.T) {
	t.Parallel()
	in, r := newInbox(t), newRun(t)
	long := strings.Repeat("/a/long/path: ", 50) + strings.Repeat("word ", 100) + strings.Repeat("\U0001F600", 300)
	r.command(t.Context(), in.URL, "init", errors.New(long))
	events := in.received()
	if len(events) != 2 {
		t.Fatalf("events %v", in.names())
	}
	if want := ("* " + strings.Repeat("word ", 100))[:maxMessage]; events[1].Properties["error_message"] != want {
		t.Errorf("got %q, want %q", events[1].Properties["error_message"], want)
	}
}

func FuzzScrub(f *testing.F) {
	f.Add("open /a b/c: denied 'x' \"y\" `z` “w”")
	f.Fuzz(func(t *testing.T, text string) {
		const secret = "s3cr3t-token"
		got := scrub(text+secret+text, newSecrets(secret))
		for _, r := range got {
			if r < ' ' || r > '~' {
				t.Errorf("%q of %q is not plain", got, text)
			}
		}
		if strings.ContainsAny(got, "/\\\"`@") || strings.Contains(got, secret) {
			t.Errorf("%q of %q", got, text)
		}
	})
}
