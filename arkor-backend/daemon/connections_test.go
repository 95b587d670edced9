package daemon_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
)

// There is room for those who ask when others begin a request whose body does
// not come.
func TestBodiesThatDoNotComeMakeRoom(t *testing.T) {
	t.Parallel()
	const most = 8
	b := start(t, func(o *daemon.Options) { o.Connections, o.Body = most, time.Hour })
	b.publishOpen("bot", baseTarget)
	for _, path := range []string{"/e/bot/v1/chat/completions", "/v1/jobs", "/e/nobody/v1/chat/completions"} {
		for range 2 * most {
			conn, err := net.Dial("tcp", strings.TrimPrefix(b.client.BaseURL, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, "POST "+path+" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"); err != nil {
				t.Fatal(err)
			}
		}
		for status := 0; status != 200; { // a handler may not have come to the body yet
			if t.Context().Err() != nil {
				t.Fatal("no room is made")
			}
			if res, err := http.Get(b.client.BaseURL + "/healthz"); err == nil {
				status = res.StatusCode
				res.Body.Close()
			}
		}
	}
}

// However many connections say nothing, there is room for those who ask; when
// all are being answered, the next one is told so.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	const most = 8
	b := start(t, func(o *daemon.Options) { o.Connections = most })
	b.publishOpen("bot", baseTarget)
	dial := func() net.Conn {
		t.Helper()
		conn, err := net.Dial("tcp", strings.TrimPrefix(b.client.BaseURL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	for range 10 * most {
		dial()
	}
	for range 3 * most { // each on a connection of its own, which stays
		client := &http.Client{Transport: &http.Transport{}}
		t.Cleanup(client.CloseIdleConnections)
		res, err := client.Get(b.client.BaseURL + "/e/bot/v1/models")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		check(t, 200, res.StatusCode)
	}

	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	for range most {
		defer begin(t, ctx, b.client.BaseURL+"/e/bot/v1/chat/completions", `{"messages":[{"role":"user","content":"hang"}],"stream":true}`).Body.Close()
	}
	answer, err := io.ReadAll(dial())
	text := string(answer)
	if err != nil || !strings.HasPrefix(text, "HTTP/1.1 503 ") || !strings.Contains(text, "Retry-After: 5") || !strings.Contains(text, `"code":"too_many_connections"`) {
		t.Errorf("told %q, %v", text, err)
	}
	leave()
	for { // until those who left are no longer answered
		res, err := http.Get(b.client.BaseURL + "/healthz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == 200 {
				break
			}
		}
		if t.Context().Err() != nil {
			t.Fatal("the places are lost")
		}
	}
}
