package logincmd

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-auth/oauthflow"
	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/credentials"
	"github.com/arkorlab/arkor-go/shared/openidtest"
)

// signingIn is arkor login, as far as the way to an account is concerned.
func signingIn(t *testing.T) (c *command, provider oauthflow.Provider, server *openidtest.Provider, stdout, stderr *bytes.Buffer) {
	t.Helper()
	server = openidtest.Start()
	t.Cleanup(server.Close)
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	env := cli.Env{Dir: t.TempDir(), Environ: []string{"HOME=" + t.TempDir()}, Stdout: stdout, Stderr: stderr}
	store, err := credentials.Open(env)
	if err != nil {
		t.Fatal(err)
	}
	issuer, client, audience := server.Issuer(), openidtest.ClientID, openidtest.Audience
	provider, _, err = oauthflow.FromConfig(cloud.AuthConfig{Auth0Domain: &issuer, ClientID: &client, Audience: &audience, CallbackPorts: []int{0}}, cloud.Patient())
	if err != nil {
		t.Fatal(err)
	}
	c = newCommand(env)
	c.noBrowser, c.store, c.client = true, store, cloud.For(env, "http://127.0.0.1:1", "")
	c.choice = backend.Choice{URL: c.client.BaseURL, From: "--backend"}
	return c, provider, server, stdout, stderr
}

// O11: who does not sign in in five minutes is told, and the port is given up.
func TestNobodySignsIn(t *testing.T) {
	t.Parallel()
	c, provider, server, stdout, stderr := signingIn(t)
	if got := minutes(c.patience); got != "5 minutes" {
		t.Errorf("a person has %s", got)
	}
	c.patience = time.Nanosecond
	err := c.signInByBrowser(t.Context(), provider)
	if err == nil || err.Error() != "nobody signed in within 0 seconds" || !strings.Contains(cli.HintOf(err), "--device") {
		t.Errorf("%v, hint %s", err, cli.HintOf(err))
	}
	if !strings.HasSuffix(stderr.String(), "\nWaiting for browser callback\nLogin failed\n") || stdout.Len() > 0 || c.store.Exists() {
		t.Errorf("said %s%s", stdout, stderr)
	}
	address, _, _ := strings.Cut(strings.TrimPrefix(stderr.String(), "Browser: "), "\n")
	visit, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	back, err := url.Parse(visit.Query().Get("redirect_uri"))
	if err != nil {
		t.Fatal(err)
	}
	if conn, err := net.Dial("tcp", back.Host); err == nil {
		conn.Close()
		t.Error("the port is still taken")
	}
	if got := len(server.Requests()); got != 0 {
		t.Errorf("%d requests", got)
	}
}

// O10: what goes wrong after the callback is shown in both places, and nothing
// is stored. The browser learns of no success that there was not.
func TestASignInThatFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change openidtest.Behaviour
		err    string
		status int
	}{
		{"no refresh token", openidtest.Behaviour{NoRefreshToken: true}, oauthflow.ErrNoRefreshToken.Error(), http.StatusBadGateway},
		{"a failure", openidtest.Behaviour{Token: "500"}, "Auth0 token exchange failed (500): internal server error", http.StatusBadGateway},
		{"refused", openidtest.Behaviour{Deny: "access_denied"}, "Authentication failed: access_denied", http.StatusBadRequest},
	} {
		c, provider, server, stdout, _ := signingIn(t)
		server.Behave(func(b *openidtest.Behaviour) { *b = test.change })
		lines, stderr := io.Pipe()
		c.env.Stderr = stderr
		page := make(chan *http.Response, 1)
		said := make(chan string, 1)
		go func() {
			defer close(said)
			text := ""
			for buffer := make([]byte, 4096); ; {
				n, err := lines.Read(buffer)
				text += string(buffer[:n])
				if address, ok := strings.CutPrefix(string(buffer[:n]), "Browser: "); ok {
					go visit(t, strings.TrimSpace(address), page)
				}
				if err != nil {
					said <- text
					return
				}
			}
		}()
		err := c.signInByBrowser(t.Context(), provider)
		stderr.Close()
		if err == nil || err.Error() != test.err {
			t.Errorf("%s: %v", test.name, err)
		}
		if res := <-page; res == nil || res.StatusCode != test.status {
			t.Errorf("%s: the browser shows %v", test.name, res)
		}
		if text := <-said; !strings.HasSuffix(text, "\nWaiting for browser callback\nLogin failed\n") || stdout.Len() > 0 || c.store.Exists() {
			t.Errorf("%s: said %s%s", test.name, stdout, text)
		}
	}
}

// visit is the browser. It reads no page.
func visit(t *testing.T, address string, page chan<- *http.Response) {
	res, err := http.Get(address)
	if err != nil {
		t.Error(err)
	} else {
		res.Body.Close()
	}
	page <- res
}

// O7, design.md: a stranger's callback changes nothing, and is mentioned once: a
// page could send any number of them.
func TestAStrangersCallback(t *testing.T) {
	t.Parallel()
	c, provider, server, stdout, stderr := signingIn(t)
	server.Behave(func(b *openidtest.Behaviour) { b.WrongState = true })
	request := oauthflow.NewRequest()
	callback, err := oauthflow.Listen(t.Context(), provider.Ports, request, c.ignored)
	if err != nil {
		t.Fatal(err)
	}
	page := make(chan *http.Response, 1)
	for range 3 {
		visit(t, provider.AuthorizeURL(request, callback.RedirectURI()), page)
		if res := <-page; res.StatusCode != http.StatusBadRequest {
			t.Errorf("status %d", res.StatusCode)
		}
	}
	if got := stderr.String(); got != "arkor: warning: a callback that does not belong to this sign-in was ignored\n" {
		t.Errorf("said %s", got)
	}
	server.Behave(func(b *openidtest.Behaviour) { b.WrongState = false })
	go visit(t, provider.AuthorizeURL(request, callback.RedirectURI()), page)
	fresh, err := c.throughBrowser(t.Context(), provider, request, callback)
	callback.Close(err)
	if res := <-page; err != nil || res.StatusCode != http.StatusOK || fresh.Mode != credentials.OAuth || !c.store.Exists() || stdout.Len() > 0 {
		t.Errorf("%v, %v", err, res)
	}
}
