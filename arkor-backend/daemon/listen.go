package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

func (h Home) portFile() string { return h.file("port") }

// listen opens the address. Port 0 is the port that this home had last, or any
// free one: clients of its endpoints remember where they are.
func (h Home) listen(ctx context.Context, address string, log *slog.Logger) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || port != "0" {
		return listen(ctx, address)
	}
	data, _ := os.ReadFile(h.portFile())
	last, _ := strconv.ParseUint(strings.TrimSpace(string(data)), 10, 16)
	if last > 0 {
		if listener, err := listen(ctx, net.JoinHostPort(host, strconv.FormatUint(last, 10))); err == nil {
			return listener, nil
		}
		log.Warn("another program has the port of this backend now: its endpoints have new addresses", "port", last)
	}
	listener, err := listen(ctx, address)
	if err != nil {
		return nil, err
	}
	_, port, err = net.SplitHostPort(listener.Addr().String())
	if err == nil {
		err = wholefile.Write(h.portFile(), []byte(port+"\n"), 0o600)
	}
	if err != nil {
		listener.Close()
		return nil, err
	}
	return listener, nil
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
		if strings.Contains(err.Error(), "address already in use") || strings.Contains(err.Error(), "Only one usage") {
			return nil, cli.Hint(fmt.Errorf("%s is in use by another program", address), "choose another port with --listen, or port 0 for any free one")
		}
		return nil, cli.Hint(fmt.Errorf("listen on %s: %w", address, err), "write an address of this machine and a port, like 127.0.0.1:4000")
	}
	return listener, err
}
