// Package outbound guards requests to addresses that users of the backend
// chose, which they could otherwise use to look around in its network.
package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// Rules say where requests may go.
type Rules struct {
	// AllowPrivate permits plain http, and addresses of this machine and of its
	// networks.
	AllowPrivate bool
}

// CheckURL refuses what can be refused without asking the network. Its errors
// go on behind the name of the URL.
func (r Rules) CheckURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, errors.New("is not an absolute URL")
	case u.User != nil:
		return nil, errors.New("must not hold a user name or password")
	case u.Scheme != "https" && !(r.AllowPrivate && u.Scheme == "http"):
		return nil, errors.New("must begin with https://")
	}
	return u, nil
}

const connectTimeout = 30 * time.Second

// Transport returns a transport that dials what the rules allow. It looks at
// the address after the name was resolved, at the moment of dialling: a name
// that means something else each time it is asked gains nothing. No proxy is
// used, since it would resolve names for us.
func (r Rules) Transport() *http.Transport {
	dialer := &net.Dialer{Timeout: connectTimeout, Control: func(_, address string, _ syscall.RawConn) error {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return err
		}
		ip, err := netip.ParseAddr(host)
		if err != nil {
			return err
		}
		if !r.AllowPrivate && !Public(ip) {
			return errPrivate
		}
		return nil
	}}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil && !r.AllowPrivate {
			err = discreet(err, address)
		}
		return conn, err
	}
	return &http.Transport{DialContext: dial, TLSHandshakeTimeout: connectTimeout, ForceAttemptHTTP2: true}
}

var errPrivate = errors.New("not a public address")

// discreet names the host as it was given: what a name means in the network of
// the backend, and who answers there for names, is not for everybody.
func discreet(err error, address string) error {
	host, _, splitErr := net.SplitHostPort(address)
	if splitErr != nil {
		return err
	}
	var unknown *net.DNSError
	switch {
	case errors.Is(err, errPrivate):
		return fmt.Errorf("%s is not a public address; the backend reaches it when it is started with --allow-private-urls", host)
	case errors.As(err, &unknown) && unknown.IsNotFound:
		return fmt.Errorf("there is no host %s", host)
	case errors.As(err, &unknown):
		return fmt.Errorf("the address of %s cannot be found out now", host)
	}
	return err
}
