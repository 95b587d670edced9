// Package porttest finds ports for servers that have to be told one: those
// whose port is named before they listen, or that listen on it again.
package porttest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"time"
)

// Ports from here on are below those that systems give to whoever asks for any,
// servers and outgoing connections alike: nobody comes upon one by chance.
const (
	first = 20000
	many  = 10000
)

// Reserve returns a TCP port of the loopback addresses that nobody listens on.
// No other caller is given it, in this process or another, until it is released.
func Reserve() (port int, release func(), err error) {
	for range 200 {
		port = first + rand.IntN(many)
		// Nobody needs the same port of UDP: it stands for the reservation.
		held, err := net.ListenPacket("udp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		if free(port) {
			return port, func() { held.Close() }, nil
		}
		held.Close()
	}
	return 0, nil, errors.New("no free port was found")
}

// free reports whether nobody answers on either loopback address. It does not
// listen there itself, for the reason that AwaitNobody has.
func free(port int) bool {
	for _, loopback := range []string{"127.0.0.1", "::1"} {
		conn, err := net.Dial("tcp", net.JoinHostPort(loopback, strconv.Itoa(port)))
		if err == nil {
			conn.Close()
			return false
		}
	}
	return true
}

// AwaitNobody returns once nobody listens on an address where a listener of this
// process was closed: a child that is being started at that moment holds a copy
// of it until its program begins. Who listens for longer is somebody else.
func AwaitNobody(address string) {
	for begun := time.Now(); time.Since(begun) < 10*time.Second; {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		conn.Close()
	}
}
