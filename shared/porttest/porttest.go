// Package porttest finds ports for servers that have to be told one: those
// whose port is named before they listen, or that listen on it again.
package porttest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"syscall"
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

// free looks at both loopback addresses. A system may have no ::1.
func free(port int) bool {
	ipv4, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	ipv4.Close()
	ipv6, err := net.Listen("tcp6", fmt.Sprintf("[::1]:%d", port))
	if err == nil {
		ipv6.Close()
	}
	return !errors.Is(err, syscall.EADDRINUSE)
}
