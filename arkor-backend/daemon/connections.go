package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/process"
)

const (
	maxConnections = 4096
	spareFiles     = 256 // open files that are not connections: the database, blobs, workers
	minConnections = 64
	maxRefusals    = 64 // that are being told; more connections are closed without a word
)

// connectionLimit is how many connections are held at a time: as many as the
// limit of open files leaves room for.
func connectionLimit() int {
	files, ok := process.MaxFiles()
	if !ok || files > maxConnections+spareFiles {
		return maxConnections
	}
	return max(minConnections, int(files)-spareFiles)
}

// connections is a listener that holds a bounded number of connections. When
// all are taken, the one that nothing came from for longest makes room, be it
// between two requests or in the middle of one; when all are being answered, the
// new one is told so and closed.
type connections struct {
	net.Listener
	most int

	mu   sync.Mutex
	held map[net.Conn]time.Time // since when nothing came that was waited for; zero while it is answered
	said sync.WaitGroup         // refusals on their way
	room chan struct{}          // a token for each
}

func newConnections(l net.Listener, most int) *connections {
	return &connections{Listener: l, most: most, held: map[net.Conn]time.Time{}, room: make(chan struct{}, maxRefusals)}
}

func (c *connections) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			c.said.Wait() // here, where none can be added any more
		}
		if err != nil {
			return nil, err
		}
		if c.take(conn) {
			return conn, nil
		}
		select {
		case c.room <- struct{}{}:
			c.said.Go(func() {
				defer func() { <-c.room }()
				refuse(conn)
			})
		default:
			conn.Close()
		}
	}
}

// take holds a connection if there is room for it.
func (c *connections) take(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.held) >= c.most {
		var oldest net.Conn
		for other, since := range c.held {
			if !since.IsZero() && (oldest == nil || since.Before(c.held[oldest])) {
				oldest = other
			}
		}
		if oldest == nil {
			return false
		}
		delete(c.held, oldest)
		oldest.Close()
	}
	c.held[conn] = time.Now()
	return true
}

// watch is for http.Server.ConnState.
func (c *connections) watch(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateIdle:
		c.mark(conn, time.Now())
	case http.StateActive:
		c.mark(conn, time.Time{})
	case http.StateClosed, http.StateHijacked:
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.held, conn)
	}
}

// mark notes since when a connection is waited for, unless it made room.
func (c *connections) mark(conn net.Conn, since time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.held[conn]; ok {
		c.held[conn] = since
	}
}

type connKey struct{}

// know is for http.Server.ConnContext.
func (*connections) know(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// bodies has connections make room while the rest of a body is waited for.
func (c *connections) bodies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, ok := r.Context().Value(connKey{}).(net.Conn); ok && r.ContentLength != 0 {
			c.mark(conn, time.Now()) // also where nobody reads it: then net/http does, before it answers
			r.Body = &body{r.Body, conn, c}
		}
		next.ServeHTTP(w, r)
	})
}

type body struct {
	io.ReadCloser
	conn net.Conn
	of   *connections
}

func (b *body) Read(p []byte) (int, error) {
	b.of.mark(b.conn, time.Now())
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.of.mark(b.conn, time.Time{})
	}
	return n, err
}

// refuse answers whatever a connection is about to ask.
func refuse(conn net.Conn) {
	const body = `{"error":{"message":"too many connections; try again in a moment","type":"server_error","param":null,"code":"too_many_connections"}}`
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 5\r\n"+
		"Connection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	if tcp, ok := conn.(*net.TCPConn); ok { // or what the client sends makes the answer disappear
		_ = tcp.CloseWrite()
		_, _ = tcp.Read(make([]byte, 4<<10))
	}
	conn.Close()
}
