package testscripts

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// collector stands in for the one that a packager stamps into the binaries.
type collector struct {
	listener net.Listener
	served   sync.WaitGroup

	mu       sync.Mutex
	answer   func(*collector, net.Conn)
	accepted int
	events   []event
	open     []net.Conn
}

// event is what arrives of one.
type event struct {
	Event      string
	DistinctID string `json:"distinct_id"`
	Timestamp  time.Time
	Properties map[string]any
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &collector{listener: listener, answer: (*collector).receive}
	c.served.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			c.mu.Lock()
			answer := c.answer
			c.accepted++
			c.open = append(c.open, conn)
			c.mu.Unlock()
			c.served.Go(func() { answer(c, conn) })
		}
	})
	t.Cleanup(c.close)
	return c
}

func (c *collector) host() string { return "http://" + c.listener.Addr().String() }

// answerWith changes what happens to connections from now on.
func (c *collector) answerWith(answer func(*collector, net.Conn)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = answer
}

// taken returns the events since the last call, in the order of their times,
// and how many connections there were.
func (c *collector) taken() (events []event, connections int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	events, connections = c.events, c.accepted
	c.events, c.accepted = nil, 0
	slices.SortFunc(events, func(a, b event) int { return a.Timestamp.Compare(b.Timestamp) })
	return events, connections
}

func (c *collector) close() {
	c.listener.Close()
	c.mu.Lock()
	for _, conn := range c.open {
		conn.Close()
	}
	c.mu.Unlock()
	c.served.Wait()
}

// receive takes the events of one request.
func (c *collector) receive(conn net.Conn) {
	defer conn.Close()
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	var body struct {
		APIKey string `json:"api_key"`
		Batch  []event
	}
	if json.NewDecoder(request.Body).Decode(&body) != nil || body.APIKey != telemetryKey || request.URL.Path != "/batch/" {
		_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
		return
	}
	c.mu.Lock()
	c.events = append(c.events, body.Batch...)
	c.mu.Unlock()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
}

// keepSilent leaves whoever connects waiting.
func (c *collector) keepSilent(net.Conn) {}

// say answers whatever is asked.
func say(text string) func(*collector, net.Conn) {
	return func(_ *collector, conn net.Conn) {
		defer conn.Close()
		_, _ = io.WriteString(conn, text)
		_, _ = io.Copy(io.Discard, conn)
	}
}
