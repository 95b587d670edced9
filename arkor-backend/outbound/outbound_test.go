package outbound

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
)

// What is refused is named as it was given: it tells nobody what a name of the
// backend's network means.
func TestRefusalsNameWhatWasGiven(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://localhost:1/x": "localhost is not a public address",
		"https://[::1]:1/x":     "::1 is not a public address",
	} {
		_, err := (&http.Client{Transport: Rules{}.Transport()}).Get(address)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "dial tcp") {
			t.Errorf("%s: %v", address, err)
		}
	}
	lookup := &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "db", Server: "10.0.0.53:53", IsNotFound: true}}
	if got := discreet(lookup, "db:443").Error(); got != "there is no host db" {
		t.Error(got)
	}
	lookup.Err = &net.DNSError{Err: "i/o timeout", Name: "db", Server: "10.0.0.53:53", IsTimeout: true}
	if got := discreet(lookup, "db:443").Error(); got != "the address of db cannot be found out now" {
		t.Error(got)
	}
	if other := errors.New("refused"); discreet(other, "x:1") != other {
		t.Error("another error was changed")
	}
}
