package telemetry

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/posthog/posthog-go"

	"github.com/arkorlab/arkor-go/shared/cli"
)

const (
	// patience is what sending may cost a command at its end, windingUp what it may
	// then take to let go of the rest: two seconds together.
	patience  = 1800 * time.Millisecond
	windingUp = 200 * time.Millisecond

	maxAnswer = 64 << 10
)

// collector sends events to one host. It owns the library's goroutines until
// close returns.
type collector struct {
	client   posthog.Client
	giveUp   context.CancelFunc // ends every request
	problems *problems
}

func newCollector(key, host string, log *problems) (*collector, error) {
	ctx, giveUp := context.WithCancel(context.Background())
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.DisableKeepAlives = true
	base.DialContext = gated(new(net.Dialer).DialContext)
	base.DialTLSContext = gated(new(tls.Dialer).DialContext)
	client, err := posthog.NewWithConfig(key, posthog.Config{
		Endpoint:  strings.TrimRight(host, "/"),
		BatchSize: 1,         // every event at once
		Interval:  time.Hour, // so there is never a rest to send
		Transport: &transport{ctx, base},
		Logger:    log,
	})
	if err != nil {
		giveUp()
		return nil, err
	}
	return &collector{client, giveUp, log}, nil
}

// capture hands over an event, which is then sent beside whatever else goes on.
func (c *collector) capture(id, event string, at time.Time, properties posthog.Properties) {
	// With an id of its own, an event that arrives twice counts once.
	err := c.client.Enqueue(posthog.Capture{
		Uuid: newUUID(), DistinctId: id, Event: event, Timestamp: at, Properties: properties,
	})
	if err != nil {
		c.problems.Errorf("%s: %v", event, err)
	}
}

// close waits until everything is sent, but not longer than limit and not when
// somebody presses Ctrl-C meanwhile.
func (c *collector) close(interrupted <-chan struct{}, limit time.Duration) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.client.Close() // waits for answers as long as the transport does
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-ended:
	case <-interrupted:
	case <-timer.C:
	}
	c.giveUp()
	timer.Reset(windingUp)
	select {
	case <-ended:
	case <-timer.C:
	}
	c.problems.silence()
}

// transport ends requests when the collector gives up, which the library's
// Close has no way to ask for, and keeps them on the host that is stamped in.
type transport struct {
	ctx  context.Context
	base *http.Transport
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	defer cancel()
	defer context.AfterFunc(t.ctx, cancel)()
	res, err := t.base.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var body []byte
	if res.StatusCode >= 300 {
		// The library reads these to their end, however long they are.
		body, _ = io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	res.Header.Del("Location")
	return res, nil
}

type dial func(ctx context.Context, network, address string) (net.Conn, error)

// gated makes connections that read nothing until something was written: when a
// server speaks before it is asked, net/http says so on stderr.
func gated(connect dial) dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := connect(ctx, network, address)
		if err != nil {
			return nil, err
		}
		open := make(chan struct{})
		return &gate{conn, open, sync.OnceFunc(func() { close(open) })}, nil
	}
}

type gate struct {
	net.Conn
	opened <-chan struct{}
	open   func()
}

func (g *gate) Read(p []byte) (int, error) {
	<-g.opened
	return g.Conn.Read(p)
}

func (g *gate) Write(p []byte) (int, error) {
	g.open()
	return g.Conn.Write(p)
}

func (g *gate) Close() error {
	g.open()
	return g.Conn.Close()
}

// problems is where the library writes: on stderr for whoever asked to see what
// goes wrong, nowhere else. It implements posthog.Logger.
type problems struct {
	mu      sync.Mutex
	w       io.Writer // nil: say nothing
	secrets secrets
}

func (p *problems) Logf(format string, args ...any) { p.Errorf(format, args...) }

func (p *problems) Errorf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w != nil {
		fmt.Fprintf(p.w, "[arkor:telemetry] %s\n", cli.OneLine(p.secrets.remove(fmt.Sprintf(format, args...))))
	}
}

// swallow, when deferred, keeps a panic from ending the program: whatever is
// wrong here, the command comes first.
func (p *problems) swallow() {
	if reason := recover(); reason != nil {
		p.Errorf("panic: %v", reason)
	}
}

func (p *problems) silence() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.w = nil
}
