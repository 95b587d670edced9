package porttest

import (
	"fmt"
	"net"
	"sync"
	"testing"
)

// A port is one caller's until it is released, and can be listened on by then,
// more than once.
func TestReserve(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var all sync.WaitGroup
	reserved := map[int]bool{}
	for range 50 {
		all.Go(func() {
			port, release, err := Reserve()
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(release)
			mu.Lock()
			defer mu.Unlock()
			if reserved[port] {
				t.Errorf("%d was given to two", port)
			}
			reserved[port] = true
			for range 2 {
				AwaitNobody(fmt.Sprintf("127.0.0.1:%d", port))
				listener, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
				if err != nil {
					t.Error(err)
					return
				}
				listener.Close()
			}
		})
	}
	all.Wait()
}

// Whoever listens on one of the loopback addresses has the port.
func TestFree(t *testing.T) {
	t.Parallel()
	for _, loopback := range []string{"127.0.0.1", "[::1]"} {
		listener, err := net.Listen("tcp", loopback+":0")
		if err != nil {
			t.Log(err) // no ::1 here
			continue
		}
		defer listener.Close()
		if port := listener.Addr().(*net.TCPAddr).Port; free(port) {
			t.Errorf("%d of %s is free", port, loopback)
		}
	}
}
