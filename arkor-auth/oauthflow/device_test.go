package oauthflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/openidtest"
)

// inBubble runs f where waiting takes no time. The provider is outside of it;
// connections that are kept would keep the clock from going on.
func inBubble(t *testing.T, p Provider, f func(t *testing.T, p Provider)) {
	p.HTTP = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: cloud.SameOrigin}
	synctest.Test(t, func(t *testing.T) { f(t, p) })
}

// approve visits the page that the person is sent to.
func approve(t *testing.T, p Provider, code DeviceCode) {
	t.Helper()
	res, err := p.HTTP.Get(code.Complete)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %d", code.Complete, res.StatusCode)
	}
}

// --device: what the provider says while a person is at it, and what comes of
// it (RFC 8628, 3.5).
func TestDeviceFlow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change openidtest.Behaviour
		polls  int
		err    string
	}{
		{"at once", openidtest.Behaviour{}, 1, ""},
		{"pending", openidtest.Behaviour{DeviceErrors: []string{"authorization_pending", "authorization_pending"}}, 3, ""},
		{"too fast", openidtest.Behaviour{DeviceErrors: []string{"slow_down", "authorization_pending"}}, 3, ""},
		{"refused", openidtest.Behaviour{Deny: "access_denied"}, 1, "Authentication failed: access_denied"},
		{"expired there", openidtest.Behaviour{DeviceErrors: []string{"expired_token"}}, 1, "the code expired before anyone entered it"},
		{"something else", openidtest.Behaviour{DeviceErrors: []string{"server_error"}}, 1,
			`Auth0 token exchange failed (400): {"error":"server_error","error_description":"the device code is not one to get tokens for now"}`},
		{"a page of the network", openidtest.Behaviour{Token: "html"}, 1,
			"Auth0 token exchange failed (200): <!doctype html><title>Welcome</title><p>Please accept the terms of this network.</p>"},
		{"no refresh token", openidtest.Behaviour{NoRefreshToken: true}, 1, ErrNoRefreshToken.Error()}, // O9
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, p := startProvider(t)
			inBubble(t, p, func(t *testing.T, p Provider) {
				code, err := p.RequestDevice(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				page := server.Issuer() + "/activate"
				if len(code.UserCode) != 8 || code.URI != page || code.Complete != page+"?user_code="+code.UserCode || code.Expires != 10*time.Minute {
					t.Errorf("shown: %q, %q, %q, %v", code.UserCode, code.URI, code.Complete, code.Expires)
				}
				server.Behave(func(b *openidtest.Behaviour) { *b = test.change })
				approve(t, p, code)
				tokens, err := p.WaitDevice(t.Context(), code)
				if message(err) != test.err || (err == nil) != (tokens.Access != "" && tokens.Refresh != "" && tokens.ExpiresAt != nil) {
					t.Errorf("got %v", err)
				}
			})
			asked := server.Requests()[0]
			if asked.Path != "/oauth/device/code" || asked.Params["client_id"] != openidtest.ClientID ||
				asked.Params["scope"] != scope || asked.Params["audience"] != openidtest.Audience {
				t.Errorf("asked %v", asked)
			}
			if got := server.Count("device_code"); got != test.polls {
				t.Errorf("%d polls", got)
			}
		})
	}
}

// A code that nobody enters ends by our clock, too, at the latest after half an
// hour; Ctrl-C ends it at once.
func TestADeviceThatNobodyApproves(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		says    time.Duration
		stop    time.Duration
		waited  time.Duration
		polls   int
		problem string
	}{
		{"expires", 10 * time.Second, 0, 10 * time.Second, 1, "the code expired before anyone entered it"},
		{"a day", 24 * time.Hour, 0, 30 * time.Minute, 299, "the code expired before anyone entered it"},
		{"interrupted", 24 * time.Hour, 61 * time.Second, 61 * time.Second, 10, "context canceled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			polls := 0
			p := answering(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if r.URL.Path == "/oauth/device/code" {
					fmt.Fprintf(w, `{"device_code":"d","user_code":"U","verification_uri":"https://a.test","expires_in":%d}`, int(test.says.Seconds()))
					return
				}
				polls++
				w.WriteHeader(http.StatusForbidden)
				fmt.Fprint(w, `{"error":"authorization_pending"}`)
			})
			inBubble(t, p, func(t *testing.T, p Provider) {
				code, err := p.RequestDevice(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if test.stop > 0 {
					defer time.AfterFunc(test.stop, cancel).Stop()
				}
				start := time.Now()
				_, err = p.WaitDevice(ctx, code)
				if message(err) != test.problem || time.Since(start) != test.waited {
					t.Errorf("after %v: %v", time.Since(start), err)
				}
			})
			if polls != test.polls { // without an interval, 5 s and the library's fifth more
				t.Errorf("%d polls", polls)
			}
		})
	}
}

