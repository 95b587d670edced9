package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/credentials"
	"github.com/arkorlab/arkor-go/shared/openidtest"
)

// together runs so many commands at once and returns what they got.
func together(n int, run func() (Identity, error)) (got []Identity, err error) {
	got = make([]Identity, n)
	errs := make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { got[i], errs[i] = run() })
	}
	group.Wait()
	return got, errors.Join(errs...)
}

// T3: whoever comes second finds the work done. Each command has a lock file of
// its own open, as processes have.
func TestTwentyCommandsRenewOnce(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m, server := account(t, a)
	old := m.stored().Token
	for _, rejected := range []string{"", "old"} {
		m.left(map[string]time.Duration{"": -time.Hour, "old": time.Hour}[rejected])
		asked := server.Count("refresh_token")
		got, err := together(20, func() (Identity, error) {
			r := m.another()
			if rejected != "" {
				r.Rejected = Hash(old)
			}
			return r.Resolve(t.Context(), a.choice())
		})
		if err != nil {
			t.Fatal(err)
		}
		fresh := m.stored().Token
		for _, who := range got {
			if who.Token != fresh || who.Token == old {
				t.Errorf("rejected %q: one got another token", rejected)
			}
		}
		if got := server.Count("refresh_token") - asked; got != 1 {
			t.Errorf("rejected %q: %d requests", rejected, got)
		}
		old = fresh
	}
}

// T3: a token that another command got is used, even if it will not hold long.
func TestAShortTokenOfAnotherCommand(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m, server := account(t, a)
	seen := m.stored()
	server.Behave(func(b *openidtest.Behaviour) { b.ExpiresIn = 30 * time.Second })
	m.left(-time.Hour)
	if _, err := m.Resolve(t.Context(), a.choice()); err != nil {
		t.Fatal(err)
	}
	got, err := m.renew(t.Context(), m.store(), a.choice(), seen)
	if err != nil || got.Token != m.stored().Token || got.Token == seen.Token || server.Count("refresh_token") != 1 {
		t.Errorf("%d requests, %v", server.Count("refresh_token"), err)
	}
}

// C5: who signed out while we waited for the lock stays so.
func TestRenewalBesideALogout(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m, server := account(t, a)
	seen := m.stored()
	if err := os.Remove(m.store().Path()); err != nil {
		t.Fatal(err)
	}
	_, err := m.renew(t.Context(), m.store(), a.choice(), seen)
	fails(t, "signed out", err, "somebody signed out meanwhile", "sign in with `arkor login`")
	if m.file() != "" || server.Count("refresh_token") != 0 {
		t.Errorf("stored %s, %d requests", m.file(), server.Count("refresh_token"))
	}
}

// T4: only the provider's word ends a session; the file stays in any case.
func TestRenewalThatFails(t *testing.T) {
	t.Parallel()
	const again = "sign in again with `arkor login --oauth`"
	a := newAPI(t)
	for _, test := range []struct {
		name     string
		change   openidtest.Behaviour
		down     bool
		left     time.Duration
		rejected bool
		err      string // with ISSUER for the provider; "" when the token is good enough
		hint     string
	}{
		{"revoked", openidtest.Behaviour{RefuseRefresh: true}, false, -time.Hour, false,
			"the sign-in has ended: the provider no longer accepts its refresh token", again},
		{"revoked, and the token holds", openidtest.Behaviour{RefuseRefresh: true}, false, 30 * time.Second, false,
			"the sign-in has ended: the provider no longer accepts its refresh token", again},
		{"down, and the token holds", openidtest.Behaviour{}, true, 30 * time.Second, false, "", ""},
		{"failing, and the token holds", openidtest.Behaviour{Token: "500"}, false, 30 * time.Second, false, "", ""},
		{"a page of the network, and the token holds", openidtest.Behaviour{Token: "html"}, false, 30 * time.Second, false, "", ""},
		{"failing", openidtest.Behaviour{Token: "500"}, false, -time.Second, false,
			"the access token has expired and cannot be renewed: Auth0 token refresh failed (500): internal server error", "try again when ISSUER can be reached"},
		{"failing, and the token was refused", openidtest.Behaviour{Token: "500"}, false, time.Hour, true,
			"the access token was refused and cannot be renewed: Auth0 token refresh failed (500): internal server error", "try again, or " + again},
	} {
		m, server := account(t, a)
		m.left(test.left)
		before, stored := m.file(), m.stored()
		server.Behave(func(b *openidtest.Behaviour) { *b = test.change })
		if test.down {
			server.Close()
		}
		if test.rejected {
			m.Rejected = Hash(stored.Token)
		}
		who, err := m.Resolve(t.Context(), a.choice())
		if test.err == "" {
			if err != nil || who.Token != stored.Token {
				t.Errorf("%s: %v", test.name, err)
			}
		} else {
			fails(t, test.name, err, test.err, strings.ReplaceAll(test.hint, "ISSUER", server.Issuer()))
		}
		if m.file() != before || m.stderr.Len() > 0 {
			t.Errorf("%s: the file is %s, said %s", test.name, m.file(), m.stderr)
		}
	}
}

// T4, J5: the provider is named, and what was being done.
func TestRenewalWithoutANetwork(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m, server := account(t, a)
	m.left(-time.Second)
	server.Close()
	_, err := m.Resolve(t.Context(), a.choice())
	if want := "the access token has expired and cannot be renewed: cannot reach " + server.Issuer() + " (POST /oauth/token): "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	if got := cli.HintOf(err); got != "try again when "+server.Issuer()+" can be reached" {
		t.Errorf("hint %s", got)
	}
}

