package devcmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/server"
	"github.com/arkorlab/arkor-go/shared/cli"
)

const (
	defaultPort = 4000
	attempts    = 10
	maxPort     = 65535
)

// wanted is a port to listen on.
type wanted struct {
	number   int
	explicit bool // the user named it, so no other will do
}

// parsePort reads --port. Words that are no number, and 0, are taken for the
// default, as in the tool whose interface we keep.
func (c *command) parsePort() (wanted, error) {
	text := strings.TrimSpace(c.port)
	if c.port == "" {
		return wanted{defaultPort, false}, nil
	}
	number, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange), math.IsNaN(number), number == 0:
		fmt.Fprintf(c.env.Stderr, "arkor dev: warning: --port %q is not a port; using %d\n", c.port, defaultPort)
		return wanted{defaultPort, true}, nil
	case number < 0, number > maxPort, number != math.Trunc(number):
		return wanted{}, cli.Usagef("--port must be a whole number from 1 to %d, not %q", maxPort, c.port)
	}
	return wanted{int(number), true}, nil
}

// listen binds the port, or a near one when the user has not named it.
func (c *command) listen(ctx context.Context, port wanted) (net.Listener, error) {
	last := port.number
	if !port.explicit {
		last = min(port.number+attempts-1, maxPort)
	}
	for number := port.number; ; number++ {
		listener, err := bind(number)
		if !errors.Is(err, errBusy) {
			return listener, err
		}
		other := c.sameProject(ctx, number)
		switch {
		case port.explicit:
			err = fmt.Errorf("Port %d is already in use. Another `arkor dev` may be running; pass --port to choose a different one.", number)
			if other != "" {
				err = cli.Hint(err, "this project's Studio runs at %s already", other)
			}
			return nil, err
		case number == last:
			return nil, fmt.Errorf("Port %d is already in use, and no free port was found in %d-%d. Pass --port to choose one explicitly.", port.number, port.number, last)
		}
		if other != "" {
			fmt.Fprintf(c.env.Stderr, "This project's Studio runs at %s already.\n", other)
		}
		fmt.Fprintf(c.env.Stderr, "Port %d is in use, trying %d instead. Pass --port to pin a specific one.\n", number, number+1)
	}
}

var errBusy = errors.New("address in use")

// bind listens on the loopback address, by number: a name may mean another one.
// Where the same port of ::1 belongs to somebody else, a browser that is sent to
// localhost may end up there, so such a port counts as busy.
func bind(port int) (net.Listener, error) {
	probe, err := net.Listen("tcp6", fmt.Sprintf("[::1]:%d", port))
	switch {
	case inUse(err):
		return nil, errBusy
	case err == nil:
		probe.Close()
	}
	listener, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
	if inUse(err) {
		return nil, errBusy
	}
	return listener, err
}

// wsaEADDRINUSE is what Windows says for EADDRINUSE.
const wsaEADDRINUSE = syscall.Errno(10048)

func inUse(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaEADDRINUSE)
}

// recognition is how long the owner of a busy port has to say who it is.
const recognition = 500 * time.Millisecond

// sameProject returns the address of the Studio that holds a port, if it is one
// for this very project, or "".
func (c *command) sameProject(ctx context.Context, port int) string {
	ctx, cancel := context.WithTimeout(ctx, recognition)
	defer cancel()
	url := fmt.Sprintf("http://127.0.0.1:%d%s", port, server.WellKnown)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return ""
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // past any proxy
	res, err := client.Do(req)
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	var found server.Presence
	if json.NewDecoder(io.LimitReader(res.Body, 4<<10)).Decode(&found) != nil || found != server.Here(c.env.Dir) {
		return ""
	}
	return fmt.Sprintf("http://localhost:%d", port)
}
