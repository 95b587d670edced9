package devcmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-studio/server"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/porttest"
)

// L4, L11, L19: what --port means.
func TestParsePort(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text    string
		want    wanted
		warning bool
		mistake bool
	}{
		{"", wanted{4000, false}, false, false},
		{"4000", wanted{4000, true}, false, false},
		{"65535", wanted{65535, true}, false, false},
		{"1", wanted{1, true}, false, false},
		{"0", wanted{4000, true}, true, false},
		{"abc", wanted{4000, true}, true, false},
		{"NaN", wanted{4000, true}, true, false},
		{"-1", wanted{}, false, true},
		{"65536", wanted{}, false, true},
		{"40.5", wanted{}, false, true},
		{"1e999", wanted{}, false, true},
		{"Infinity", wanted{}, false, true},
	} {
		var stderr bytes.Buffer
		got, err := (&command{env: cli.Env{Stderr: &stderr}, port: c.text}).parsePort()
		if got != c.want || (err != nil) != c.mistake || (stderr.Len() > 0) != c.warning {
			t.Errorf("%q: %v, %v, %q", c.text, got, err, stderr.String())
		}
		if c.warning && !strings.Contains(stderr.String(), fmt.Sprintf("%q", c.text)) {
			t.Errorf("%q: %s", c.text, stderr.String())
		}
	}
}

// take binds n ports in a row and returns the first.
func take(t *testing.T, n int) (first int, listeners []net.Listener) {
	t.Helper()
	for range 200 {
		probe, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		first = probe.Addr().(*net.TCPAddr).Port
		listeners = []net.Listener{probe}
		for i := 1; i < n; i++ {
			l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", first+i))
			if err != nil {
				break
			}
			listeners = append(listeners, l)
		}
		if len(listeners) == n && first+n < maxPort {
			t.Cleanup(func() { release(listeners) })
			return first, listeners
		}
		release(listeners)
	}
	t.Fatal("there are no ports in a row")
	return 0, nil
}

func release(listeners []net.Listener) {
	for _, l := range listeners {
		l.Close()
		porttest.AwaitNobody(l.Addr().String())
	}
}

func listening(t *testing.T, dir string, port wanted) (got int, stderr string, err error) {
	t.Helper()
	var said bytes.Buffer
	l, err := (&command{env: cli.Env{Stderr: &said, Dir: dir}}).listen(t.Context(), port)
	if err == nil {
		if l.Addr().(*net.TCPAddr).IP.String() != "127.0.0.1" { // L3
			t.Errorf("listens on %s", l.Addr())
		}
		got = l.Addr().(*net.TCPAddr).Port
		l.Close()
	}
	return got, said.String(), err
}

// L12 to L15.
func TestBusyPorts(t *testing.T) {
	t.Parallel()
	first, taken := take(t, attempts)
	busy := func(from int) string {
		return fmt.Sprintf("Port %d is in use, trying %d instead. Pass --port to pin a specific one.\n", from, from+1)
	}
	var all string
	for i := range attempts - 1 {
		all += busy(first + i)
	}
	_, said, err := listening(t, "/p", wanted{first, false})
	want := fmt.Sprintf("Port %d is already in use, and no free port was found in %d-%d. Pass --port to choose one explicitly.", first, first, first+9)
	if err == nil || err.Error() != want || said != all {
		t.Errorf("%v\n%s", err, said)
	}
	_, said, err = listening(t, "/p", wanted{first, true})
	want = fmt.Sprintf("Port %d is already in use. Another `arkor dev` may be running; pass --port to choose a different one.", first)
	if err == nil || err.Error() != want || said != "" || cli.HintOf(err) != "" {
		t.Errorf("%v\n%s", err, said)
	}
	taken[2].Close()
	got, said, err := listening(t, "/p", wanted{first, false})
	if err != nil || got != first+2 || said != busy(first)+busy(first+1) {
		t.Errorf("%d %v\n%s", got, err, said)
	}
	// L12: not above the last port there is.
	l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", maxPort))
	if err == nil {
		defer l.Close()
		if _, said, err := listening(t, "/p", wanted{maxPort, false}); err == nil || !strings.Contains(err.Error(), "65535-65535") || said != "" {
			t.Errorf("%v %s", err, said)
		}
	}
}

// L20: somebody else's ::1 is where a browser may end up.
func TestPortTakenOnTheOtherLoopback(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no ::1")
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	if _, _, err := listening(t, "/p", wanted{port, true}); err == nil || !strings.Contains(err.Error(), "already in use") {
		t.Errorf("%v", err)
	}
}

// L16: anything but a busy port ends the command.
func TestOtherErrorsOfBinding(t *testing.T) {
	t.Parallel()
	if _, said, err := listening(t, "/p", wanted{70000, false}); err == nil || strings.Contains(err.Error(), "in use") || said != "" {
		t.Errorf("%v %s", err, said)
	}
}

// L21: a Studio of the same project is named; one of another, and a server that
// says anything else, is not.
func TestAnotherStudio(t *testing.T) {
	t.Parallel()
	first, taken := take(t, 2)
	taken[1].Close()
	go http.Serve(taken[0], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == server.WellKnown {
			json.NewEncoder(w).Encode(server.Here("/p"))
		}
	}))
	url := fmt.Sprintf("http://localhost:%d", first)
	if _, said, err := listening(t, "/p", wanted{first, false}); err != nil || !strings.HasPrefix(said, "This project's Studio runs at "+url+" already.\nPort ") {
		t.Errorf("%v %s", err, said)
	}
	if _, _, err := listening(t, "/p", wanted{first, true}); cli.HintOf(err) != "this project's Studio runs at "+url+" already" {
		t.Errorf("%q", cli.HintOf(err))
	}
	if _, said, err := listening(t, "/other", wanted{first, false}); err != nil || !strings.HasPrefix(said, "Port ") {
		t.Errorf("%v %s", err, said)
	}
}
