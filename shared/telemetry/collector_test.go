package telemetry

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posthog/posthog-go"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// listen hands every connection to answer until the test ends.
func listen(t *testing.T, answer func(net.Conn)) (host string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			go answer(conn)
		}
	}()
	t.Cleanup(func() { listener.Close(); <-ended })
	return "http://" + listener.Addr().String()
}

func say(raw string) func(net.Conn) {
	return func(conn net.Conn) { _, _ = io.WriteString(conn, raw) }
}

// Whatever becomes of the events, the command is what it is without them.
func TestBadCollectors(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "\x1b[31mbroken")
	}))
	t.Cleanup(failing.Close)
	for name, host := range map[string]string{
		"silent":            listen(t, func(net.Conn) {}),
		"closed port":       "http://" + closed.Addr().String(),
		"hangs up":          listen(t, func(conn net.Conn) { conn.Close() }),
		"not HTTP":          listen(t, say("SSH-2.0-OpenSSH_9.2\r\n\r\n")),
		"headers never end": listen(t, say("HTTP/1.1 200 OK\r\nX: y\r\n")),
		"body breaks off":   listen(t, say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")),
		"error never ends": listen(t, func(conn net.Conn) {
			_, _ = io.Copy(conn, io.MultiReader(strings.NewReader("HTTP/1.1 500 X\r\n\r\n"), endless{}))
		}),
		"server error":       failing.URL,
		"not an address":     "http://127.0.0.1:port",
		"no such scheme":     "gopher://127.0.0.1",
		"empty":              "http://",
		"answer of no sense": listen(t, say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nno!")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRun(t)
			begun := time.Now()
			status := r.exec(t.Context(), host, "init", func() error {
				_, _ = io.WriteString(r.stdout, "did it\n")
				return errors.New("not quite")
			})
			if status != 1 || r.stdout.String() != "did it\n" || r.stderr.String() != "arkor init: not quite\n" {
				t.Errorf("status %d, stdout %q, stderr %q", status, r.stdout.String(), r.stderr.String())
			}
			// Two seconds are allowed; the rest is for a machine that is busy.
			if took := time.Since(begun); took > 8*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// Events go to the host that is stamped in, wherever it points to.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var elsewhere, here atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		here.Add(1)
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(server.Close)
	newRun(t).command(t.Context(), server.URL, "init", nil)
	if elsewhere.Load() > 0 || here.Load() == 0 {
		t.Errorf("%d requests, %d of them elsewhere", here.Load(), elsewhere.Load())
	}
}

func TestNothingIsReadBeforeItIsAskedFor(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(net.Conn) error{
		"write": func(c net.Conn) error { _, err := io.WriteString(c, "question"); return err },
		"close": func(c net.Conn) error { return c.Close() },
	} {
		stub := &counting{}
		conn, err := gated(func(context.Context, string, string) (net.Conn, error) { return stub, nil })(t.Context(), "tcp", "x:1")
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = conn.Read(make([]byte, 1))
		}()
		time.Sleep(10 * time.Millisecond) // for a read that does not wait
		if reads := stub.reads.Load(); reads > 0 {
			t.Errorf("%s: read before", name)
		}
		if err := act(conn); err != nil {
			t.Error(err)
		}
		<-ended
		if reads := stub.reads.Load(); reads != 1 {
			t.Errorf("%s: %d reads", name, reads)
		}
	}
}

// counting is a connection whose reads end at once.
type counting struct {
	net.Conn
	reads atomic.Int32
}

func (c *counting) Read([]byte) (int, error)    { c.reads.Add(1); return 0, io.EOF }
func (c *counting) Write(p []byte) (int, error) { return len(p), nil }
func (c *counting) Close() error                { return nil }

// A first Ctrl-C while events are on their way ends the wait for them: with an
// hour's patience, this test ends only if it does.
func TestCtrlCEndsTheWait(t *testing.T) {
	t.Parallel()
	c, err := newCollector(testKey, listen(t, func(net.Conn) {}), &problems{})
	if err != nil {
		t.Fatal(err)
	}
	c.capture("x", "cli_command_started", time.Now(), posthog.Properties{})
	interrupted := make(chan struct{})
	close(interrupted)
	c.close(interrupted, time.Hour)

	// The patience of a command is short, for a machine that is busy too: of
	// several tries one is enough.
	for try := 1; ; try++ {
		ctx, cancel := context.WithCancelCause(t.Context())
		begun := time.Now()
		status := newRun(t).exec(ctx, listen(t, func(net.Conn) {}), "init", func() error {
			time.AfterFunc(50*time.Millisecond, func() { cancel(&cli.Interrupt{Signal: os.Interrupt}) })
			return nil
		})
		took := time.Since(begun)
		if status != 0 {
			t.Errorf("status %d", status)
		}
		if took < patience {
			break
		}
		if try == 5 {
			t.Fatalf("it took %v", took)
		}
	}
}

func TestProblemsAreShownToWhoAsks(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "\x1b[31mno\r\nway: anon_t0k "+string(body))
	}))
	t.Cleanup(server.Close)
	for set, shown := range map[string]bool{"1": true, "yes": true, "0": false, "False": false, "": false} {
		r := newRun(t, "ARKOR_TELEMETRY_DEBUG="+set)
		r.store(t, "credentials.json", `{"mode":"anon","token":"anon_t0k","anonymousId":"an_1"}`)
		if status := r.command(t.Context(), server.URL, "init", nil); status != 0 {
			t.Errorf("status %d", status)
		}
		got := r.stderr.String()
		if (got != "") != shown {
			t.Errorf("%q: stderr %q", set, got)
		}
		for line := range strings.Lines(got) {
			if !strings.HasPrefix(line, "[arkor:telemetry] ") || strings.ContainsAny(line, "\x1b\r") {
				t.Errorf("line %q", line)
			}
		}
		if strings.Contains(got, "anon_t0k") || strings.Contains(got, testKey) {
			t.Errorf("a secret in %q", got)
		}
	}
	in, r := newInbox(t), newRun(t, "ARKOR_TELEMETRY_DEBUG=1")
	r.command(t.Context(), in.URL, "init", nil)
	if len(in.received()) != 2 || r.stderr.String() != "" {
		t.Errorf("%d events, stderr %q", len(in.received()), r.stderr.String())
	}
}
