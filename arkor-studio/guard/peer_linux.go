package guard

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

const (
	// maxTable bounds what is read of the system's list of connections.
	maxTable = 64 << 20
	// looks is how often it is read: an entry may be missed while others come
	// and go.
	looks = 3
)

// foreign reports whether the other end of a connection belongs to another user
// of this machine. Root may do anything in any case, and hands on connections
// of the user's own where it forwards ports. Without an answer of the system,
// or where it does not even know our end, nobody is foreign.
func foreign(conn net.Conn) bool {
	here, there := addressOf(conn.LocalAddr()), addressOf(conn.RemoteAddr())
	if !here.IsValid() || !there.IsValid() {
		return false
	}
	own := os.Geteuid()
	for range looks {
		theirs, found := owner(there, here)
		if found {
			return theirs != own && theirs != 0
		}
		if _, known := owner(here, there); !known {
			return false
		}
	}
	return true // it has gone already
}

func addressOf(addr net.Addr) netip.AddrPort {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	at := tcp.AddrPort()
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}

// owner returns the user whose socket is bound to one address and connected to
// another.
func owner(bound, peer netip.AddrPort) (uid int, found bool) {
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		file, err := os.Open(table)
		if err != nil {
			continue
		}
		uid, found = search(file, columns(bound, peer, strings.HasSuffix(table, "6")))
		file.Close()
		if found {
			return uid, true
		}
	}
	return 0, false
}

// columns are two addresses as they stand in a line of a table: in
// hexadecimal, the words of an address in the machine's own order of bytes.
func columns(bound, peer netip.AddrPort, v6 bool) string {
	form := func(a netip.AddrPort) string {
		ip := a.Addr().AsSlice()
		if v6 {
			mapped := a.Addr().As16()
			ip = mapped[:]
		}
		var b strings.Builder
		for ; len(ip) >= 4; ip = ip[4:] {
			fmt.Fprintf(&b, "%08X", binary.NativeEndian.Uint32(ip))
		}
		return fmt.Sprintf("%s:%04X", b.String(), a.Port())
	}
	return form(bound) + " " + form(peer)
}

// search looks for a line that begins with a number and these columns.
func search(table io.Reader, columns string) (uid int, found bool) {
	lines := bufio.NewScanner(io.LimitReader(table, maxTable))
	for lines.Scan() {
		_, line, _ := strings.Cut(lines.Text(), ": ")
		rest, ok := strings.CutPrefix(line, columns+" ")
		if !ok {
			continue
		}
		// Behind the addresses: state, queues, timer, retransmissions, user.
		fields := strings.Fields(rest)
		if len(fields) < 5 {
			return 0, false
		}
		uid, err := strconv.Atoi(fields[4])
		return uid, err == nil
	}
	return 0, false
}