// What a provider may answer to the first request.
func TestDeviceAuthorization(t *testing.T) {
	t.Parallel()
	const begin = `{"device_code":"d","user_code":"U\u001b[2J","verification_uri":"https://a.test"`
	for _, test := range []struct {
		name     string
		status   int
		answer   string
		interval int
		expires  time.Duration
		err      string
	}{
		{"all of it", 200, begin + `,"interval":7,"expires_in":60}`, 7, time.Minute, ""},
		{"no interval", 200, begin + `,"expires_in":60}`, 5, time.Minute, ""}, // RFC 8628, 3.2
		{"null for an interval", 200, begin + `,"interval":null,"expires_in":60}`, 5, time.Minute, ""},
		{"no pause", 200, begin + `,"interval":0,"expires_in":60}`, 1, time.Minute, ""},
		{"less than none", 200, begin + `,"interval":-3,"expires_in":60}`, 1, time.Minute, ""},
		{"a long time", 200, begin + `,"interval":1,"expires_in":9000000000000}`, 1, 30 * time.Minute, ""},
		{"no end", 200, begin + `,"interval":1}`, 0, 0, "device authorization failed (200): " + strings.Replace(begin, `"d"`, `"[removed]"`, 1) + `,"interval":1}`},
		{"a page of the network", 200, "<p>Welcome</p>", 0, 0, "device authorization failed (200): <p>Welcome</p>"},
		{"not there", 404, "", 0, 0, ErrNoDeviceFlow.Error()},
		{"not for this client", 403, `{"error":"unauthorized_client"}`, 0, 0, ErrNoDeviceFlow.Error()},
		{"not this audience", 403, `{"error":"access_denied","error_description":"Service not found"}`, 0, 0,
			`device authorization failed (403): {"error":"access_denied","error_description":"Service not found"}`},
		{"a failure", 500, `{"error":"oops"}`, 0, 0, `device authorization failed (500): {"error":"oops"}`},
	} {
		p := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			if strings.HasPrefix(test.answer, "{") {
				w.Header().Set("Content-Type", "application/json")
			}
			w.WriteHeader(test.status)
			fmt.Fprint(w, test.answer)
		})
		code, err := p.RequestDevice(t.Context())
		if message(err) != test.err {
			t.Errorf("%s: %v", test.name, err)
		}
		if err != nil {
			continue
		}
		if code.UserCode != "U [2J" || code.URI != "https://a.test" || code.Complete != "" || code.code.Interval != test.interval || code.Expires != test.expires {
			t.Errorf("%s: %+v, %+v", test.name, code, code.code)
		}
	}
}

// The provider says so, or the deployment does.
func TestNoDeviceFlow(t *testing.T) {
	t.Parallel()
	server, p := startProvider(t)
	server.Behave(func(b *openidtest.Behaviour) { b.DeviceUnsupported = true })
	if _, err := p.RequestDevice(t.Context()); !errors.Is(err, ErrNoDeviceFlow) {
		t.Errorf("the provider says so: %v", err)
	}
	asked := len(server.Requests())
	p.Endpoints.DeviceAuthorization = ""
	if _, err := p.RequestDevice(t.Context()); !errors.Is(err, ErrNoDeviceFlow) || len(server.Requests()) != asked {
		t.Errorf("the deployment says so: %v", err)
	}
}

// A network that fails for a moment does not end the wait; one that is gone does.
func TestDeviceFlowOverABadNetwork(t *testing.T) {
	t.Parallel()
	for failures, fails := range map[int]bool{pollFailures: false, pollFailures + 1: true} {
		server, p := startProvider(t)
		inBubble(t, p, func(t *testing.T, p Provider) {
			code, err := p.RequestDevice(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			approve(t, p, code)
			p.HTTP = &http.Client{Transport: &unplugged{p.HTTP.Transport, failures}}
			if _, err := p.WaitDevice(t.Context(), code); (err != nil) != fails {
				t.Errorf("%d failures: %v", failures, err)
			}
		})
		if got := server.Count("device_code"); (got == 0) != fails {
			t.Errorf("%d failures: %d polls", failures, got)
		}
	}
}

// unplugged fails some times before it works.
type unplugged struct {
	http.RoundTripper
	left int
}

func (u *unplugged) RoundTrip(req *http.Request) (*http.Response, error) {
	if u.left--; u.left >= 0 {
		return nil, errors.New("network is unreachable")
	}
	return u.RoundTripper.RoundTrip(req)
}
