package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/runs"
)

type broken struct{ net.Listener }

func (broken) Accept() (net.Conn, error) { return nil, errors.New("out of order") }

// L18: a listener that fails later is mentioned, and ends nothing.
func TestListenerFailsLater(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, "")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan []runs.Run)
	go func() { ended <- s.Serve(ctx, broken{l}) }()
	eventually(t, "the word of it", func() bool {
		return strings.Contains(s.log.String(), "Studio server error after startup: out of order\n")
	})
	select {
	case <-ended:
		t.Error("the server is over")
	default:
	}
	cancel()
	<-ended
}

// X4: an ordinary request may end, for a moment.
func TestShutdownLetsRequestsEnd(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, "")
	s.farewell = time.Minute
	s.write("fake/wait", "")
	out := make(chan string, 1)
	go func() {
		res, err := http.DefaultClient.Do(s.request("GET", "/api/credentials", ""))
		if err != nil {
			out <- err.Error()
			return
		}
		res.Body.Close()
		out <- res.Status
	}()
	s.waitFor("auth")
	go s.stop()
	<-s.leaving.Done()
	must(t, os.Remove(filepath.Join(s.fake, "wait")))
	if got := <-out; got != "200 OK" {
		t.Error(got)
	}
}
