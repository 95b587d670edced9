package server

import (
	"context"
	"errors"
	"io"
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

// X4: a request that takes longer is cut.
func TestShutdownCutsLateRequests(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, "")
	s.farewell = time.Millisecond
	s.write("fake/wait", "")
	out := make(chan error, 1)
	go func() {
		res, err := http.DefaultClient.Do(s.request("GET", "/api/credentials", ""))
		if err == nil {
			res.Body.Close()
		}
		out <- err
	}()
	s.waitFor("auth")
	s.stop()
	if err := <-out; err == nil {
		t.Error("it has an answer")
	}
	must(t, os.Remove(filepath.Join(s.fake, "wait"))) // arkor-auth goes too
}

// A body that never arrives keeps nobody waiting, whether its request is allowed or not.
func TestBodyDoesNotArrive(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, "")
	s.patience = time.Millisecond
	address := strings.TrimPrefix(s.url, "http://")
	for request, want := range map[string]string{
		"POST /api/runs HTTP/1.1\r\nX-Arkor-Studio-Token: " + s.launch.Token: "400 Bad Request",
		"POST /api/runs HTTP/1.1": "403 Forbidden",
		"GET / HTTP/1.1":          "200 OK",
	} {
		conn, err := net.Dial("tcp", address)
		must(t, err)
		_, err = io.WriteString(conn, request+"\r\nHost: "+address+"\r\nContent-Length: 100\r\n\r\n{")
		must(t, err)
		answer, err := io.ReadAll(conn)
		must(t, err)
		if !strings.HasPrefix(string(answer), "HTTP/1.1 "+want) {
			t.Errorf("%s: %s", request, answer)
		}
		conn.Close()
	}
}