// T2: some providers hand out the same access token again and rotate the
// refresh token all the same. Losing that would end the session.
func TestTheSameAccessTokenAgain(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token":"same","refresh_token":"second","expires_in":3600}`)
	}))
	defer provider.Close()
	m := newMachine(t)
	m.keeps(credentials.Credentials{Mode: credentials.OAuth, Token: "same", RefreshToken: "first", APIURL: &a.URL, Domain: provider.URL})
	m.left(time.Second)
	who, err := m.Resolve(t.Context(), a.choice())
	if err != nil || who.Token != "same" || m.stored().RefreshToken != "second" || *m.stored().ExpiresAt < time.Now().Unix()+3000 {
		t.Errorf("stored %v, %v", m.file(), err)
	}
}

// A provider to which a refresh token would go in the clear gets none.
func TestAProviderInTheClear(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m := newMachine(t)
	m.keeps(credentials.Credentials{Mode: credentials.OAuth, Token: "t0k", RefreshToken: "r", APIURL: &a.URL, Domain: "http://login.test"})
	m.left(30 * time.Second)
	if who, err := m.Resolve(t.Context(), a.choice()); err != nil || who.Token != "t0k" {
		t.Errorf("the token holds: %v", err)
	}
	m.left(-time.Second)
	_, err := m.Resolve(t.Context(), a.choice())
	fails(t, "expired", err, "the sign-in provider: http://login.test/authorize would send the token unencrypted; use https://", "sign in again with `arkor login --oauth`")
}

// T5: who cannot store a token can still use it, and is told; the token is not.
func TestRenewalThatCannotBeStored(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		spoil func(m *machine) error
	}{
		{"no lock", func(m *machine) error {
			return errors.Join(os.Remove(m.store().Path()+".lock"), os.Mkdir(m.store().Path()+".lock", 0o700))
		}},
		{"a folder that cannot be written", func(m *machine) error { return os.Chmod(filepath.Dir(m.store().Path()), 0o500) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t)
			m, server := account(t, a)
			m.left(time.Second)
			before, old := m.file(), m.stored()
			if err := test.spoil(m); err != nil {
				t.Fatal(err)
			}
			defer os.Chmod(filepath.Dir(m.store().Path()), 0o700)
			if test.name != "no lock" && os.Geteuid() == 0 {
				t.Skip("nothing is closed to this user")
			}
			who, err := m.Resolve(t.Context(), a.choice())
			if err != nil || who.Token == old.Token || who.Token == "" || server.Count("refresh_token") != 1 {
				t.Errorf("%d requests, %v", server.Count("refresh_token"), err)
			}
			if m.file() != before {
				t.Errorf("the file is %s", m.file())
			}
			lines := strings.Split(m.stderr.String(), "\n")
			if len(lines) != 3 || !strings.HasPrefix(lines[0], "arkor: warning: the access token was renewed but not stored: write "+m.store().Path()+": ") ||
				lines[1] != "arkor: warning: make room, and make "+filepath.Dir(m.store().Path())+" writable for you; if the next command is refused, run `arkor login --oauth`" {
				t.Errorf("said %s", m.stderr)
			}
			for _, secret := range server.Secrets() {
				if strings.Contains(m.stderr.String(), secret) {
					t.Error("a secret is shown")
				}
			}
		})
	}
}

// J4: whoever waits for the lock, or for the provider, can be interrupted.
func TestRenewalThatIsInterrupted(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m, server := account(t, a)
	m.left(-time.Second)
	before := m.file()
	cause := &cli.Interrupt{Signal: os.Interrupt}
	server.Behave(func(b *openidtest.Behaviour) { b.Token = "silent" })
	for _, locked := range []bool{true, false} {
		ctx, cancel := context.WithCancelCause(t.Context())
		unlock := func() {}
		if locked {
			l, err := m.store().Lock(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			unlock = l.Unlock
			cancel(cause)
		}
		ended := make(chan error, 1)
		go func() {
			_, err := m.another().Resolve(ctx, a.choice())
			ended <- err
		}()
		for !locked && server.Count("refresh_token") == 0 {
			select {
			case err := <-ended:
				t.Fatalf("ended with %v", err)
			default:
			}
		}
		cancel(cause)
		if err := <-ended; !errors.Is(err, cause) || m.file() != before {
			t.Errorf("locked %t: %v, file %s", locked, err, m.file())
		}
		unlock()
	}
}

// A provider that rotates refresh tokens has thrown the old one away by the time
// the command is interrupted.
func TestInterruptedRefresh(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m, server := account(t, a)
	before := m.stored()
	m.left(-time.Hour)
	ctx, interrupt := context.WithCancel(t.Context())
	server.Behave(func(b *openidtest.Behaviour) { b.BeforeToken = interrupt })
	_, _ = m.Resolve(ctx, a.choice())
	if after := m.stored(); after.RefreshToken == before.RefreshToken || after.Token == before.Token {
		t.Error("the new tokens are lost")
	}
	server.Behave(func(b *openidtest.Behaviour) { b.BeforeToken = nil })
	m.left(-time.Hour)
	if _, err := m.Resolve(t.Context(), a.choice()); err != nil {
		t.Errorf("the next command: %v", err)
	}
}
