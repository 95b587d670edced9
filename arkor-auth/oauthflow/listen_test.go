package oauthflow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/porttest"
)

// busy is a port that somebody else has.
func busy(t *testing.T) int {
	t.Helper()
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	return other.Addr().(*net.TCPAddr).Port
}

// O2, O3, App. C8: the first port that can be had; 0 is any, and the provider is
// told which.
func TestListenTakesTheFirstFreePort(t *testing.T) {
	t.Parallel()
	c, err := Listen(t.Context(), []int{busy(t), 70000, -1, 0, busy(t)}, NewRequest(), nil)
	if err != nil {
		t.Fatal(err)
	}
	at := c.listener.Addr().(*net.TCPAddr)
	if want := fmt.Sprintf("http://127.0.0.1:%d/callback", at.Port); !at.IP.Equal(net.IPv4(127, 0, 0, 1)) || at.Port == 0 || c.RedirectURI() != want {
		t.Errorf("listens on %v, says %s", at, c.RedirectURI())
	}
	c.Close(nil)
}

// O2: a port by its number, as a provider knows it.
func TestListenOnAPort(t *testing.T) {
	t.Parallel()
	port, release, err := porttest.Reserve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	c, err := Listen(t.Context(), []int{port}, NewRequest(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("http://127.0.0.1:%d/callback", port); c.RedirectURI() != want {
		t.Errorf("says %s", c.RedirectURI())
	}
	c.Close(nil)
}

// App. C8, exact.
func TestListenWithoutAPort(t *testing.T) {
	t.Parallel()
	const suffix = ". The Auth0 Application must list at least one of these as an Allowed Callback URL: "
	first, second := busy(t), busy(t)
	_, err := Listen(t.Context(), []int{first, second}, NewRequest(), nil)
	want := fmt.Sprintf("Unable to bind any of the loopback ports %d, %d", first, second) + suffix +
		fmt.Sprintf("listen tcp 127.0.0.1:%d: bind: ", second)
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("all are busy: %v", err)
	}
	var refused *net.OpError
	if !errors.As(err, &refused) {
		t.Errorf("the reason is lost: %v", err)
	}
	_, err = Listen(t.Context(), nil, NewRequest(), nil)
	if want := "Unable to bind any of the loopback ports " + suffix + "it advertises none"; message(err) != want {
		t.Errorf("there are none: %v", err)
	}
}

// O10, P2: Close leaves nothing behind, whoever is connected. Not parallel: it
// looks at goroutines.
func TestCloseLeavesNothingBehind(t *testing.T) {
	for _, test := range []struct {
		name string
		send string // what a browser sent so far; it sends no more
	}{
		{"nobody", ""},
		{"a connection that is kept in reserve", "none"},
		{"half a request", "GET /callback?sta"},
	} {
		t.Run(test.name, func(t *testing.T) {
			labels := pprof.Labels("callback", test.name)
			pprof.Do(t.Context(), labels, func(ctx context.Context) {
				c, err := Listen(ctx, []int{0}, NewRequest(), nil)
				if err != nil {
					t.Fatal(err)
				}
				if test.send != "" {
					browser, err := net.Dial("tcp", c.listener.Addr().String())
					if err != nil {
						t.Fatal(err)
					}
					defer browser.Close()
					if _, err := io.WriteString(browser, strings.TrimPrefix(test.send, "none")); err != nil {
						t.Fatal(err)
					}
					for accepted := 0; accepted == 0; runtime.Gosched() {
						c.mu.Lock()
						accepted = len(c.reserve)
						c.mu.Unlock()
					}
				}
				if err := c.shutdown(); err != nil {
					t.Errorf("it did not come to an orderly end: %v", err)
				}
				c.Close(nil)
				if _, err := net.Dial("tcp", c.listener.Addr().String()); err == nil {
					t.Error("the port is still taken")
				}
			})
			deadline := time.Now().Add(30 * time.Second)
			for left := goroutines(t, test.name); left > 0; left = goroutines(t, test.name) {
				if time.Now().After(deadline) {
					t.Fatalf("%d goroutines are left", left)
				}
				runtime.Gosched()
			}
		})
	}
}

// goroutines counts those that carry a label.
func goroutines(t *testing.T, label string) int {
	t.Helper()
	var profile bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		t.Fatal(err)
	}
	return strings.Count(profile.String(), fmt.Sprintf(`{"callback":%q}`, label))
}
