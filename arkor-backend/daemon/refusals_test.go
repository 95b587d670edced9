package daemon

import (
	"net"
	"testing"
)

// A listener that is closed while it refuses connections is done when the last
// of them has been told.
func TestCloseWhileRefusing(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := newConnections(l, 0)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if conn, err := c.Accept(); err == nil {
			conn.Close()
			t.Error("a connection is held, over the limit")
		}
	}()
	for range 8 { // that are told and say nothing
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if n, err := conn.Read(make([]byte, 1)); n != 1 {
			t.Fatal(err)
		}
	}
	c.Close()
	<-done
	if n := len(c.room); n > 0 {
		t.Errorf("%d refusals are still under way", n)
	}
}
