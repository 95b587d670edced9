package daemon_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
)

// Connections beyond the limit are told so; one that is idle makes room.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	const most = 8
	b := start(t, func(o *daemon.Options) { o.Connections = most })
	b.publishOpen("bot", baseTarget)
	http.DefaultClient.CloseIdleConnections() // other tests' too; theirs come back
	address := strings.TrimPrefix(b.client.BaseURL, "http://")
	var open []net.Conn
	dial := func() net.Conn {
		t.Helper()
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	for range 10 * most { // they say nothing
		open = append(open, dial())
	}
	for { // while many are being told, others are closed without a word
		answer, err := io.ReadAll(dial())
		if text := string(answer); err == nil && strings.HasPrefix(text, "HTTP/1.1 503 ") {
			if !strings.Contains(text, "Retry-After: 5") || !strings.Contains(text, `"code":"too_many_connections"`) {
				t.Errorf("told %s", text)
			}
			break
		}
		if t.Context().Err() != nil {
			t.Fatal("nobody was told")
		}
	}
	for _, conn := range open {
		conn.Close()
	}
	// Each of these keeps its connection, idle, and the next one gets in.
	for range 3 * most {
		client := &http.Client{Transport: &http.Transport{}}
		t.Cleanup(client.CloseIdleConnections)
		for {
			res, err := client.Get(b.client.BaseURL + "/e/bot/v1/models")
			if err == nil {
				_, _ = io.Copy(io.Discard, res.Body)
				res.Body.Close()
				if res.StatusCode == 200 {
					break
				}
			}
			if t.Context().Err() != nil { // those that were closed may still be counted
				t.Fatal("no room")
			}
		}
	}
}
